import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { only, startBroker } from './broker-fixture.ts';

/** What the client holds at most without having settled it, the one it keeps included. */
const CLIENT_WINDOW = 2048;

function barrier(count: number) {
  const waiting: (() => void)[] = [];
  let arrived = 0;
  return () =>
    new Promise<void>((resolve) => {
      arrived += 1;
      waiting.push(resolve);
      if (arrived >= count) for (const go of waiting.splice(0)) go();
    });
}

describe('receiving', () => {
  it('hands a processor as many messages at once as it asks for, and no more', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages(Array.from({ length: 40 }, (_, index) => ({ body: index })));
    const eightAtOnce = barrier(8);
    const errors: unknown[] = [];
    const seen: unknown[] = [];
    let active = 0;
    let peak = 0;

    const receiver = client.createReceiver('orders');
    receiver.subscribe(
      {
        async processMessage(message) {
          active += 1;
          peak = Math.max(peak, active);
          await eightAtOnce();
          seen.push(message.body);
          active -= 1;
        },
        async processError({ error }) {
          errors.push(error);
        },
      },
      { maxConcurrentCalls: 8 },
    );
    await eventually(() => expect(seen).toHaveLength(40));
    await receiver.close();

    expect(peak).toBe(8);
    expect(errors).toEqual([]);
    expect(new Set(seen).size).toBe(40);
  });

  it('answers a wait for nothing with an empty list, and hands over what comes later', async () => {
    const { client } = await startBroker();
    const receiver = client.createReceiver('orders');

    const nothing = await receiver.receiveMessages(1, { maxWaitTimeInMs: 100 });
    await client.createSender('orders').sendMessages({ body: 'late' });
    const late = await receiver.receiveMessages(1);

    expect(nothing).toEqual([]);
    expect(only(late)).toMatchObject({ body: 'late', deliveryCount: 0 });
  });

  it('delivers nothing more once a wait was given up', async () => {
    const { client } = await startBroker();
    const impatient = client.createReceiver('orders');
    await impatient.receiveMessages(5, { maxWaitTimeInMs: 50 });

    await client.createSender('orders').sendMessages({ body: 1 });
    const received = await client.createReceiver('orders').receiveMessages(1);

    expect(only(received).deliveryCount).toBe(0);
  });

  it('deletes at once what is received and deleted', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = client.createReceiver('orders', { receiveMode: 'receiveAndDelete' });

    const received = await receiver.receiveMessages(2);

    expect(received.map((message) => message.body)).toEqual([1, 2]);
    expect(await receiver.peekMessages(10)).toEqual([]);
  });

  it('spreads messages over the receivers that wait', async () => {
    const { client } = await startBroker();
    const waiting = [1, 2].map(() => client.createReceiver('orders').receiveMessages(1, { maxWaitTimeInMs: 5000 }));

    await client.createSender('orders').sendMessages([{ body: 1 }, { body: 2 }]);
    const received = await Promise.all(waiting);

    expect(
      received
        .flat()
        .map((message) => message.body)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('peeks without locking, in order and from any number on', async () => {
    const { client } = await startBroker();
    await client.createSender('orders').sendMessages([{ body: 'a' }, { body: 'b' }, { body: 'c' }]);
    const receiver = client.createReceiver('orders');
    await receiver.receiveMessages(1);

    const first = await receiver.peekMessages(2);
    const rest = await receiver.peekMessages(5);

    expect(first.map((message) => message.body)).toEqual(['a', 'b']);
    expect(rest.map((message) => [message.body, message.state, message.lockToken])).toEqual([['c', 'active', undefined]]);
  });

  it('locks no message that the window of the client has no place for', async () => {
    const { client, server } = await startBroker();
    const sender = client.createSender('orders');
    for (let part = 0; part < 5; part++) await sender.sendMessages(Array.from({ length: 600 }, (_, index) => ({ body: index })));
    const receiver = client.createReceiver('orders');
    const held = only(await receiver.receiveMessages(1));
    const counts: unknown[] = [];
    const completeUntil = async (total: number) => {
      while (counts.length < total) {
        const messages = await receiver.receiveMessages(Math.min(500, total - counts.length));
        counts.push(...messages.map((message) => message.deliveryCount));
        await Promise.all(messages.map((message) => receiver.completeMessage(message)));
      }
    };

    await completeUntil(CLIENT_WINDOW - 1);
    const beyond = await receiver.receiveMessages(100, { maxWaitTimeInMs: 100 });
    const deliveriesWithFullWindow = server.counters()['deliveries'];
    await receiver.completeMessage(held);
    await completeUntil(2999);

    expect(beyond).toEqual([]);
    expect(deliveriesWithFullWindow).toBe(CLIENT_WINDOW);
    expect(counts).toEqual(Array.from({ length: 2999 }, () => 0));
  });
});
