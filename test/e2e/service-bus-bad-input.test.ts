import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceBusServer, startServiceBus } from '../../local/service-bus/server.ts';
import { loadTopology } from '../../local/service-bus/topology.ts';
import { runId } from '../../src/triggers/run-id.ts';
import { MAX_ATTEMPTS } from '../../src/triggers/service-bus/retry-delay.ts';
import { eventually } from '../helpers/eventually.ts';
import { BAD_MESSAGES, type BadMessage, BLOBS, GOOD_MESSAGES, type GoodMessage, type Queue } from './bad-input/cases.ts';
import { ClockAhead } from './clock-ahead.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';

/** Queues and a topic of its own, on a broker of its own beside the stack's. */
const QUEUES = [
  { Name: 'orders' },
  { Name: 'keyed' },
  { Name: 'grouped', Properties: { RequiresSession: true } },
  { Name: 'unread', Properties: { DeadLetteringOnMessageExpiration: true } },
];
/** With rules that let in what is marked so. */
const TOPICS = [
  {
    Name: 'sales',
    Subscriptions: [
      {
        Name: 'billing',
        Rules: [{ Name: 'to-bill', Properties: { FilterType: 'Sql', SqlFilter: { SqlExpression: "sys.Label = 'to bill'" } } }],
      },
      { Name: 'audit' },
    ],
  },
];
/** Longer than a message is tried for. */
const A_DAY_MS = 24 * 3_600_000;

const clock = new ClockAhead();
let broker: ServiceBusServer;
let client: ServiceBusClient;
let stack: Stack;
let events: RunEvents;

beforeAll(async () => {
  const topology = loadTopology(JSON.stringify({ UserConfig: { Namespaces: [{ Queues: QUEUES, Topics: TOPICS }] } }), 'queues');
  broker = await startServiceBus({ port: 0, topology, databasePath: ':memory:', clock });
  client = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0 } });
  const settings = { PIPELINES_DIRECTORY: 'test/e2e/bad-input', TEST_SB: broker.connectionString };
  stack = await Stack.start(settings, 'ignore');
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
  await client?.close();
  await broker?.close();
});

/** The dead letters of a queue or subscription, as many as there are to be, by the id their sender gave them. */
async function deadLetters(queue: string, count: number): Promise<Map<string, ServiceBusReceivedMessage>> {
  const receiver = client.createReceiver(queue, { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' });
  const letters: ServiceBusReceivedMessage[] = [];
  while (letters.length < count) {
    const more = await receiver.receiveMessages(count - letters.length);
    if (more.length === 0) break;
    letters.push(...more);
  }
  await receiver.close();
  return new Map(letters.map((letter) => [originalId(letter), letter]));
}

/** A message that was tried again is a copy of the one that was sent. */
function originalId({ messageId, applicationProperties = {} }: ServiceBusReceivedMessage): string {
  return String(applicationProperties['hexdagMessageId'] ?? messageId);
}

/** The client counts the deliveries before. */
function attemptsOf(letter: ServiceBusReceivedMessage | undefined): number {
  return Number(letter?.applicationProperties?.['hexdagAttempt'] ?? 0) + (letter?.deliveryCount ?? 0) + 1;
}

/** What a queue holds, seen by a client that has not looked before. */
async function messagesIn(queue: string): Promise<ServiceBusReceivedMessage[]> {
  const observer = new ServiceBusClient(broker.connectionString);
  const messages = await observer.createReceiver(queue).peekMessages(100);
  await observer.close();
  return messages;
}

/** A run may be told of before its message is completed. */
async function untilEmpty(queue: string): Promise<void> {
  await eventually(async () => expect(await messagesIn(queue)).toEqual([]));
}

/** The keys of the events of all runs that there are. */
async function keysOfRuns(): Promise<readonly string[]> {
  const query = stack.runs.items.query<{ eventKey: string }>("SELECT c.eventKey FROM c WHERE c.type = 'run'");
  return (await query.fetchAll()).resources.map(({ eventKey }) => eventKey);
}

function badMessagesFor(wanted: Queue): BadMessage[] {
  return BAD_MESSAGES.filter(({ queue = 'orders' }) => queue === wanted);
}

function alternating<First, Second>(first: readonly First[], second: readonly Second[]): (First | Second)[] {
  return first.flatMap((one, index) => [one, ...second.slice(index, index + 1)]);
}

async function send(queue: Queue, cases: readonly (BadMessage | GoodMessage)[]): Promise<void> {
  const sender = client.createSender(queue);
  for (const { id, messageId = id, message } of cases) await sender.sendMessages({ messageId, ...message });
  await sender.close();
}

async function leaveBlobs(): Promise<void> {
  const container = stack.blobs.getContainerClient('claim-checks');
  await container.createIfNotExists();
  const uploads = Object.entries(BLOBS).map(([path, content]) =>
    container.getBlockBlobClient(path).upload(content, content.byteLength),
  );
  await Promise.all(uploads);
}

describe('bad messages among good ones', () => {
  let letters: Map<string, ServiceBusReceivedMessage>;
  let started: readonly string[];

  beforeAll(async () => {
    await leaveBlobs();
    await Promise.all([
      send('orders', alternating(badMessagesFor('orders'), GOOD_MESSAGES)),
      send('keyed', badMessagesFor('keyed')),
    ]);
    await events.untilAll(GOOD_MESSAGES.map(({ id }) => id));
    const found = await Promise.all(
      (['orders', 'keyed'] as const).map((queue) => deadLetters(queue, badMessagesFor(queue).length)),
    );
    letters = new Map(found.flatMap((some) => [...some]));
    started = await keysOfRuns();
  });

  it.each(BAD_MESSAGES)('$id: $what is a dead letter ($reason)', ({ id, messageId = id, reason, words, attempts = 1 }) => {
    const letter = letters.get(messageId);

    const description = letter?.deadLetterErrorDescription ?? '';
    expect(letter?.deadLetterReason).toBe(reason);
    expect(words.filter((word) => !description.includes(word))).toEqual([]);
    expect(attemptsOf(letter)).toBe(attempts);
    expect(description.length).toBeLessThanOrEqual(4_096);
  });

  it.each(GOOD_MESSAGES)('$what runs', ({ id, output }) => {
    const told = events.of(id);

    expect(told).toMatchObject([{ type: 'hexdag.run.completed', subject: runId('orders', id), data: { key: id } }]);
    expect(told[0]?.data).toMatchObject({ output });
  });

  it('have started no run but those of the good ones, each refused message being in no queue any more', async () => {
    await Promise.all([untilEmpty('orders'), untilEmpty('keyed')]);

    expect(started.toSorted()).toEqual(GOOD_MESSAGES.map(({ id }) => id).toSorted());
  });
});

describe('a key that was used before', () => {
  it('SB20: with other content is a dead letter that names the first run', async () => {
    const sender = client.createSender('orders');
    const message = { messageId: 'twice', contentType: 'application/json' };
    await sender.sendMessages({ ...message, body: { orderId: 'A1' } });
    await events.untilAll(['twice']);

    await sender.sendMessages({ ...message, body: { orderId: 'B2' } });
    const letters = await deadLetters('orders', 1);
    await sender.close();

    expect(letters.get('twice')).toMatchObject({
      deadLetterReason: 'idempotency_payload_mismatch',
      deadLetterErrorDescription: expect.stringContaining(runId('orders', 'twice')),
      deliveryCount: 0,
    });
    expect(events.of('twice')).toHaveLength(1);
  });
});

describe('what the broker itself does', () => {
  it('SB26: it refuses a message without a session for a queue that requires one, and a receiver that asks for none', async () => {
    const sending = client.createSender('grouped').sendMessages({ body: {} });
    const receiving = client.createReceiver('grouped').receiveMessages(1);

    await expect(sending).rejects.toThrow(/SessionId was not set/);
    await expect(receiving).rejects.toThrow(/requires sessions/);
  });

  it('SB29: it dead-letters what expires while nobody takes it', async () => {
    await client.createSender('unread').sendMessages({ messageId: 'old', body: {}, timeToLive: 1 });

    const letters = await deadLetters('unread', 1);

    expect(letters.get('old')).toMatchObject({ deadLetterReason: 'TTLExpiredException' });
  });
});

describe('a message of a topic', () => {
  it('starts a run where a rule lets it in; a bad one is a dead letter of that subscription alone, at once', async () => {
    const sender = client.createSender('sales');

    await sender.sendMessages([
      { messageId: 'not-to-bill', contentType: 'application/json', body: Buffer.from('{') },
      { messageId: 'billed-badly', contentType: 'application/json', subject: 'to bill', body: Buffer.from('{') },
      { messageId: 'billed', contentType: 'application/json', subject: 'to bill', body: { note: 'paid' } },
    ]);
    await events.untilAll(['billed']);
    const letters = await deadLetters('sales/Subscriptions/billing', 1);
    await sender.close();

    expect(events.of('billed')).toMatchObject([{ type: 'hexdag.run.completed', subject: runId('billing', 'billed') }]);
    expect(letters.get('billed-badly')).toMatchObject({ deadLetterReason: 'body_not_json', deliveryCount: 0 });
    await untilEmpty('sales/Subscriptions/billing');
    expect(await messagesIn('sales/Subscriptions/audit')).toHaveLength(3);
  });
});

describe('a store that is away for a while', () => {
  it('burns no deliveries: each message comes again later, none is lost, and each starts one run', async () => {
    const ids = ['patient-1', 'patient-2', 'patient-3'];
    const sender = client.createSender('orders');
    await stack.throttleCosmos({ share: 1, retryAfterMs: 1, seed: 1 });

    await sender.sendMessages(ids.map((messageId) => ({ messageId, contentType: 'application/json', body: { orderId: 'A1' } })));
    const waiting = await eventually(async () => {
      const messages = await messagesIn('orders');
      const triedTwice = messages.filter((message) => message.state === 'scheduled' && attemptsOf(message) > 2);
      // More are there only for the moment between sending a copy and completing its original.
      expect([messages.length, triedTwice.length]).toEqual([3, 3]);
      return messages;
    });
    await stack.throttleCosmos(null);
    await events.untilAll(ids);
    await sender.close();

    expect(waiting.map(originalId).sort()).toEqual(ids);
    expect(waiting.map(({ deliveryCount }) => deliveryCount)).toEqual([0, 0, 0]);
    expect(ids.map((id) => events.of(id))).toMatchObject(ids.map((id) => [{ subject: runId('orders', id) }]));
    await untilEmpty('orders');
    expect(await messagesIn('orders/$DeadLetterQueue')).toEqual([]);
  });
});

describe('a session', () => {
  it('starts its runs in the order of its messages, also when a store was away for the first of them', async () => {
    const ids = ['in-session-1', 'in-session-2', 'in-session-3'];
    const sender = client.createSender('grouped');
    await stack.throttleCosmos({ share: 1, retryAfterMs: 1, seed: 1 });

    const messages = ids.map((messageId) => ({ messageId, sessionId: 'a', contentType: 'application/json', body: {} }));
    await sender.sendMessages(messages);
    await eventually(async () => {
      const [first, ...others] = (await messagesIn('grouped')).map(({ deliveryCount = 0 }) => deliveryCount);
      expect(first).toBeGreaterThan(0);
      expect(others).toEqual([0, 0]);
    });
    await stack.throttleCosmos(null);
    await events.untilAll(ids);
    await sender.close();

    const accepted = await Promise.all(ids.map((id) => stack.runs.item('run', runId('grouped', id)).read()));
    const times = accepted.map(({ resource }) => String(resource?.acceptedAt));
    expect(times).toEqual(times.toSorted());
    expect(times).not.toContain('undefined');
    await untilEmpty('grouped');
    expect(await messagesIn('grouped/$DeadLetterQueue')).toEqual([]);
  });
});

describe('a store that stays away', () => {
  it('SB28: leaves a dead letter that names the run, the stage and the cause', async () => {
    const sender = client.createSender('orders');
    clock.goAhead(A_DAY_MS);
    await stack.throttleCosmos({ share: 1, retryAfterMs: 1, seed: 1 });

    await sender.sendMessages({ messageId: 'stuck', contentType: 'application/json', body: { orderId: 'A1' } });
    const letters = await deadLetters('orders', 1);
    await stack.throttleCosmos(null);
    await sender.sendMessages({ messageId: 'stuck', contentType: 'application/json', body: { orderId: 'A1' } });
    await events.untilAll(['stuck']);
    await sender.close();

    const letter = letters.get('stuck');
    expect(letter).toMatchObject({ deadLetterReason: 'retries_exhausted', deliveryCount: 0 });
    expect(attemptsOf(letter)).toBe(MAX_ATTEMPTS + 1);
    expect(letter?.deadLetterErrorDescription).toContain(runId('orders', 'stuck'));
    expect(letter?.deadLetterErrorDescription).toContain('storing the run failed with dependency_unavailable');
    expect(events.of('stuck')).toMatchObject([{ type: 'hexdag.run.completed' }]);
  });
});
