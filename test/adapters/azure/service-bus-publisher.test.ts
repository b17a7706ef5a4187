import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { ServiceBusClient, type ServiceBusReceivedMessage } from '@azure/service-bus';
import { ConstantBackoff, handleAll, retry } from 'cockatiel';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { loadTopology } from '../../../local/service-bus/topology.ts';
import { ServiceBusPublisher } from '../../../src/adapters/azure/service-bus-publisher.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import type { RunEvent } from '../../../src/ports/event-publisher.ts';
import { testEventPublisher } from '../../conformance/event-publisher.ts';
import { runEvent } from '../../conformance/records.ts';
import { KillableBroker } from '../../local/service-bus/killable-broker.ts';

const TOPIC = 'run-events';
const SUBSCRIPTION = 'backend';
const TOPOLOGY = {
  UserConfig: {
    Namespaces: [
      {
        Name: 'test',
        Queues: [],
        Topics: [
          {
            Name: TOPIC,
            Properties: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: 'PT10M' },
            Subscriptions: [{ Name: SUBSCRIPTION }],
          },
        ],
      },
    ],
  },
};

let server: ServiceBusServer;
let client: ServiceBusClient;
let publisher: ServiceBusPublisher;
/** What a consumer has met and the tests have not taken yet. */
let arrived: ServiceBusReceivedMessage[] = [];
const arrivals = new EventEmitter();

beforeAll(async () => {
  server = await startServiceBus({
    port: 0,
    topology: loadTopology(JSON.stringify(TOPOLOGY), 'topology'),
    databasePath: ':memory:',
    maxMessageSizeBytes: 64 * 1024,
  });
  client = new ServiceBusClient(server.connectionString, { retryOptions: { maxRetries: 1, retryDelayInMs: 1 } });
  publisher = publisherTo(TOPIC);
  client.createReceiver(TOPIC, SUBSCRIPTION, { receiveMode: 'receiveAndDelete' }).subscribe({
    processMessage: async (message) => {
      arrived.push(message);
      arrivals.emit('message');
    },
    processError: async ({ error }) => {
      arrivals.emit('error', error);
    },
  });
});

afterEach(() => {
  arrived = [];
});

afterAll(async () => {
  await client.close();
  await server.close();
});

function publisherTo(entity: string): ServiceBusPublisher {
  const sender = client.createSender(entity);
  return new ServiceBusPublisher(async () => sender, entity);
}

/** Takes `count` messages from the subscription, waiting for them. */
async function receive(count: number): Promise<ServiceBusReceivedMessage[]> {
  while (arrived.length < count) await once(arrivals, 'message');
  return arrived.splice(0, count);
}

const cloudEvent = z.looseObject({ specversion: z.literal('1.0'), datacontenttype: z.literal('application/json') });
const event = z.custom<RunEvent>();

/** The client reads a JSON body by itself. */
function eventIn({ body }: ServiceBusReceivedMessage): RunEvent {
  const { specversion: _, datacontenttype: __, ...attributes } = cloudEvent.parse(body);
  return event.parse(attributes);
}

describe('ServiceBusPublisher', () => {
  testEventPublisher(() => ({
    publisher,
    published: async (_subject, count) => (await receive(count)).map(eventIn),
  }));

  it('says in the message what subscriptions and duplicate detection look at', async () => {
    const runId = randomUUID();
    const published = runEvent(runId);

    await publisher.publish([published]);

    const [message] = await receive(1);
    expect(message).toMatchObject({
      messageId: published.id,
      correlationId: runId,
      subject: 'hexdag.run.completed',
      contentType: 'application/cloudevents+json; charset=utf-8',
      applicationProperties: { type: 'hexdag.run.completed', pipeline: 'orders', status: 'completed' },
    });
  });

  it('leaves one message when an event is published twice', async () => {
    const runId = randomUUID();

    await publisher.publish([runEvent(runId)]);
    await publisher.publish([runEvent(runId)]);
    await publisher.publish([runEvent(runId, { id: `${runId}-last` })]);

    const messages = await receive(2);
    expect(messages.map(({ messageId }) => messageId)).toEqual([`${runId}:completed`, `${runId}-last`]);
  });

  it('divides what is too much for one transfer', async () => {
    const runId = randomUUID();
    const data = 'x'.repeat(20_000);
    const events = Array.from({ length: 10 }, (_, index) => runEvent(runId, { id: `${runId}-${index}`, data }));

    await publisher.publish(events);

    const messages = await receive(10);
    expect(messages.map(({ messageId }) => messageId)).toEqual(events.map(({ id }) => id));
  });

  it('refuses an event that no message can hold, and publishes its neighbours', async () => {
    const runId = randomUUID();
    const huge = runEvent(runId, { id: `${runId}-huge`, data: 'x'.repeat(70_000) });

    const outcomes = await Promise.allSettled([
      publisher.publish([runEvent(runId, { id: `${runId}-1` })]),
      publisher.publish([huge]),
      publisher.publish([runEvent(runId, { id: `${runId}-2` })]),
    ]);

    const messages = await receive(2);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[1]).toHaveProperty('reason', expect.any(DependencyRefusedError));
    expect(messages.map(({ messageId }) => messageId)).toEqual([`${runId}-1`, `${runId}-2`]);
  });

  it('says that the queue is missing, without hope in another try', async () => {
    const lost = publisherTo('lost');

    const publish = lost.publish([runEvent('r')]);

    await expect(publish).rejects.toThrow(DependencyRefusedError);
  });

  it('says that the broker does not answer, after it has tried again', async () => {
    const dead = new ServiceBusClient(server.connectionString.replace(/:\d+;/, ':1;'), { retryOptions: { maxRetries: 0 } });
    onTestFinished(() => dead.close());
    const senders = [dead.createSender(TOPIC), dead.createSender(TOPIC)];
    const once = retry(handleAll, { maxAttempts: 1, backoff: new ConstantBackoff(1) });
    const impatient = new ServiceBusPublisher(async () => senders.shift() ?? client.createSender(TOPIC), TOPIC, {
      patience: once,
      transferMs: 5_000,
    });
    const runId = randomUUID();

    const first = await impatient.publish([runEvent(runId)]).catch((error: unknown) => error);
    await impatient.publish([runEvent(runId)]);

    expect(first).toBeInstanceOf(DependencyUnavailableError);
    expect(await receive(1)).toHaveLength(1);
  });
});

describe('ServiceBusPublisher whose client hangs', () => {
  it('gives up on it after a while and goes on with another one', async () => {
    const hanging = client.createSender(TOPIC);
    hanging.createMessageBatch = () => new Promise(() => undefined);
    const [senders, another] = [[hanging], client.createSender(TOPIC)];
    const again = retry(handleAll, { backoff: new ConstantBackoff(1) });
    const limits = { patience: again, transferMs: 300 };
    const persistent = new ServiceBusPublisher(async () => senders.shift() ?? another, TOPIC, limits);
    const event = runEvent(randomUUID());

    await persistent.publish([event]);

    expect(await receive(1)).toMatchObject([{ messageId: event.id }]);
  });
});

describe('ServiceBusPublisher while its broker is killed again and again', () => {
  it('publishes every event once, in order', async () => {
    const broker = await KillableBroker.start({ events: { RequiresDuplicateDetection: true } });
    const sending = new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0, timeoutInMs: 1_000 } });
    const sender = sending.createSender('events');
    const again = retry(handleAll, { backoff: new ConstantBackoff(20) });
    const persistent = new ServiceBusPublisher(async () => sender, 'events', { patience: again, transferMs: 5_000 });
    const events = Array.from({ length: 300 }, (_, index) => runEvent('r', { id: `r-${index}` }));
    const outcomes: Promise<void>[] = [];
    const publish = (from: number, to: number) => {
      for (const event of events.slice(from, to)) outcomes.push(persistent.publish([event]));
    };

    publish(0, 50);
    await outcomes[49];
    publish(50, 150);
    await broker.kill();
    await broker.startAgain();
    publish(150, 250);
    await broker.kill();
    await broker.startAgain();
    publish(250, 300);
    await Promise.all(outcomes);

    const reader = new ServiceBusClient(broker.connectionString);
    onTestFinished(() => reader.close());
    const stored = await reader.createReceiver('events').peekMessages(400);
    expect(stored.map(({ messageId }) => messageId)).toEqual(events.map(({ id }) => id));
  });
});
