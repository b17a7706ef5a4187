import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { ServiceBusClient } from '@azure/service-bus';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { ServiceBusExtension } from '../../../local/functions-host/service-bus-extension.ts';
import { type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { connect } from '../service-bus/broker-fixture.ts';
import { KillableBroker } from '../service-bus/killable-broker.ts';
import { topologyOf } from '../service-bus/queues.ts';
import { fixtureDirectory } from './probe.ts';
import { callSettlement, encode, stringValue } from './settlement-client.ts';

interface Context {
  readonly triggerMetadata: Readonly<Record<string, unknown>>;
}

interface Call {
  readonly body: unknown;
  readonly context: Context;
  end(): void;
  fail(): void;
}

const IDLE_MS = 20_000;
const LOCK_MS = 60_000;
const SESSIONS = { RequiresSession: true, MaxDeliveryCount: 3, LockDuration: 'PT1M' };
const QUEUES = { single: SESSIONS, batch: SESSIONS };

const appDirectory = fixtureDirectory('session-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);

let clock: ManualClock;
let logs: LogEntry[];
let calls: Call[];

beforeEach(() => {
  clock = new ManualClock(Date.now());
  logs = [];
  calls = [];
});

/** A host whose functions last until the test ends them. */
async function startHost(connectionString: string): Promise<FunctionsHost> {
  delete load.cache[appFile];
  const host = await startFunctionsHost({
    appDirectory,
    port: 0,
    clock,
    settings: { SB: connectionString },
    extensions: [new ServiceBusExtension()],
    onLog: (entry) => logs.push(entry),
  });
  onTestFinished(() => host.close());
  load(appFile).behaviour.handle = (body: unknown, context: Context) =>
    new Promise<void>((end, reject) => {
      calls.push({ body, context, end, fail: () => reject(new Error('failed on purpose')) });
    });
  return host;
}

async function start(): Promise<{ host: FunctionsHost; broker: ServiceBusServer; client: ServiceBusClient }> {
  const broker = await startServiceBus({ port: 0, topology: topologyOf(QUEUES), databasePath: ':memory:', clock });
  onTestFinished(() => broker.close());
  const client = connect(broker.connectionString);
  const host = await startHost(broker.connectionString);
  return { host, broker, client };
}

/** Sends one message for each of the texts: its letter is the session, all of it the body. */
async function send(client: ServiceBusClient, queue: string, ...bodies: readonly string[]): Promise<void> {
  const messages = bodies.map((body) => ({ body: Buffer.from(body), messageId: body, sessionId: body.slice(0, 1) }));
  await client.createSender(queue).sendMessages(messages);
}

/** The `number`th call, once it has begun. */
async function call(number: number): Promise<Call> {
  await eventually(() => expect(calls.length).toBeGreaterThanOrEqual(number));
  const found = calls[number - 1];
  if (found === undefined) throw new Error(`There is no call ${number}.`);
  return found;
}

const bodies = () => calls.map(({ body }) => body);
const settled = (host: FunctionsHost) =>
  (host.counters()['serviceBus.completed'] ?? 0) + (host.counters()['serviceBus.abandoned'] ?? 0);

describe('the messages of a session', () => {
  it('are worked on one after the other in their order, with their session in the metadata', async () => {
    const { host, client } = await start();
    await send(client, 'single', 'a1', 'a2', 'a3');

    for (const number of [1, 2, 3]) {
      const running = await call(number);
      expect(calls).toHaveLength(number);
      running.end();
    }
    await host.drain();

    expect(bodies()).toEqual(['a1', 'a2', 'a3']);
    expect(calls.map(({ context }) => context.triggerMetadata['sessionId'])).toEqual(['a', 'a', 'a']);
    expect(host.counters()).toMatchObject({ 'serviceBus.completed': 3 });
  });

  it('wait for one that fails, until it succeeds or is given up', async () => {
    const { host, client } = await start();
    await send(client, 'single', 'a1', 'a2');

    for (const number of [1, 2, 3]) (await call(number)).fail();
    (await call(4)).end();
    await host.drain();

    const [dead] = await client.createReceiver('single', { subQueueType: 'deadLetter' }).peekMessages(1);
    expect(bodies()).toEqual(['a1', 'a1', 'a1', 'a2']);
    expect(calls.map(({ context }) => context.triggerMetadata['deliveryCount'])).toEqual([1, 2, 3, 1]);
    expect(dead).toMatchObject({ messageId: 'a1', sessionId: 'a', deadLetterReason: 'MaxDeliveryCountExceeded' });
  });

  it('are settled by the function itself if it wants that', async () => {
    const { host, client } = await start();
    await send(client, 'single', 'a1', 'a2');

    const first = await call(1);
    const lockToken = String(first.context.triggerMetadata['lockToken']);
    await callSettlement('RenewMessageLock', encode({ 1: lockToken }));
    await callSettlement('Deadletter', encode({ 1: lockToken, 3: stringValue('bad'), 4: stringValue('because') }));
    first.end();
    (await call(2)).end();
    await host.drain();

    const [dead] = await client.createReceiver('single', { subQueueType: 'deadLetter' }).peekMessages(1);
    expect(dead).toMatchObject({ messageId: 'a1', deadLetterReason: 'bad', deadLetterErrorDescription: 'because' });
    expect(host.counters()).toMatchObject({ 'serviceBus.deadLettered': 1, 'serviceBus.completed': 1 });
  });

  it('come in batches of one session each', async () => {
    const { host, client } = await start();
    await send(client, 'batch', 'a1', 'b1');
    await call(2);
    await send(client, 'batch', 'a2', 'b2', 'a3', 'b3');
    await eventually(() => expect(host.counters()['serviceBus.received']).toBe(6));

    for (const running of [...calls]) running.end();
    await call(4);
    for (const running of calls) running.end();
    await host.drain();

    expect(bodies()).toEqual([['a1'], ['b1'], ['a2', 'a3'], ['b2', 'b3']]);
    expect(calls[2]?.context.triggerMetadata).toMatchObject({ sessionIdArray: ['a', 'a'], messageIdArray: ['a2', 'a3'] });
    expect(host.counters()).toMatchObject({ 'serviceBus.completed': 6 });
  });
});

describe('sessions', () => {
  it('are worked on at once, up to maxConcurrentSessions; one that is idle makes room for the next', async () => {
    const { host, broker, client } = await start();
    await send(client, 'single', 'a1', 'b1', 'c1');
    await call(2);
    const acceptedFirst = broker.counters()['sessionsAccepted'];

    for (const running of calls) running.end();
    await eventually(() => expect(settled(host)).toBe(2));
    await eventually(() => expect(clock.next()).toBeLessThanOrEqual(clock.now() + IDLE_MS));
    clock.advance(IDLE_MS);
    (await call(3)).end();
    await host.drain();

    expect(acceptedFirst).toBe(2);
    expect(bodies()).toEqual(['a1', 'b1', 'c1']);
    expect(broker.counters()).toMatchObject({ sessionsAccepted: 3, sessionLocksLost: 0 });
  });

  it('are not idle while a function works', async () => {
    const { host, broker, client } = await start();
    await send(client, 'single', 'a1');
    const running = await call(1);

    clock.advance(IDLE_MS + 1);
    running.end();
    await eventually(() => expect(settled(host)).toBe(1));

    expect(host.counters()).toMatchObject({ 'serviceBus.completed': 1 });
    expect(broker.counters()).toMatchObject({ sessionsAccepted: 1, sessionLocksLost: 0 });
  });

  it('whose lock is lost give back what a function works on, and it comes again', async () => {
    const { host, client } = await start();
    await send(client, 'single', 'a1');
    const late = await call(1);

    clock.advance(LOCK_MS);
    const again = await call(2);
    late.end();
    again.end();
    await eventually(() => expect(host.counters()['serviceBus.completed']).toBe(1));

    const warnings = logs.filter(({ level }) => level === 'warning').map(({ message }) => message);
    expect(again.context.triggerMetadata['deliveryCount']).toBe(2);
    expect(warnings).toEqual([expect.stringMatching(/session a: .*lock/), expect.stringMatching(/a1 could not be completed/)]);
  });

  it('are given back when the host drains, after what is in work has ended', async () => {
    const { host, broker, client } = await start();
    await send(client, 'single', 'a1', 'a2');
    const running = await call(1);

    const draining = host.drain();
    running.end();
    await draining;
    await host.close();
    const receiver = await client.acceptSession('single', 'a');
    const [left] = await receiver.receiveMessages(1);

    expect(calls).toHaveLength(1);
    expect(left).toMatchObject({ messageId: 'a2', deliveryCount: 0 });
    expect(broker.counters()['sessionLocksLost']).toBe(0);
  });

  it('are taken up again when the broker was killed', async () => {
    const broker = await KillableBroker.start(QUEUES);
    await send(connect(broker.connectionString), 'single', 'a1', 'a2', 'b1');
    clock = new ManualClock(Date.now());
    const host = await startHost(broker.connectionString);
    await call(2);

    await broker.kill();
    await broker.startAgain();
    await call(4);
    for (const running of calls) running.end();
    (await call(5)).end();
    await eventually(() => expect(host.counters()['serviceBus.completed']).toBe(3));

    await host.close();

    expect(bodies().slice(2).sort()).toEqual(['a1', 'a2', 'b1']);
    expect(clock.next()).toBeUndefined();
  });
});
