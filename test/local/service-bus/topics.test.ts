import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONDITION } from '../../../local/service-bus/errors.ts';
import { type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { bodiesOf, connect, errorCodeOf, only, ruleNames, startTopics } from './broker-fixture.ts';
import { KillableBroker } from './killable-broker.ts';
import { topologyOf } from './queues.ts';

const MINUTE_MS = 60_000;
const LOCK_MS = 30_000;

const TWO = { events: { subscriptions: { audit: {}, billing: {} } } };

describe('a message sent to a topic', () => {
  it('comes to every subscription, each with its own lock, count and numbers', async () => {
    const { client, server } = await startTopics(TWO);
    const audit = client.createReceiver('events', 'audit');
    const billing = client.createReceiver('events', 'billing');

    await client.createSender('events').sendMessages({
      body: { id: 1 },
      messageId: 'm-1',
      subject: 'placed',
      applicationProperties: { region: 'eu' },
    });
    const inAudit = only(await audit.receiveMessages(1));
    await audit.abandonMessage(inAudit);
    await billing.completeMessage(only(await billing.receiveMessages(1)));
    const again = only(await audit.receiveMessages(1));

    expect(again).toMatchObject({
      body: { id: 1 },
      messageId: 'm-1',
      subject: 'placed',
      applicationProperties: { region: 'eu' },
      deliveryCount: 1,
    });
    expect(again.enqueuedSequenceNumber).toBe(1);
    expect(await bodiesOf(client, 'events', 'billing')).toEqual([]);
    expect(server.counters()).toMatchObject({ sends: 1, settlements: 2 });
  });

  it('is stored with all of its copies in one commit', async () => {
    const { client, server } = await startTopics(TWO);
    const sender = client.createSender('events');
    await sender.sendMessages({ body: 1 });
    const before = server.counters()['commits'] ?? 0;

    await sender.sendMessages([{ body: 2 }, { body: 3 }]);

    expect(server.counters()['commits']).toBe(before + 1);
    expect(await bodiesOf(client, 'events', 'audit')).toEqual([1, 2, 3]);
    expect(await bodiesOf(client, 'events', 'billing')).toEqual([1, 2, 3]);
  });

  it('is accepted where nobody subscribes', async () => {
    const { client, server } = await startTopics({ events: {} });

    await client.createSender('events').sendMessages({ body: 1 });

    expect(server.counters()['sends']).toBe(1);
  });

  it('finds topic and subscription in any case', async () => {
    const { client } = await startTopics(TWO);

    await client.createSender('EVENTS').sendMessages({ body: 1 });

    const received = only(await client.createReceiver('Events', 'AUDIT').receiveMessages(1));
    expect(received.body).toBe(1);
  });

  it('is taken once by a topic that detects duplicates', async () => {
    const { client, clock } = await startTopics({
      events: { ...TWO.events, properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT1M' } },
    });
    const sender = client.createSender('events');

    await sender.sendMessages({ body: 'first', messageId: 'a' });
    await sender.sendMessages([
      { body: 'again', messageId: 'a' },
      { body: 'other', messageId: 'b' },
    ]);
    clock.advance(MINUTE_MS);
    await sender.sendMessages({ body: 'later', messageId: 'a' });

    expect(await bodiesOf(client, 'events', 'audit')).toEqual(['first', 'other', 'later']);
    expect(await bodiesOf(client, 'events', 'billing')).toEqual(['first', 'other', 'later']);
  });

  it('waits for its scheduled time in the topic, and can be cancelled there', async () => {
    const { client, clock } = await startTopics(TWO);
    const sender = client.createSender('events');
    const due = new Date(clock.now() + MINUTE_MS);
    const [first, second] = await sender.scheduleMessages([{ body: 1 }, { body: 2 }], due);
    await sender.sendMessages({ body: 3, scheduledEnqueueTimeUtc: due });
    if (first === undefined || second === undefined) throw new Error('Two numbers were expected.');

    await sender.cancelScheduledMessages(first);
    const early = await bodiesOf(client, 'events', 'audit');
    clock.advance(MINUTE_MS);

    expect(early).toEqual([]);
    expect(await bodiesOf(client, 'events', 'audit')).toEqual([2, 3]);
    expect(await bodiesOf(client, 'events', 'billing')).toEqual([2, 3]);
    expect(await errorCodeOf(sender.cancelScheduledMessages(second))).toBe('MessageNotFound');
  });
});

describe('a subscription', () => {
  it('is told from its topic: nothing is sent to it, and nothing received from the topic', async () => {
    const { client } = await startTopics(TWO);
    const receiver = client.createReceiver('events');
    const sender = client.createSender('events/Subscriptions/audit');

    await expect(receiver.receiveMessages(1)).rejects.toThrow(/receive from one of its subscriptions/);
    await expect(sender.sendMessages({ body: 1 })).rejects.toThrow(/send to its topic/);
    await expect(sender.scheduleMessages({ body: 1 }, new Date())).rejects.toThrow(/send to its topic/);
  });

  it('that does not exist is not found', async () => {
    const { client } = await startTopics(TWO);

    const codes = await Promise.all([
      errorCodeOf(client.createReceiver('events', 'nobody').receiveMessages(1)),
      errorCodeOf(client.createReceiver('nothing', 'audit').peekMessages(1)),
      errorCodeOf(client.createSender('nothing').sendMessages({ body: 1 })),
    ]);

    expect(codes).toEqual(['MessagingEntityNotFound', 'MessagingEntityNotFound', 'MessagingEntityNotFound']);
  });

  it('moves what fails too often to its own dead letters', async () => {
    const { client, clock } = await startTopics({
      events: { subscriptions: { audit: { properties: { LockDuration: 'PT30S', MaxDeliveryCount: 2 } }, billing: {} } },
    });
    await client.createSender('events').sendMessages({ body: 1 });
    const receiver = client.createReceiver('events', 'audit', { maxAutoLockRenewalDurationInMs: 0 });

    await receiver.receiveMessages(1);
    clock.advance(LOCK_MS);
    await receiver.abandonMessage(only(await receiver.receiveMessages(1)));

    const dead = only(await client.createReceiver('events', 'audit', { subQueueType: 'deadLetter' }).receiveMessages(1));
    expect(dead).toMatchObject({ body: 1, deadLetterReason: 'MaxDeliveryCountExceeded' });
    expect(await bodiesOf(client, 'events', 'billing')).toEqual([1]);
  });

  it('keeps messages as long as the message, the topic and the subscription allow, whichever is least', async () => {
    const { client, clock } = await startTopics({
      events: {
        properties: { DefaultMessageTimeToLive: 'PT3M' },
        subscriptions: {
          audit: { properties: { DeadLetteringOnMessageExpiration: true } },
          billing: { properties: { DefaultMessageTimeToLive: 'PT2M' } },
        },
      },
    });
    await client.createSender('events').sendMessages([{ body: 'short', timeToLive: MINUTE_MS }, { body: 'long' }]);

    clock.advance(MINUTE_MS);
    const afterOne = await bodiesOf(client, 'events', 'billing');
    clock.advance(MINUTE_MS);
    const afterTwo = [await bodiesOf(client, 'events', 'billing'), await bodiesOf(client, 'events', 'audit')];
    clock.advance(MINUTE_MS);

    const dead = await client.createReceiver('events', 'audit', { subQueueType: 'deadLetter' }).peekMessages(5);
    expect(afterOne).toEqual(['long']);
    expect(afterTwo).toEqual([[], ['long']]);
    expect(dead.map(({ body, deadLetterReason }) => [body, deadLetterReason])).toEqual([
      ['short', 'TTLExpiredException'],
      ['long', 'TTLExpiredException'],
    ]);
  });

  it('that requires sessions gets a message without one as a dead letter, and the sender is not told', async () => {
    const { client } = await startTopics({
      events: { subscriptions: { grouped: { properties: { RequiresSession: true } }, audit: {} } },
    });

    await client.createSender('events').sendMessages([{ body: 1 }, { body: 2, sessionId: 'a' }]);

    const dead = only(await client.createReceiver('events', 'grouped', { subQueueType: 'deadLetter' }).receiveMessages(1));
    expect(dead).toMatchObject({ body: 1, deadLetterReason: 'Session id is null.' });
    expect(await bodiesOf(client, 'events', 'audit')).toEqual([1, 2]);
  });
});

describe('a topic that is disturbed on purpose', () => {
  it('refuses sends, and takes its link away from a sender that goes on with another', async () => {
    const { client, server } = await startTopics(TWO);
    const sender = client.createSender('events');
    await sender.sendMessages({ body: 1 });

    server.refuseSends('Events', CONDITION.argumentError, 1);
    const refused = await errorCodeOf(sender.sendMessages({ body: 2 }));
    server.detachLinks('EVENTS');
    // An answer over the same connection: the client has heard of the detach before.
    await ruleNames(client, 'events', 'audit');
    await sender.sendMessages({ body: 3 });

    expect(refused).toBe('GeneralError');
    expect(await bodiesOf(client, 'events', 'audit')).toEqual([1, 3]);
  });
});

describe('a subscription with sessions', () => {
  it('hands out each session in order, to one receiver at a time', async () => {
    const { client } = await startTopics({ events: { subscriptions: { grouped: { properties: { RequiresSession: true } } } } });
    await client.createSender('events').sendMessages([
      { body: 1, sessionId: 'a' },
      { body: 2, sessionId: 'b' },
      { body: 3, sessionId: 'a' },
    ]);

    const first = await client.acceptSession('events', 'grouped', 'a');
    const second = await client.acceptNextSession('events', 'grouped');
    const inFirst = await first.receiveMessages(3);
    const taken = await errorCodeOf(client.acceptSession('events', 'grouped', 'a'));

    expect(inFirst.map(({ body }) => body)).toEqual([1, 3]);
    expect(second.sessionId).toBe('b');
    expect(taken).toBe('SessionCannotBeLocked');
  });
});

describe('a topic of a broker that is killed', () => {
  const TOPICS = {
    events: { properties: { RequiresDuplicateDetection: true }, subscriptions: { audit: {}, billing: {} } },
  };

  it('comes back with its copies, what is scheduled, the message ids, the numbers and the rules', async () => {
    const broker = await KillableBroker.start({}, TOPICS);
    const before = connect(broker.connectionString);
    const sender = before.createSender('events');
    await sender.sendMessages([{ body: 1, messageId: 'a' }, { body: 2 }]);
    const [number] = await sender.scheduleMessages({ body: 'scheduled' }, new Date(Date.now() + MINUTE_MS));
    const receiver = before.createReceiver('events', 'audit');
    await receiver.completeMessage(only(await receiver.receiveMessages(1)));
    const rules = before.createRuleManager('events', 'billing');
    await rules.createRule('eu', { sqlExpression: "region = 'eu'" });
    await rules.deleteRule('$Default');

    await broker.kill();
    await broker.startAgain();
    const after = connect(broker.connectionString);
    const again = after.createSender('events');
    await again.sendMessages([
      { body: 'again', messageId: 'a' },
      { body: 'eu', applicationProperties: { region: 'eu' } },
      { body: 'us', applicationProperties: { region: 'us' } },
    ]);
    await again.cancelScheduledMessages(number ?? []);

    const inAudit = await after.createReceiver('events', 'audit').peekMessages(5);
    expect(inAudit.map(({ body }) => body)).toEqual([2, 'eu', 'us']);
    expect(await bodiesOf(after, 'events', 'billing')).toEqual([1, 2, 'eu']);
    expect(inAudit[1]?.enqueuedSequenceNumber).toBe(4);
    expect(await ruleNames(after, 'events', 'billing')).toEqual(['eu']);
  });
});

describe('a topology whose rules have changed', () => {
  it('wins over the rules that were made meanwhile; one that has not changed leaves them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const startWith = (expression: string) =>
      startServiceBus({
        port: 0,
        topology: topologyOf(
          {},
          { events: { subscriptions: { audit: { rules: { own: { SqlFilter: { SqlExpression: expression } } } } } } },
        ),
        databasePath: join(folder, 'broker.db'),
      });
    const first = await startWith('1=1');
    const client = connect(first.connectionString);
    await client.createRuleManager('events', 'audit').createRule('made', { sqlExpression: '2=2' });
    await client.close();
    await first.close();

    const unchanged = await startWith('1=1');
    const kept = await namesAt(unchanged);
    await unchanged.close();
    const changed = await startWith('1=2');
    const replaced = await namesAt(changed);
    await changed.close();

    expect(kept).toEqual(['made', 'own']);
    expect(replaced).toEqual(['own']);
  });
});

async function namesAt(server: ServiceBusServer): Promise<string[]> {
  const client = connect(server.connectionString);
  const names = await ruleNames(client, 'events', 'audit');
  await client.close();
  return names;
}
