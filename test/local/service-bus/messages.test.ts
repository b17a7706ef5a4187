import { randomBytes } from 'node:crypto';
import type { AmqpAnnotatedMessage } from '@azure/core-amqp';
import { describe, expect, it } from 'vitest';
import { errorCodeOf, only, startBroker } from './broker-fixture.ts';

const LOCK_MS = 30_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('a message on its way through a queue', () => {
  it('arrives as it was sent, with the fields the broker adds', async () => {
    const { client, clock } = await startBroker({ orders: { LockDuration: 'PT30S' } });
    const message = {
      body: { order: 17, lines: ['a', 'ü'] },
      messageId: 'm-1',
      correlationId: 'c-1',
      subject: 'created',
      contentType: 'application/json',
      replyTo: 'answers',
      applicationProperties: { int: 7, double: 1.5, boolean: true, string: 'ä', date: new Date(1000) },
    };

    await client.createSender('orders').sendMessages(message);
    const received = only(await client.createReceiver('orders').receiveMessages(1));

    expect(received).toMatchObject({ ...message, applicationProperties: { ...message.applicationProperties, date: 1000 } });
    expect(received.deliveryCount).toBe(0);
    expect(received.lockToken).toMatch(UUID);
    expect(received.lockedUntilUtc).toEqual(new Date(clock.now() + LOCK_MS));
    expect(received.enqueuedTimeUtc).toEqual(new Date(clock.now()));
    expect(received.sequenceNumber?.toNumber()).toBe(1);
  });

  it.each<AmqpAnnotatedMessage>([
    { bodyType: 'data', body: Buffer.from('bytes') },
    { bodyType: 'value', body: { nested: [1, 'two', null] } },
    { bodyType: 'sequence', body: [[1, 2], ['three']] },
  ])('keeps a body of the type $bodyType', async (message) => {
    const { client } = await startBroker();

    await client
      .createSender('orders')
      .sendMessages({ ...message, footer: { sum: 'x' }, messageAnnotations: { 'x-opt-mine': 'kept' } });
    const received = only(await client.createReceiver('orders').receiveMessages(1));

    const raw = received._rawAmqpMessage;
    expect(raw.bodyType).toBe(message.bodyType);
    expect(received.body).toEqual(message.body);
    expect(raw.footer).toEqual({ sum: 'x' });
    expect(raw.messageAnnotations).toMatchObject({ 'x-opt-mine': 'kept' });
  });

  it.each([
    ['a number', 4711],
    ['sixteen bytes', Buffer.from('0123456789abcdef')],
  ])('keeps a message id that is %s', async (_kind, messageId) => {
    const { client } = await startBroker();

    await client.createSender('orders').sendMessages({ body: 1, messageId });
    const received = only(await client.createReceiver('orders').receiveMessages(1));

    expect(received.messageId).toEqual(messageId);
  });

  it('gets a message id if it has none', async () => {
    const { client } = await startBroker();

    await client.createSender('orders').sendMessages({ body: 1, subject: 'kept' });
    const received = only(await client.createReceiver('orders').receiveMessages(1));

    expect(received.messageId).toMatch(/^[0-9a-f]{32}$/);
    expect(received.subject).toBe('kept');
  });

  it('keeps its order when it comes in a batch', async () => {
    const { client, server } = await startBroker();
    const sender = client.createSender('orders');
    const batch = await sender.createMessageBatch();
    for (let index = 0; index < 500; index++) batch.tryAddMessage({ body: index });

    await sender.sendMessages(batch);
    await sender.sendMessages([{ body: 500 }, { body: 501 }, { body: 502 }]);

    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });
    const bodies: unknown[] = [];
    while (bodies.length < 503) bodies.push(...(await receiver.receiveMessages(503)).map((message) => message.body));
    expect(bodies).toEqual(Array.from({ length: 503 }, (_, index) => index));
    expect(server.counters()).toMatchObject({ sends: 503, deliveries: 503 });
  });
});

describe('the size limit', () => {
  it('is what a batch is filled up to', async () => {
    const { client } = await startBroker({ orders: {} }, { maxMessageSizeBytes: 10_000 });

    const batch = await client.createSender('orders').createMessageBatch();

    expect(batch.maxSizeInBytes).toBe(10_000);
    expect(batch.tryAddMessage({ body: 'x'.repeat(9000) })).toBe(true);
    expect(batch.tryAddMessage({ body: 'x'.repeat(9000) })).toBe(false);
  });

  it('lets a message of almost a megabyte through unchanged', async () => {
    const { client } = await startBroker();
    const body = randomBytes(1024 * 1024 - 500);

    await client.createSender('orders').sendMessages({ body });
    const received = only(await client.createReceiver('orders').receiveMessages(1));

    expect(body.equals(received.body)).toBe(true);
  });

  it('refuses a larger message and leaves the link usable', async () => {
    const { client } = await startBroker();
    const sender = client.createSender('orders');

    const code = await errorCodeOf(sender.sendMessages({ body: randomBytes(3 * 1024 * 1024) }));
    await sender.sendMessages({ body: 'small' });

    expect(code).toBe('MessageSizeExceeded');
    expect(only(await client.createReceiver('orders').receiveMessages(2)).body).toBe('small');
  });
});
