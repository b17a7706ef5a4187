import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeadlineHeap } from '../../../local/service-bus/deadline-heap.ts';
import { LockTable } from '../../../local/service-bus/lock-table.ts';
import { MESSAGE_STATE, type Message } from '../../../local/service-bus/message.ts';
import { MessageOrder } from '../../../local/service-bus/message-order.ts';

function message(sequenceNumber: number): Message {
  const bytes = Buffer.alloc(0);
  return {
    rowId: sequenceNumber,
    sequenceNumber,
    originalSequenceNumber: sequenceNumber,
    enqueuedAt: 0,
    dueAt: undefined,
    expiresAt: undefined,
    content: { durable: false, priority: undefined, ttlMs: undefined, annotations: bytes, annotationCount: 0, bare: bytes },
    state: MESSAGE_STATE.active,
    deliveryCount: 0,
    lock: undefined,
    removed: false,
  };
}

function takeAll(order: MessageOrder): number[] {
  const numbers: number[] = [];
  for (let first = order.first(); first !== undefined; first = order.first()) {
    numbers.push(first.sequenceNumber);
    order.shift();
  }
  return numbers;
}

describe('the order of messages', () => {
  it('is that of their numbers, whatever comes back in between', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.infiniteStream(fc.boolean()), (count, returns) => {
        const order = new MessageOrder();
        const messages = Array.from({ length: count }, (_, index) => message(index + 1));
        for (const each of messages) order.append(each);
        const taken = messages.slice(0, Math.ceil(count / 2));
        for (const _ of taken) order.shift();
        const back = taken.filter(() => returns.next().value);
        for (const each of back.toReversed()) order.giveBack(each);

        const numbers = takeAll(order);

        expect(numbers).toEqual([...back, ...messages.slice(taken.length)].map((each) => each.sequenceNumber));
      }),
      { numRuns: 30 },
    );
  });

  it('passes over messages that were removed or set aside', () => {
    const order = new MessageOrder();
    const messages = [1, 2, 3, 4].map(message);
    for (const each of messages) order.append(each);

    Object.assign(messages[0] ?? {}, { removed: true });
    Object.assign(messages[2] ?? {}, { state: MESSAGE_STATE.deferred });

    expect(takeAll(order)).toEqual([2, 4]);
  });
});

describe('a deadline heap', () => {
  it('gives its items in the order of their deadlines, also after some were dropped', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.array(fc.integer()), (before, after) => {
        const heap = new DeadlineHeap<number>((deadline) => deadline);
        for (const item of before) heap.push(item);
        heap.retain((item) => item % 2 === 0);
        for (const item of after) heap.push(item);

        const given: unknown[] = [];
        while (heap.size > 0) given.push(heap.shift());

        expect(given).toEqual([...before.filter((item) => item % 2 === 0), ...after].sort((a, b) => a - b));
      }),
    );
  });
});

describe('the locks of a queue', () => {
  it('end in the order they were taken or renewed in', () => {
    const locks = new LockTable(100);
    const [first, second] = [locks.take(message(1), 0), locks.take(message(2), 10)];

    locks.renew(first, 50);

    expect(locks.nextEnd()).toBe(110);
    expect(locks.releaseEnded(120)).toEqual([second.message]);
    expect(locks.releaseEnded(149)).toEqual([]);
    expect(locks.releaseEnded(150)).toEqual([first.message]);
  });
});
