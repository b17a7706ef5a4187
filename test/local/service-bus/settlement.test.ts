import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { errorCodeOf, only, startBroker } from './broker-fixture.ts';

const LOCK_MS = 30_000;

describe('settling a message', () => {
  it('completes it for good', async () => {
    const { client, server } = await startBroker();
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');

    await receiver.completeMessage(only(await receiver.receiveMessages(1)));

    expect(await receiver.peekMessages(1)).toEqual([]);
    expect(server.counters()).toMatchObject({ sends: 1, deliveries: 1, settlements: 1 });
  });

  it('gives an abandoned one back in its place, counted and with the properties set', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 1, applicationProperties: { n: 1, kept: 'x' } }, { body: 2 }]);
    const receiver = client.createReceiver('orders');

    await receiver.abandonMessage(only(await receiver.receiveMessages(1)), { why: 'busy', n: 2 });
    const again = only(await receiver.receiveMessages(1));

    expect(again).toMatchObject({ body: 1, deliveryCount: 1, applicationProperties: { why: 'busy', n: 2, kept: 'x' } });
  });

  it('sets a deferred one aside until it is asked for by number', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages({ body: 'later' });
    const receiver = client.createReceiver('orders');
    const message = only(await receiver.receiveMessages(1));
    const number = message.sequenceNumber;
    if (number === undefined) throw new Error('The message has no sequence number.');

    await receiver.deferMessage(message, { reason: 'early' });
    const [peeked, offered] = [await receiver.peekMessages(1), await receiver.receiveMessages(1, { maxWaitTimeInMs: 50 })];
    const deferred = only(await receiver.receiveDeferredMessages(number));
    await receiver.completeMessage(deferred);

    expect(only(peeked).state).toBe('deferred');
    expect(offered).toEqual([]);
    expect(deferred).toMatchObject({ body: 'later', state: 'deferred', applicationProperties: { reason: 'early' } });
    expect(await errorCodeOf(receiver.receiveDeferredMessages(number))).toBe('MessageNotFound');
  });

  it('keeps an abandoned deferred message deferred', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const message = only(await receiver.receiveMessages(1));
    await receiver.deferMessage(message);

    await receiver.abandonMessage(only(await receiver.receiveDeferredMessages(message.sequenceNumber ?? [])), { tried: 'once' });
    const again = only(await receiver.receiveDeferredMessages(message.sequenceNumber ?? []));

    expect(again).toMatchObject({ deliveryCount: 1, applicationProperties: { tried: 'once' } });
  });

  it('moves a dead-lettered one with reason, description and properties, and keeps its first number', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 'good' }, { body: 'bad', applicationProperties: { own: 1 } }]);
    const receiver = client.createReceiver('orders');
    const [, bad] = await receiver.receiveMessages(2);
    if (bad === undefined) throw new Error('Two messages were expected.');

    await receiver.deadLetterMessage(bad, {
      deadLetterReason: 'Invalid',
      deadLetterErrorDescription: 'No lines.',
      code: 'empty',
    });
    const deadLetters = client.createReceiver('orders', { subQueueType: 'deadLetter' });
    const dead = only(await deadLetters.receiveMessages(1));
    await deadLetters.completeMessage(dead);

    expect(dead).toMatchObject({
      body: 'bad',
      deadLetterReason: 'Invalid',
      deadLetterErrorDescription: 'No lines.',
      applicationProperties: { own: 1, code: 'empty' },
    });
    expect(dead.enqueuedSequenceNumber).toBe(2);
    expect(await deadLetters.peekMessages(1)).toEqual([]);
  });

  it('works after the link was closed, through the management node', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }, { body: 3 }]);
    const receiver = client.createReceiver('orders');
    const [first, second, third] = await receiver.receiveMessages(3);
    if (first === undefined || second === undefined || third === undefined) throw new Error('Three messages were expected.');
    await receiver.deferMessage(third);
    const deferred = only(await receiver.receiveDeferredMessages(third.sequenceNumber ?? []));

    await receiver.deadLetterMessage(deferred, { deadLetterReason: 'Late', deadLetterErrorDescription: 'Too late.' });

    const dead = only(await client.createReceiver('orders', { subQueueType: 'deadLetter' }).receiveMessages(1));
    expect(dead).toMatchObject({ deadLetterReason: 'Late', deadLetterErrorDescription: 'Too late.' });
  });
});

describe('a lock', () => {
  it('that ends gives the message back, until the last allowed delivery sends it to the dead letters', async () => {
    const { client, clock } = await startBroker({ orders: { LockDuration: 'PT1.5S', MaxDeliveryCount: 3 } });
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const counts: unknown[] = [];

    for (let delivery = 0; delivery < 3; delivery++) {
      const message = only(await receiver.receiveMessages(1));
      counts.push(message.deliveryCount);
      clock.advance(1500);
      expect(await errorCodeOf(receiver.completeMessage(message))).toBe('MessageLockLost');
    }

    const dead = only(await client.createReceiver('orders', { subQueueType: 'deadLetter' }).receiveMessages(1));
    expect(counts).toEqual([0, 1, 2]);
    expect(dead.deadLetterReason).toBe('MaxDeliveryCountExceeded');
    expect(dead.deadLetterErrorDescription).toBe('Message could not be consumed after 3 delivery attempts.');
  });

  it('can be renewed while it lasts', async () => {
    const { client, clock } = await startBroker({ orders: { LockDuration: 'PT30S' } });
    await client.createSender('orders').sendMessages({ body: 1 });
    const receiver = client.createReceiver('orders');
    const message = only(await receiver.receiveMessages(1));

    clock.advance(20_000);
    const lockedUntil = await receiver.renewMessageLock(message);
    clock.advance(20_000);
    await receiver.completeMessage(message);

    expect(lockedUntil).toEqual(new Date(clock.now() - 20_000 + LOCK_MS));
    expect(await errorCodeOf(receiver.renewMessageLock(message))).toBe('MessageLockLost');
  });

  it('is renewed by the client while a handler works, also for a message that came without an id', async () => {
    const lockEndsNow = new ManualClock(Date.now() - LOCK_MS);
    const { client, server } = await startBroker({ orders: { LockDuration: 'PT30S' } }, { clock: lockEndsNow });
    await client.createSender('orders').sendMessages({ body: 1 });
    const counts: unknown[] = [];
    const errors: unknown[] = [];

    client.createReceiver('orders').subscribe({
      async processMessage(message) {
        counts.push(message.deliveryCount);
        await eventually(() => expect(server.counters()['renewals']).toBeGreaterThan(1));
      },
      async processError({ error }) {
        errors.push(error);
      },
    });
    await eventually(() => expect(server.counters()['settlements']).toBe(1));

    expect(counts).toEqual([0]);
    expect(errors).toEqual([]);
  });
});
