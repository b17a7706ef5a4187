import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { connect, errorCodeOf, only } from './broker-fixture.ts';
import { KillableBroker } from './killable-broker.ts';

const MINUTE_MS = 60_000;
const QUEUES = {
  orders: { LockDuration: 'PT1M' },
  events: { RequiresDuplicateDetection: true },
  grouped: { RequiresSession: true },
};

describe('a broker that is killed', () => {
  it('comes back with every message, deferred, scheduled and locked ones included, and its counters', async () => {
    const broker = await KillableBroker.start(QUEUES);
    const before = connect(broker.connectionString);
    const sender = before.createSender('orders');
    await sender.sendMessages(Array.from({ length: 100 }, (_, index) => ({ body: index, applicationProperties: { index } })));
    await sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + MINUTE_MS));
    const receiver = before.createReceiver('orders');
    const [completed, deferred, abandoned, locked] = await receiver.receiveMessages(4);
    if (completed === undefined || deferred === undefined || abandoned === undefined || locked === undefined)
      throw new Error('4 expected');
    await receiver.completeMessage(completed);
    await receiver.deferMessage(deferred, { why: 'later' });
    await receiver.abandonMessage(abandoned, { why: 'failed' });

    await broker.kill();
    await broker.startAgain();
    const after = connect(broker.connectionString);
    const reader = after.createReceiver('orders');
    const peeked = await reader.peekMessages(200);
    const [next] = await reader.receiveMessages(1);
    await after.createSender('orders').sendMessages({ body: 'new' });
    const last = only(await reader.peekMessages(200));

    const expectedBodies = [...Array.from({ length: 99 }, (_, index) => index + 1), 'scheduled'];
    expect(peeked.map((message) => message.body)).toEqual(expectedBodies);
    expect(peeked.map((message) => message.state)).toEqual(['deferred', ...Array(98).fill('active'), 'scheduled']);
    expect(peeked[0]?.applicationProperties).toEqual({ index: 1, why: 'later' });
    expect(next).toMatchObject({ body: 2, deliveryCount: 1, applicationProperties: { index: 2, why: 'failed' } });
    expect(await errorCodeOf(receiver.completeMessage(locked))).toBe('MessageLockLost');
    expect(last).toMatchObject({ body: 'new' });
    expect(last.sequenceNumber?.toNumber()).toBe(102);
  });

  it('comes back with its sessions: free, their messages in order, and their state', async () => {
    const broker = await KillableBroker.start(QUEUES);
    const before = connect(broker.connectionString);
    const bodies = ['a1', 'b1', 'a2', 'b2', 'a3'];
    await before.createSender('grouped').sendMessages(bodies.map((body) => ({ body, sessionId: body.slice(0, 1) })));
    const holder = await before.acceptSession('grouped', 'a');
    await holder.setSessionState({ seen: 1 });
    const [first, second] = await holder.receiveMessages(2);
    if (first === undefined || second === undefined) throw new Error('2 expected');
    await holder.completeMessage(first);
    await holder.abandonMessage(second);

    await broker.kill();
    await broker.startAgain();
    const after = connect(broker.connectionString);
    const [b, a] = [await after.acceptNextSession('grouped'), await after.acceptNextSession('grouped')];
    const received = [await a.receiveMessages(2), await b.receiveMessages(2)];

    expect([b.sessionId, a.sessionId]).toEqual(['b', 'a']);
    expect(await a.getSessionState()).toEqual({ seen: 1 });
    expect(received.map((messages) => messages.map(({ body }) => body))).toEqual([
      ['a2', 'a3'],
      ['b1', 'b2'],
    ]);
    expect(received[0]?.[0]?.deliveryCount).toBe(1);
  });

  it('still knows the message ids it has accepted', async () => {
    const broker = await KillableBroker.start(QUEUES);
    await connect(broker.connectionString).createSender('events').sendMessages({ body: 'first', messageId: 'a' });

    await broker.kill();
    await broker.startAgain();
    const client = connect(broker.connectionString);
    await client.createSender('events').sendMessages({ body: 'second', messageId: 'a' });

    expect(only(await client.createReceiver('events').peekMessages(5)).body).toBe('first');
  });

  it('loses nothing it has acknowledged to a sender, and its processors carry on', async () => {
    const broker = await KillableBroker.start(QUEUES);
    const client = connect(broker.connectionString, { retryOptions: { maxRetries: 20, retryDelayInMs: 50, timeoutInMs: 1000 } });
    const received = new Set<unknown>();
    client.createReceiver('orders').subscribe({
      processMessage: async (message) => void received.add(message.body),
      processError: async () => undefined,
    });
    const sender = client.createSender('orders');
    const acknowledged = new Set<number>();
    const sendAll = async (from: number, to: number) => {
      for (let number = from; number < to; ) {
        await sender.sendMessages({ body: number }).then(
          () => acknowledged.add(number++),
          () => undefined,
        );
      }
    };

    await sendAll(0, 20);
    const meanwhile = sendAll(20, 60);
    await broker.kill();
    await broker.startAgain();
    await meanwhile;
    await sendAll(60, 80);

    expect(acknowledged.size).toBe(80);
    await eventually(() => expect(received.size).toBe(80));
  });
});
