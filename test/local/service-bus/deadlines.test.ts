import { describe, expect, it } from 'vitest';
import { errorCodeOf, only, startBroker } from './broker-fixture.ts';

const MINUTE_MS = 60_000;

describe('a scheduled message', () => {
  it('is held until its time, however it was scheduled, and then gets a new number', async () => {
    const { client, clock } = await startBroker();
    const sender = client.createSender('orders');
    const receiver = client.createReceiver('orders');
    const due = new Date(clock.now() + MINUTE_MS);

    const [number] = await sender.scheduleMessages({ body: 'by operation' }, due);
    await sender.sendMessages({ body: 'by property', scheduledEnqueueTimeUtc: due });
    const peeked = await receiver.peekMessages(5);
    const early = await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 });
    clock.advance(MINUTE_MS);
    const received = await receiver.receiveMessages(2);

    expect(peeked.map((message) => message.state)).toEqual(['scheduled', 'scheduled']);
    expect(early).toEqual([]);
    expect(received.map((message) => [message.body, message.state])).toEqual([
      ['by operation', 'active'],
      ['by property', 'active'],
    ]);
    expect(received[0]?.sequenceNumber?.toNumber()).toBeGreaterThan(Number(number));
    expect(received[0]?.enqueuedTimeUtc).toEqual(due);
  });

  it('comes after those that are due before it, and after those scheduled before it for the same time', async () => {
    const { client, clock } = await startBroker();
    const sender = client.createSender('orders');
    const at = (minutes: number) => new Date(clock.now() + minutes * MINUTE_MS);
    await sender.scheduleMessages([{ body: 2 }, { body: 3 }, { body: 4 }], at(2));
    await sender.scheduleMessages([{ body: 5 }, { body: 6 }], at(3));
    await sender.scheduleMessages({ body: 1 }, at(1));

    clock.advance(3 * MINUTE_MS);

    const peeked = await client.createReceiver('orders').peekMessages(10);
    expect(peeked.map(({ body }) => body)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('can be cancelled once', async () => {
    const { client, clock } = await startBroker();
    const sender = client.createSender('orders');
    const [number] = await sender.scheduleMessages({ body: 1 }, new Date(clock.now() + MINUTE_MS));
    if (number === undefined) throw new Error('A sequence number was expected.');

    await sender.cancelScheduledMessages(number);
    clock.advance(2 * MINUTE_MS);

    expect(await errorCodeOf(sender.cancelScheduledMessages(number))).toBe('MessageNotFound');
    expect(await client.createReceiver('orders').peekMessages(1)).toEqual([]);
  });
});

describe('a message whose time to live has passed', () => {
  it('goes to the dead letters where the queue says so', async () => {
    const { client, clock } = await startBroker({ orders: { DeadLetteringOnMessageExpiration: true } });
    await client.createSender('orders').sendMessages({ body: 'old', timeToLive: MINUTE_MS });

    clock.advance(MINUTE_MS);

    const dead = only(await client.createReceiver('orders', { subQueueType: 'deadLetter' }).receiveMessages(1));
    expect(dead).toMatchObject({ body: 'old', deadLetterReason: 'TTLExpiredException' });
    expect(await client.createReceiver('orders').peekMessages(1)).toEqual([]);
  });

  it('is dropped otherwise', async () => {
    const { client, clock } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 'old', timeToLive: MINUTE_MS }, { body: 'kept' }]);

    clock.advance(MINUTE_MS);

    expect((await client.createReceiver('orders').peekMessages(5)).map((message) => message.body)).toEqual(['kept']);
    expect(await client.createReceiver('orders', { subQueueType: 'deadLetter' }).peekMessages(1)).toEqual([]);
  });

  it('lives as long as the queue allows at most', async () => {
    const { client, clock } = await startBroker({ orders: { DefaultMessageTimeToLive: 'PT1M' } });
    await client.createSender('orders').sendMessages([{ body: 'own', timeToLive: 10 * MINUTE_MS }, { body: 'default' }]);

    clock.advance(MINUTE_MS);

    expect(await client.createReceiver('orders').peekMessages(5)).toEqual([]);
  });

  it('does not end while it is locked, but does when it is given back', async () => {
    const { client, clock } = await startBroker({ orders: { LockDuration: 'PT5M' } });
    await client.createSender('orders').sendMessages([
      { body: 'completed', timeToLive: MINUTE_MS },
      { body: 'abandoned', timeToLive: MINUTE_MS },
    ]);
    const receiver = client.createReceiver('orders');
    const [first, second] = await receiver.receiveMessages(2);
    if (first === undefined || second === undefined) throw new Error('Two messages were expected.');

    clock.advance(2 * MINUTE_MS);
    await receiver.completeMessage(first);
    await receiver.abandonMessage(second);

    expect(await receiver.peekMessages(5)).toEqual([]);
  });
});

describe('duplicate detection', () => {
  const queues = { events: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT1M' } };

  it('drops a repeated message id, also inside a batch, and still accepts the send', async () => {
    const { client } = await startBroker(queues);
    const sender = client.createSender('events');

    await sender.sendMessages({ body: 1, messageId: 'a' });
    await sender.sendMessages({ body: 2, messageId: 'a' });
    await sender.sendMessages([
      { body: 3, messageId: 'b' },
      { body: 4, messageId: 'b' },
      { body: 5, messageId: 'a' },
    ]);

    const bodies = (await client.createReceiver('events').peekMessages(10)).map((message) => message.body);
    expect(bodies).toEqual([1, 3]);
  });

  it('remembers an id from its first arrival until the window has passed', async () => {
    const { client, clock } = await startBroker(queues);
    const sender = client.createSender('events');

    await sender.sendMessages({ body: 'first', messageId: 'a' });
    clock.advance(MINUTE_MS - 1);
    await sender.sendMessages({ body: 'within', messageId: 'a' });
    clock.advance(1);
    await sender.sendMessages({ body: 'after', messageId: 'a' });

    const bodies = (await client.createReceiver('events').peekMessages(10)).map((message) => message.body);
    expect(bodies).toEqual(['first', 'after']);
  });

  it('holds for scheduled messages too, whichever way they or their repetition were sent', async () => {
    const { client, clock } = await startBroker(queues);
    const sender = client.createSender('events');
    const due = new Date(clock.now() + 1000);

    const first = only(await sender.scheduleMessages({ body: 'first', messageId: 'a' }, due));
    const repeated = only(await sender.scheduleMessages({ body: 'repeated', messageId: 'a' }, due));
    await sender.sendMessages({ body: 'sent', messageId: 'a' });

    const bodies = (await client.createReceiver('events').peekMessages(10)).map((message) => message.body);
    expect(bodies).toEqual(['first']);
    expect(await errorCodeOf(sender.cancelScheduledMessages(repeated))).toBe('MessageNotFound');
    await sender.cancelScheduledMessages(first);
    expect(await client.createReceiver('events').peekMessages(10)).toEqual([]);
  });
});
