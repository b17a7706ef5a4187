import { ServiceBusClient } from '@azure/service-bus';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceBusRedelivery } from '../../../src/adapters/azure/service-bus-redelivery.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import type { MessageCopy } from '../../../src/ports/redelivery.ts';
import { connect, only, startBroker } from '../../local/service-bus/broker-fixture.ts';
import { KillableBroker } from '../../local/service-bus/killable-broker.ts';

const MINUTE_MS = 60_000;

function redeliveryOver(connectionString: string, nameOf?: (queue: string) => string | undefined) {
  const opened: string[] = [];
  const redelivery = new ServiceBusRedelivery(async (connection) => {
    opened.push(connection);
    return new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 2_000 } });
  }, nameOf);
  onTestFinished(() => redelivery.close());
  return { redelivery, opened };
}

function copy(parts: Partial<MessageCopy> = {}): MessageCopy {
  return {
    connection: 'SB',
    queue: 'orders',
    messageId: 'retry-1',
    body: Buffer.from('{"a":1}'),
    fields: {},
    properties: {},
    dueAt: Date.now() + MINUTE_MS,
    ...parts,
  };
}

describe('a copy sent for later', () => {
  it('comes at its time, byte for byte and with all it says of itself', async () => {
    const { client, clock, server } = await startBroker();
    const { redelivery } = redeliveryOver(server.connectionString);
    const body = Buffer.concat([Buffer.from('before'), Buffer.from([0, 255, 254])]).subarray(6);
    const fields = {
      contentType: 'application/json',
      correlationId: 'c',
      subject: 'placed',
      to: 'billing',
      replyTo: 'backend',
      sessionId: 's',
      replyToSessionId: 'r',
      partitionKey: 's',
    };
    const properties = { tenant: 'north', count: 3, ratio: 0.5, express: true, nothing: null };
    const receiver = client.createReceiver('orders', { skipParsingBodyAsJson: true });

    await redelivery.schedule(copy({ body, fields, properties, timeToLiveMs: 5 * MINUTE_MS, dueAt: clock.now() + MINUTE_MS }));
    const early = only(await receiver.peekMessages(5));
    clock.advance(MINUTE_MS);
    const received = only(await receiver.receiveMessages(1));

    expect(early.state).toBe('scheduled');
    expect(received).toMatchObject({ messageId: 'retry-1', ...fields, applicationProperties: properties, deliveryCount: 0 });
    expect(Buffer.from(received.body)).toEqual(Buffer.from([0, 255, 254]));
    expect(received.timeToLive).toBe(5 * MINUTE_MS);
  });

  it('twice comes once where the queue detects duplicates, though the original has come before', async () => {
    const { client, clock, server } = await startBroker({ orders: { RequiresDuplicateDetection: true } });
    const { redelivery } = redeliveryOver(server.connectionString);
    await client.createSender('orders').sendMessages({ messageId: 'm-1', body: 'original' });

    await redelivery.schedule(copy({ dueAt: clock.now() + 1 }));
    await redelivery.schedule(copy({ dueAt: clock.now() + 1 }));
    clock.advance(1);

    const peeked = await client.createReceiver('orders').peekMessages(5);
    expect(peeked.map(({ messageId }) => messageId)).toEqual(['m-1', 'retry-1']);
  });

  it('goes to the queue that a setting names, over one client a connection', async () => {
    const { client, server } = await startBroker({ orders: {}, refunds: {} });
    const { redelivery, opened } = redeliveryOver(server.connectionString, (queue) => (queue === '%QUEUE%' ? 'refunds' : queue));

    await redelivery.schedule(copy());
    await redelivery.schedule(copy({ queue: '%QUEUE%' }));
    await redelivery.schedule(copy({ connection: 'OTHER' }));

    expect(await client.createReceiver('orders').peekMessages(5)).toHaveLength(2);
    expect(await client.createReceiver('refunds').peekMessages(5)).toHaveLength(1);
    expect(opened).toEqual(['SB', 'OTHER']);
  });
});

describe('a copy that cannot be sent', () => {
  it('is refused where there is no such queue, and the others of the connection go on', async () => {
    const { server } = await startBroker();
    const { redelivery, opened } = redeliveryOver(server.connectionString, (queue) => (queue === '%GONE%' ? undefined : queue));

    await expect(redelivery.schedule(copy({ queue: 'nothing' }))).rejects.toBeInstanceOf(DependencyRefusedError);
    await expect(redelivery.schedule(copy({ queue: '%GONE%' }))).rejects.toThrow(/setting in %GONE% is missing/);
    await redelivery.schedule(copy());

    expect(opened).toEqual(['SB']);
  });

  it('fails for now while the broker is away, and goes over a new connection when it is back', async () => {
    const broker = await KillableBroker.start({ orders: {} });
    const { redelivery, opened } = redeliveryOver(broker.connectionString);
    await redelivery.schedule(copy({ messageId: 'before' }));

    await broker.kill();
    await expect(redelivery.schedule(copy())).rejects.toBeInstanceOf(DependencyUnavailableError);
    await broker.startAgain();
    await redelivery.schedule(copy({ messageId: 'after' }));

    const peeked = await connect(broker.connectionString).createReceiver('orders').peekMessages(5);
    expect(peeked.map(({ messageId }) => messageId)).toEqual(['before', 'after']);
    expect(opened).toEqual(['SB', 'SB']);
  });
});
