import type { ServiceBusClient, ServiceBusSessionReceiver } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../helpers/eventually.ts';
import { type BrokerFixture, connect, errorCodeOf, only, startBroker, startTopics } from './broker-fixture.ts';

const MINUTE_MS = 60_000;
const GROUPED = { grouped: { RequiresSession: true, LockDuration: 'PT1M', MaxDeliveryCount: 3 } };

async function startSessions(properties: object = {}): Promise<BrokerFixture> {
  return startBroker({ grouped: { ...GROUPED.grouped, ...properties } });
}

/** Sends one message for each of the texts: its letter is the session, all of it the body. */
async function send(client: ServiceBusClient, ...bodies: readonly string[]): Promise<void> {
  await client.createSender('grouped').sendMessages(bodies.map((body) => ({ body, sessionId: body.slice(0, 1) })));
}

async function bodiesOf(receiver: ServiceBusSessionReceiver, count: number): Promise<unknown[]> {
  const messages = await receiver.receiveMessages(count);
  return messages.map((message) => message.body);
}

/** A client that neither waits long nor tries again. */
function impatient(connectionString: string, timeoutInMs: number): ServiceBusClient {
  return connect(connectionString, { retryOptions: { maxRetries: 0, timeoutInMs } });
}

describe('a session', () => {
  it('gives its messages to its holder in their order, and no others', async () => {
    const { client, clock } = await startSessions();
    await send(client, 'a1', 'b1', 'a2', 'b2', 'a3');

    const receiver = await client.acceptSession('grouped', 'a');
    const bodies = await bodiesOf(receiver, 10);

    expect(receiver.sessionId).toBe('a');
    expect(receiver.sessionLockedUntilUtc.getTime()).toBe(clock.now() + MINUTE_MS);
    expect(bodies).toEqual(['a1', 'a2', 'a3']);
  });

  it('has one holder at a time', async () => {
    const { client, server } = await startSessions();
    await send(client, 'a1');
    const holder = await client.acceptSession('grouped', 'a');

    const refused = await errorCodeOf(client.acceptSession('grouped', 'a'));
    await holder.close();
    const next = await client.acceptSession('grouped', 'a');

    expect(refused).toBe('SessionCannotBeLocked');
    expect(await bodiesOf(next, 1)).toEqual(['a1']);
    expect(server.counters()).toMatchObject({ sessionsAccepted: 2, sessionLocksLost: 0 });
  });

  it('can be accepted by its name while it has no messages, and gets those that come', async () => {
    const { client } = await startSessions();
    const receiver = await client.acceptSession('grouped', 'a');
    const received = receiver.receiveMessages(1, { maxWaitTimeInMs: 5000 });

    await send(client, 'b1', 'a1');

    expect(only(await received).body).toBe('a1');
  });

  it('tells of each message that it is locked as long as the session', async () => {
    const { client, clock } = await startSessions();
    await send(client, 'a1');
    const receiver = await client.acceptSession('grouped', 'a');
    clock.advance(10_000);

    const [message] = await receiver.receiveMessages(1);

    expect(message?.lockedUntilUtc?.getTime()).toBe(receiver.sessionLockedUntilUtc.getTime());
    expect(message?.deliveryCount).toBe(0);
  });

  it('hands an abandoned message out again before those after it, with one delivery counted', async () => {
    const { client } = await startSessions();
    await send(client, 'a1', 'a2');
    const receiver = await client.acceptSession('grouped', 'a');
    const first = only(await receiver.receiveMessages(1));

    await receiver.abandonMessage(first, { why: 'busy' });
    const again = await receiver.receiveMessages(2);

    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['a1', 1],
      ['a2', 0],
    ]);
    expect(again[0]?.applicationProperties).toEqual({ why: 'busy' });
  });

  it('can be received from so that messages are gone once they are delivered', async () => {
    const { client } = await startSessions();
    await send(client, 'a1', 'a2');
    const receiver = await client.acceptSession('grouped', 'a', { receiveMode: 'receiveAndDelete' });

    const bodies = await bodiesOf(receiver, 2);

    expect(bodies).toEqual(['a1', 'a2']);
    expect(await client.createReceiver('grouped').peekMessages(5)).toEqual([]);
  });
});

describe('the next session', () => {
  it('is the one that has been ready the longest and that nobody holds', async () => {
    const { client } = await startSessions();
    await send(client, 'b1', 'a1', 'b2', 'c1');
    await client.acceptSession('grouped', 'a');

    const first = await client.acceptNextSession('grouped');
    const second = await client.acceptNextSession('grouped');

    expect([first.sessionId, second.sessionId]).toEqual(['b', 'c']);
    expect(await bodiesOf(first, 2)).toEqual(['b1', 'b2']);
  });

  it('is waited for as long as the client says, and then there was none', async () => {
    const { server, clock } = await startSessions();
    const client = impatient(server.connectionString, 8000);
    const accepted = errorCodeOf(client.acceptNextSession('grouped'));

    await eventually(() => expect(clock.next()).toBeGreaterThan(clock.now() + 7000));
    clock.advance(8000);

    expect(await accepted).toBe('ServiceTimeout');
  });

  it('is granted at once when it appears while somebody waits, to whoever has waited the longest', async () => {
    const { client, server, lines } = await startSessions();
    const opened = () => lines.filter((line) => line.includes('Opened the link grouped')).length;
    const first = client.acceptNextSession('grouped');
    await eventually(() => expect(opened()).toBe(1));
    const second = connect(server.connectionString).acceptNextSession('grouped');
    await eventually(() => expect(opened()).toBe(2));

    await send(client, 'a1', 'b1');

    expect([(await first).sessionId, (await second).sessionId]).toEqual(['a', 'b']);
  });

  it.each([
    ['has stopped waiting', async (_other: ServiceBusClient, waiting: AbortController) => waiting.abort()],
    ['has gone', async (other: ServiceBusClient) => other.close()],
  ])('is not kept for a client that %s', async (_what, leave) => {
    const { client, server, clock } = await startSessions();
    const other = connect(server.connectionString);
    const waiting = new AbortController();
    other.acceptNextSession('grouped', { abortSignal: waiting.signal }).catch(() => undefined);
    await eventually(() => expect(clock.next()).toBeDefined());

    await leave(other, waiting);
    await send(client, 'a1');
    const receiver = await client.acceptNextSession('grouped');

    expect(await bodiesOf(receiver, 1)).toEqual(['a1']);
  });

  it('is granted to whoever waits as soon as its lock runs out, though its holder never asked for a message', async () => {
    const { client, server, clock } = await startSessions();
    await send(client, 'a1');
    await client.acceptSession('grouped', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const accepted = connect(server.connectionString, {
      retryOptions: { maxRetries: 0, timeoutInMs: 2 * MINUTE_MS },
    }).acceptNextSession('grouped');
    await eventually(() => expect(server.counters()['sessionsAwaited']).toBe(1));

    clock.advance(MINUTE_MS);

    expect(await bodiesOf(await accepted, 1)).toEqual(['a1']);
  });

  it('comes back to the end of the line when its holder leaves messages in it', async () => {
    const { client } = await startSessions();
    await send(client, 'a1', 'b1');
    const first = await client.acceptNextSession('grouped');
    await first.close();

    const next = await client.acceptNextSession('grouped');
    const afterIt = await client.acceptNextSession('grouped');

    expect([first.sessionId, next.sessionId, afterIt.sessionId]).toEqual(['a', 'b', 'a']);
  });
});

describe('a session lock', () => {
  it('that runs out gives the messages back with one delivery counted, and nobody can settle them by it', async () => {
    const { client, clock, server } = await startSessions();
    await send(client, 'a1', 'a2');
    const late = await client.acceptSession('grouped', 'a');
    const [held] = await late.receiveMessages(1);
    if (held === undefined) throw new Error('A message was expected.');

    clock.advance(MINUTE_MS);
    await eventually(() => expect(late.isClosed).toBe(true));
    const code = await errorCodeOf(late.completeMessage(held));
    const next = await client.acceptNextSession('grouped');
    const again = await next.receiveMessages(2);

    expect(code).toBe('SessionLockLost');
    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['a1', 1],
      ['a2', 0],
    ]);
    expect(server.counters()).toMatchObject({ sessionsAccepted: 2, sessionLocksLost: 1 });
  });

  it('that ran out again and again ends in a dead letter, which is read without sessions', async () => {
    const { client, clock } = await startSessions({ MaxDeliveryCount: 2 });
    await send(client, 'a1');
    for (const _time of [1, 2]) {
      const receiver = await client.acceptSession('grouped', 'a');
      await receiver.receiveMessages(1);
      clock.advance(MINUTE_MS);
    }

    const [dead] = await client.createReceiver('grouped', { subQueueType: 'deadLetter' }).receiveMessages(1);

    expect(dead).toMatchObject({ body: 'a1', sessionId: 'a', deadLetterReason: 'MaxDeliveryCountExceeded' });
  });

  it('goes on when it is renewed, and the locks of its messages with it', async () => {
    const { client, clock, server } = await startSessions();
    await send(client, 'a1');
    const receiver = await client.acceptSession('grouped', 'a');
    const message = only(await receiver.receiveMessages(1));
    clock.advance(50_000);

    const until = await receiver.renewSessionLock();
    clock.advance(50_000);
    await receiver.completeMessage(message);

    expect(until.getTime()).toBe(clock.now() + 10_000);
    expect(await client.createReceiver('grouped').peekMessages(1)).toEqual([]);
    expect(server.counters()['renewals']).toBe(1);
  });

  it('given back returns what was not settled, in its place and without counting a delivery', async () => {
    const { client } = await startSessions();
    await send(client, 'a1', 'a2', 'a3');
    const first = await client.acceptSession('grouped', 'a');
    const [one] = await first.receiveMessages(2);
    if (one === undefined) throw new Error('A message was expected.');
    await first.completeMessage(one);

    await first.close();
    const second = await client.acceptSession('grouped', 'a');
    const again = await second.receiveMessages(3);

    expect(again.map(({ body, deliveryCount }) => [body, deliveryCount])).toEqual([
      ['a2', 0],
      ['a3', 0],
    ]);
  });

  it('ends with the connection of its holder', async () => {
    const { client, server } = await startSessions();
    await send(client, 'a1');
    const other = connect(server.connectionString);
    await bodiesOf(await other.acceptSession('grouped', 'a'), 1);

    await other.close();
    const receiver = await client.acceptSession('grouped', 'a');

    expect(await bodiesOf(receiver, 1)).toEqual(['a1']);
  });

  it('ends when the broker takes the links away, and the session can be accepted again', async () => {
    const { client, server } = await startSessions();
    await send(client, 'a1');
    const receiver = await client.acceptSession('grouped', 'a');
    const held = only(await receiver.receiveMessages(1));

    server.detachLinks('grouped');
    await eventually(() => expect(receiver.isClosed).toBe(true));
    const code = await errorCodeOf(receiver.completeMessage(held));
    const next = await client.acceptSession('grouped', 'a');

    expect(code).toBe('SessionLockLost');
    expect(await bodiesOf(next, 1)).toEqual(['a1']);
  });

  it('is told to a receiver that waits when it runs out', async () => {
    const { client, clock } = await startSessions();
    const receiver = await client.acceptSession('grouped', 'a', { maxAutoLockRenewalDurationInMs: 0 });
    const told = new Promise<unknown>((resolve) => {
      receiver.subscribe({ processMessage: async () => undefined, processError: async ({ error }) => resolve(error) });
    });

    clock.advance(MINUTE_MS);

    expect(await told).toMatchObject({ code: 'SessionLockLost' });
    expect(receiver.isClosed).toBe(true);
  });
});

describe('the state of a session', () => {
  it('is kept for the next holder until it is taken away, with or without messages', async () => {
    const { client } = await startSessions();
    const first = await client.acceptSession('grouped', 'a');
    const before = await first.getSessionState();
    await first.setSessionState({ step: 3, note: 'ä' });
    await first.close();

    const second = await client.acceptSession('grouped', 'a');
    const kept = await second.getSessionState();
    await second.setSessionState(null);

    expect(before).toBeNull();
    expect(kept).toEqual({ step: 3, note: 'ä' });
    expect(await second.getSessionState()).toBeNull();
  });

  it('belongs to its session alone, and to its holder', async () => {
    const { client, clock } = await startSessions();
    const late = await client.acceptSession('grouped', 'a');
    await late.setSessionState('first');
    const management = managementOf(client);
    clock.advance(MINUTE_MS);
    const holder = await client.acceptSession('grouped', 'a');

    const codes = await Promise.all([
      errorCodeOf(management.setSessionState('a', 'too late', { associatedLinkName: 'another link' })),
      errorCodeOf(management.setSessionState('b', 'not held', {})),
      errorCodeOf(management.renewSessionLock('a', { associatedLinkName: 'another link' })),
    ]);

    expect(codes).toEqual(['SessionLockLost', 'SessionLockLost', 'SessionLockLost']);
    expect(await holder.getSessionState()).toBe('first');
    expect(await (await client.acceptSession('grouped', 'b')).getSessionState()).toBeNull();
  });
});

describe('the sessions of a queue', () => {
  it('can be listed: those with messages, and those whose state was set after a time', async () => {
    const { client, clock } = await startSessions();
    await send(client, 'a1', 'b1', 'c1');
    await (await client.acceptSession('grouped', 'x')).setSessionState('old');
    clock.advance(1000);
    await (await client.acceptSession('grouped', 'y')).setSessionState('new');
    const management = managementOf(client);

    const withMessages = await management.listMessageSessions(1, 2, new Date(253_402_300_799_999));
    const lately = await management.listMessageSessions(0, 10, new Date(clock.now() - 500));
    const none = await management.listMessageSessions(0, 10, new Date(clock.now()));

    expect(withMessages).toEqual(['b', 'c']);
    expect(lately).toEqual(['y']);
    expect(none).toEqual([]);
  });

  it('can be looked into one by one', async () => {
    const { client, server } = await startSessions();
    await send(client, 'a1', 'b1', 'a2');
    const receiver = await client.acceptSession('grouped', 'a');

    const ofSession = await receiver.peekMessages(10);
    const ofAll = await connect(server.connectionString).createReceiver('grouped').peekMessages(10);

    expect(ofSession.map(({ body }) => body)).toEqual(['a1', 'a2']);
    expect(ofAll.map(({ body }) => body)).toEqual(['a1', 'b1', 'a2']);
  });
});

describe('a message of a session', () => {
  it('can be deferred, taken out by whoever holds the session, and settled', async () => {
    const { client } = await startSessions();
    await send(client, 'a1', 'b1');
    const receiver = await client.acceptSession('grouped', 'a');
    const message = only(await receiver.receiveMessages(1));
    await receiver.deferMessage(message);
    const number = message.sequenceNumber;
    if (number === undefined) throw new Error('A sequence number was expected.');
    const stranger = await client.acceptSession('grouped', 'b');

    const refused = await errorCodeOf(stranger.receiveDeferredMessages(number));
    const deferred = only(await receiver.receiveDeferredMessages(number));
    await receiver.completeMessage(deferred);

    expect(refused).toBe('MessageNotFound');
    expect(deferred.body).toBe('a1');
    expect((await receiver.peekMessages(5)).map(({ body }) => body)).toEqual([]);
  });

  it('that was deferred and taken out stays deferred when the session lock runs out', async () => {
    const { client, clock } = await startSessions();
    await send(client, 'a1');
    const receiver = await client.acceptSession('grouped', 'a');
    const message = only(await receiver.receiveMessages(1));
    await receiver.deferMessage(message);
    const deferred = only(await receiver.receiveDeferredMessages(message.sequenceNumber ?? []));

    clock.advance(MINUTE_MS);
    const code = await errorCodeOf(receiver.completeMessage(deferred));
    const [left] = await client.createReceiver('grouped').peekMessages(1);

    expect(code).toBe('SessionLockLost');
    expect(left).toMatchObject({ body: 'a1', state: 'deferred', deliveryCount: 1 });
  });

  it('can be scheduled, and opens its session when its time has come', async () => {
    const { client, clock } = await startSessions();
    const at = new Date(clock.now() + MINUTE_MS);
    await client.createSender('grouped').scheduleMessages({ body: 'a1', sessionId: 'a' }, at);
    const accepted = client.acceptNextSession('grouped');
    const early = (await client.createReceiver('grouped').peekMessages(1)).map(({ state }) => state);

    clock.advance(MINUTE_MS);
    const receiver = await accepted;

    expect(early).toEqual(['scheduled']);
    expect(receiver.sessionId).toBe('a');
    expect(await bodiesOf(receiver, 1)).toEqual(['a1']);
  });

  it('expires while its session is held, and while nobody holds it', async () => {
    const { client, clock } = await startSessions({ DeadLetteringOnMessageExpiration: true });
    const sender = client.createSender('grouped');
    await sender.sendMessages(['a', 'b'].map((sessionId) => ({ body: sessionId, sessionId, timeToLive: 1000 })));
    await client.acceptSession('grouped', 'a');

    clock.advance(1000);
    const dead = await client.createReceiver('grouped', { subQueueType: 'deadLetter' }).receiveMessages(2);

    expect(dead.map(({ body, deadLetterReason }) => [body, deadLetterReason])).toEqual([
      ['a', 'TTLExpiredException'],
      ['b', 'TTLExpiredException'],
    ]);
  });

  it('has no lock of its own that could be renewed', async () => {
    const { client } = await startSessions();
    await send(client, 'a1');
    const message = only(await (await client.acceptSession('grouped', 'a')).receiveMessages(1));

    const renewal = managementOf(client).renewLock(message.lockToken ?? '');

    await expect(renewal).rejects.toThrow(/renew the lock of the session/);
  });
});

describe('a subscription with sessions', () => {
  it('is received from by session like a queue, and dead-letters what names none', async () => {
    const { client } = await startTopics({ events: { subscriptions: { ordered: { properties: { RequiresSession: true } } } } });
    const messages = ['a1', 'b1', 'a2'].map((body) => ({ body, sessionId: body.slice(0, 1) }));

    await client.createSender('events').sendMessages([...messages, { body: 'none' }]);
    const receiver = await client.acceptNextSession('events', 'ordered');
    await receiver.setSessionState({ seen: 0 });
    const bodies = await bodiesOf(receiver, 3);
    const dead = client.createReceiver('events', 'ordered', { subQueueType: 'deadLetter' });

    expect(receiver.sessionId).toBe('a');
    expect(bodies).toEqual(['a1', 'a2']);
    expect(await receiver.getSessionState()).toEqual({ seen: 0 });
    expect(only(await dead.receiveMessages(1))).toMatchObject({ body: 'none', deadLetterReason: 'Session id is null.' });
  });
});

interface SessionManagement {
  setSessionState(sessionId: string, state: unknown, options: { associatedLinkName?: string }): Promise<void>;
  renewSessionLock(sessionId: string, options: { associatedLinkName?: string }): Promise<Date>;
  renewLock(lockToken: string): Promise<Date>;
  listMessageSessions(skip: number, top: number, lastUpdatedTime: Date): Promise<string[]>;
}

/** The SDK's own way to the management node, with operations it does not offer its users. */
function managementOf(client: ServiceBusClient): SessionManagement {
  const context = Reflect.get(client, '_connectionContext');
  return context.getManagementClient('grouped');
}
