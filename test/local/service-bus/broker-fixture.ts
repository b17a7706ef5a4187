import { type RuleProperties, ServiceBusClient, type ServiceBusClientOptions } from '@azure/service-bus';
import { onTestFinished } from 'vitest';
import { type ServiceBusOptions, type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { type TestTopic, topologyOf } from './queues.ts';

export interface BrokerFixture {
  readonly server: ServiceBusServer;
  readonly client: ServiceBusClient;
  readonly clock: ManualClock;
  /** What the broker logged. */
  readonly lines: readonly string[];
}

/** A broker in memory, on a clock that stands still, with a client that gives up quickly; all closed when the test ends. */
export async function startBroker(
  queues: Readonly<Record<string, object>> = { orders: {} },
  options: Partial<ServiceBusOptions> & { readonly clock?: ManualClock } = {},
): Promise<BrokerFixture> {
  const clock = options.clock ?? new ManualClock(Date.now());
  const lines: string[] = [];
  const log = (level: string, message: string) => lines.push(`${level}: ${message}`);
  const server = await startServiceBus({
    port: 0,
    topology: topologyOf(queues),
    databasePath: ':memory:',
    log,
    ...options,
    clock,
  });
  // Registered first to be called last: a client that lost its broker does not close.
  onTestFinished(() => server.close());
  return { server, client: connect(server.connectionString), clock, lines };
}

/** The same with topics only. */
export function startTopics(
  topics: Readonly<Record<string, TestTopic>>,
  options: Parameters<typeof startBroker>[1] = {},
): Promise<BrokerFixture> {
  return startBroker({}, { topology: topologyOf({}, topics), ...options });
}

/** The bodies a subscription holds, in order. */
export async function bodiesOf(client: ServiceBusClient, topic: string, subscription: string): Promise<unknown[]> {
  const peeked = await client.createReceiver(topic, subscription).peekMessages(100);
  return peeked.map((message) => message.body);
}

export async function rulesOf(client: ServiceBusClient, topic: string, subscription: string): Promise<RuleProperties[]> {
  const rules: RuleProperties[] = [];
  for await (const rule of client.createRuleManager(topic, subscription).listRules()) rules.push(rule);
  return rules;
}

export async function ruleNames(client: ServiceBusClient, topic: string, subscription: string): Promise<string[]> {
  return (await rulesOf(client, topic, subscription)).map(({ name }) => name);
}

/** A real client, closed when the test ends. */
export function connect(connectionString: string, options: ServiceBusClientOptions = {}): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 1, retryDelayInMs: 100, timeoutInMs: 8000 },
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** The one element of a list that must have exactly one. */
export function only<T>(items: readonly T[]): T {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`Exactly one element was expected, not ${items.length}.`);
  return first;
}

/** The code of the error that `action` fails with. */
export async function errorCodeOf(action: Promise<unknown>): Promise<unknown> {
  try {
    await action;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  throw new Error('A failure was expected.');
}
