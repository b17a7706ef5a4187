import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { ServiceBusExtension } from '../../../local/functions-host/service-bus-extension.ts';
import { type ServiceBusServer, startServiceBus } from '../../../local/service-bus/server.ts';
import { loadTopology } from '../../../local/service-bus/topology.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { fixtureDirectory } from './probe.ts';
import { amqpMap, callSettlement, encode, stringValue } from './settlement-client.ts';

interface Context {
  readonly functionName: string;
  readonly triggerMetadata: Readonly<Record<string, unknown>>;
  readonly traceContext?: { readonly traceParent: string };
}

const HOUR_MS = 3_600_000;
const BRIEF_LOCK_MS = 10_000;

type Handle = (body: unknown, context: Context) => Promise<void>;

const appDirectory = fixtureDirectory('service-bus-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);
const topology = loadTopology(
  JSON.stringify({
    UserConfig: {
      Namespaces: [
        {
          Name: 'local',
          Queues: [
            ...['single', 'batch', 'manual', 'binary'].map((Name) => ({ Name, Properties: { MaxDeliveryCount: 2 } })),
            { Name: 'brief', Properties: { LockDuration: 'PT10S' } },
          ],
          Topics: [],
        },
      ],
    },
  }),
  'topology of this test',
);

let broker: ServiceBusServer;
let client: ServiceBusClient;
let logs: LogEntry[];
let host: FunctionsHost | undefined;

beforeEach(async () => {
  await startBroker();
  logs = [];
});

afterEach(async () => {
  await host?.close();
  host = undefined;
  await closeBroker();
});

async function startBroker(clock?: ManualClock): Promise<void> {
  broker = await startServiceBus({ port: 0, topology, databasePath: ':memory:', ...(clock === undefined ? {} : { clock }) });
  client = new ServiceBusClient(broker.connectionString);
}

async function closeBroker(): Promise<void> {
  await client.close();
  await broker.close();
}

/** Starts the app afresh, its functions doing what `handle` does. */
async function start(handle: Handle, settings: Readonly<Record<string, string>> = {}): Promise<FunctionsHost> {
  delete load.cache[appFile];
  host = await startFunctionsHost({
    appDirectory,
    port: 0,
    settings: { SB: broker.connectionString, SINGLE_QUEUE: 'single', ...settings },
    extensions: [new ServiceBusExtension()],
    onLog: (entry) => logs.push(entry),
  });
  load(appFile).behaviour.handle = handle;
  return host;
}

async function send(queue: string, ...messages: ServiceBusMessage[]): Promise<void> {
  await client.createSender(queue).sendMessages(messages);
}

async function deadLetters(queue: string) {
  const receiver = client.createReceiver(queue, { subQueueType: 'deadLetter' });
  return receiver.peekMessages(10);
}

async function remaining(queue: string) {
  return client.createReceiver(queue).peekMessages(10);
}

/** A handler that keeps what it was called with, and a promise for its `count`th call. */
function recorder(count: number, work: Handle = async () => undefined) {
  const calls: { body: unknown; context: Context }[] = [];
  let reached = () => {};
  const called = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const handle: Handle = async (body, context) => {
    calls.push({ body, context });
    try {
      await work(body, context);
    } finally {
      if (calls.length === count) reached();
    }
  };
  return { calls, called, handle };
}

const lockTokenOf = (context: Context) => String(context.triggerMetadata['lockToken']);

describe('a message', () => {
  it('reaches its function with its fields as metadata, and is completed', async () => {
    const { calls, called, handle } = recorder(1);
    const running = await start(handle);
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    await send('single', {
      body: Buffer.from('{"n":1}'),
      messageId: '12345',
      correlationId: 'c-1',
      subject: 'created',
      contentType: 'application/json',
      applicationProperties: { TenantId: 'blue', 'Diagnostic-Id': traceParent },
    });
    await called;
    await running.drain();

    expect(calls[0]?.body).toEqual({ n: 1 });
    expect(calls[0]?.context.triggerMetadata).toEqual({
      messageId: 12345,
      correlationId: 'c-1',
      contentType: 'application/json',
      subject: 'created',
      label: 'created',
      lockToken: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      deliveryCount: 1,
      sequenceNumber: 1,
      enqueuedTimeUtc: expect.stringMatching(/^\d{4}-.*Z$/),
      enqueuedTime: expect.stringMatching(/\+00:00$/),
      expiresAtUtc: expect.stringMatching(/Z$/),
      expiresAt: expect.stringMatching(/\+00:00$/),
      applicationProperties: { tenantId: 'blue', 'diagnostic-Id': traceParent },
      userProperties: { tenantId: 'blue', 'diagnostic-Id': traceParent },
      n: 1,
    });
    expect(calls[0]?.context.traceContext?.traceParent).toBe(traceParent);
    expect(running.counters()).toMatchObject({ 'serviceBus.received': 1, 'serviceBus.completed': 1 });
    expect(await remaining('single')).toEqual([]);
  });

  it('hands numbers that JSON does not have over as texts, as .NET writes them', async () => {
    const { calls, called, handle } = recorder(1);
    await start(handle);

    await send('single', { body: Buffer.from('1'), applicationProperties: { most: Number.POSITIVE_INFINITY, some: 1.5 } });
    await called;

    expect(calls[0]?.context.triggerMetadata['applicationProperties']).toEqual({ most: 'Infinity', some: 1.5 });
  });

  it('with a JSON body lets the members of that body hide its own fields, arrays and null excepted', async () => {
    const { calls, called, handle } = recorder(1);
    const running = await start(handle);
    const body = {
      MESSAGEID: 'spoofed',
      deliveryCount: 99,
      subject: null,
      correlationId: ['a'],
      flag: true,
      nested: { Deep: 1 },
    };

    await send('single', { body: Buffer.from(JSON.stringify(body)), messageId: 'real', subject: 's', correlationId: 'c' });
    await called;
    await running.drain();

    expect(calls[0]?.context.triggerMetadata).toMatchObject({
      messageId: 'spoofed',
      deliveryCount: 99,
      subject: 's',
      correlationId: 'c',
      flag: 'True',
      nested: { deep: 1 },
    });
  });

  it('reaches a function of data type binary byte for byte', async () => {
    const { calls, called, handle } = recorder(1);
    await start(handle);
    const bytes = Buffer.from([0, 255, 123, 125]);

    await send('binary', { body: bytes });
    await called;

    expect(calls[0]?.body).toEqual(bytes);
  });

  it('whose function throws comes again with a higher delivery count, and ends as a dead letter', async () => {
    const { calls, called, handle } = recorder(2, async () => {
      throw new Error('poison');
    });
    const running = await start(handle);

    await send('single', { body: Buffer.from('text'), messageId: 'poison' });
    await called;
    await running.drain();

    const [dead] = await deadLetters('single');
    expect(calls.map(({ context }) => context.triggerMetadata['deliveryCount'])).toEqual([1, 2]);
    expect(dead).toMatchObject({ messageId: 'poison', deadLetterReason: 'MaxDeliveryCountExceeded' });
    expect(running.counters()).toMatchObject({ 'serviceBus.abandoned': 2, 'serviceBus.completed': 0 });
  });

  it('stays locked for as long as its function takes', async () => {
    // Locks that this broker gives have ended by the client's clock: it renews them at once, and by no time of its own.
    const clock = new ManualClock(Date.now() - HOUR_MS);
    await closeBroker();
    await startBroker(clock);
    const { called, handle } = recorder(1, async () => {
      for (let passed = 0; passed <= BRIEF_LOCK_MS; passed += BRIEF_LOCK_MS / 2) {
        const before = broker.counters()['renewals'] ?? 0;
        await eventually(() => expect(broker.counters()['renewals']).toBeGreaterThan(before));
        clock.advance(BRIEF_LOCK_MS / 2);
      }
    });
    const running = await start(handle, { SINGLE_QUEUE: 'brief' });

    await send('brief', { body: Buffer.from('text') });
    await called;
    await running.drain();

    expect(running.counters()).toMatchObject({ 'serviceBus.received': 1, 'serviceBus.completed': 1 });
    expect(await remaining('brief')).toEqual([]);
  });

  it('stays locked after success when the function says that it completes messages itself', async () => {
    const { called, handle } = recorder(1);
    const running = await start(handle);

    await send('manual', { body: Buffer.from('text'), messageId: 'kept' });
    await called;
    await running.drain();

    expect(running.counters()).toMatchObject({ 'serviceBus.received': 1, 'serviceBus.completed': 0 });
    expect(await remaining('manual')).toMatchObject([{ messageId: 'kept' }]);
  });
});

describe('messages', () => {
  it('are worked on at once, up to maxConcurrentCalls', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let runningCalls = 0;
    let fourRun = () => {};
    const four = new Promise<void>((resolve) => {
      fourRun = resolve;
    });
    let highest = 0;
    const { called, handle } = recorder(6, async () => {
      runningCalls += 1;
      highest = Math.max(highest, runningCalls);
      if (runningCalls === 4) fourRun();
      await gate;
      runningCalls -= 1;
    });
    await start(handle);

    await send('single', ...Array.from({ length: 6 }, (_, index) => ({ body: Buffer.from(String(index)) })));
    await four;
    open();
    await called;

    expect(highest).toBe(4);
  });

  it('that come while a batch runs are the next batch, their fields as arrays without the empty entries', async () => {
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const { calls, called, handle } = recorder(2, () => gate);
    const running = await start(handle);
    await send('batch', { body: Buffer.from('first'), messageId: 'a' });
    await eventually(() => expect(calls).toHaveLength(1));

    await send(
      'batch',
      { body: Buffer.from('1'), messageId: 'b', correlationId: 'c' },
      { body: Buffer.from('x'), messageId: 'd' },
    );
    await eventually(() => expect(running.counters()['serviceBus.received']).toBe(3));
    open();
    await called;
    await running.drain();

    expect(calls.map(({ body }) => body)).toEqual([['first'], [1, 'x']]);
    expect(calls[1]?.context.triggerMetadata).toMatchObject({
      messageIdArray: ['b', 'd'],
      correlationIdArray: ['c'],
      deliveryCountArray: [1, 1],
      sequenceNumberArray: [2, 3],
      applicationPropertiesArray: [{}, {}],
    });
    expect(running.counters()).toMatchObject({ 'serviceBus.completed': 3 });
  });

  it('of a failed batch all come again', async () => {
    const seen: unknown[] = [];
    const { called, handle } = recorder(1, async (bodies) => {
      seen.push(bodies);
      throw new Error('failed on purpose');
    });
    const running = await start(handle);

    await send('batch', { body: Buffer.from('a'), messageId: 'a' });
    await called;
    await running.drain();

    expect(running.counters()['serviceBus.completed']).toBe(0);
    expect(running.counters()['serviceBus.abandoned']).toBeGreaterThanOrEqual(1);
  });
});

describe('a function that settles its message itself', () => {
  it('dead-letters it with reason, description and changed properties, and the host leaves it at that', async () => {
    const { called, handle } = recorder(1, (_body, context) =>
      callSettlement(
        'Deadletter',
        encode({
          1: lockTokenOf(context),
          2: amqpMap({ attempts: 3 }),
          3: stringValue('bad_schema'),
          4: stringValue('amount: must be a number'),
        }),
      ),
    );
    const running = await start(handle);

    await send('single', { body: Buffer.from('text'), messageId: 'bad' });
    await called;
    await running.drain();

    expect(await deadLetters('single')).toMatchObject([
      {
        messageId: 'bad',
        deadLetterReason: 'bad_schema',
        deadLetterErrorDescription: 'amount: must be a number',
        applicationProperties: { attempts: 3 },
      },
    ]);
    expect(running.counters()).toMatchObject({ 'serviceBus.deadLettered': 1, 'serviceBus.completed': 0 });
    expect(logs.filter(({ level }) => level === 'warning' || level === 'error')).toEqual([]);
  });

  it('completes it where the host would not', async () => {
    const { called, handle } = recorder(1, (_body, context) => callSettlement('Complete', encode({ 1: lockTokenOf(context) })));
    const running = await start(handle);

    await send('manual', { body: Buffer.from('text') });
    await called;
    await running.drain();

    expect(await remaining('manual')).toEqual([]);
  });

  it('abandons it with changed properties, and gets it again with these', async () => {
    const { calls, called, handle } = recorder(2, async (_body, context) => {
      if (context.triggerMetadata['deliveryCount'] === 1) {
        await callSettlement('Abandon', encode({ 1: lockTokenOf(context), 2: amqpMap({ note: 'again' }) }));
      }
    });
    const running = await start(handle);

    await send('single', { body: Buffer.from('text') });
    await called;
    await running.drain();

    expect(calls[1]?.context.triggerMetadata['applicationProperties']).toEqual({ note: 'again' });
    expect(running.counters()).toMatchObject({ 'serviceBus.abandoned': 1, 'serviceBus.completed': 1 });
  });

  it('renews its lock, and the host still completes it', async () => {
    const { called, handle } = recorder(1, (_body, context) =>
      callSettlement('RenewMessageLock', encode({ 1: lockTokenOf(context).toUpperCase() })),
    );
    const running = await start(handle);

    await send('single', { body: Buffer.from('text') });
    await called;
    await running.drain();

    expect(running.counters()).toMatchObject({ 'serviceBus.completed': 1, 'serviceBus.abandoned': 0 });
  });

  it('cannot settle it a second time', async () => {
    const errors: unknown[] = [];
    const { called, handle } = recorder(1, async (_body, context) => {
      const request = encode({ 1: lockTokenOf(context) });
      await callSettlement('Complete', request);
      errors.push(await callSettlement('Complete', request).catch((error: unknown) => error));
    });
    const running = await start(handle);

    await send('single', { body: Buffer.from('text') });
    await called;
    await running.drain();

    expect(errors).toMatchObject([{ code: status.FAILED_PRECONDITION }]);
    expect(running.counters()).toMatchObject({ 'serviceBus.completed': 1 });
  });
});

describe('the settlement service', () => {
  it('is shown by the process arguments while the host runs, and no longer after it', async () => {
    const before = [...process.argv];

    const running = await start(async () => undefined);
    const during = process.argv.slice(before.length);
    await running.close();

    const [, , , port] = during;
    expect(during).toEqual([
      ...['--host', '127.0.0.1', '--port', port, '--functions-uri', `http://127.0.0.1:${port}`],
      ...['--functions-grpc-max-message-length', '2147483647'],
    ]);
    expect(process.argv).toEqual(before);
  });

  it('refuses an unknown token, a broken request and an unknown method each with its status', async () => {
    await start(async () => undefined);

    const failures = await Promise.all(
      [
        callSettlement('Complete', encode({ 1: '0af76519-16cd-43dd-8448-eb211c80319c' })),
        callSettlement('Complete', Buffer.from([0x0a, 0x7f])),
        callSettlement('Defer', encode({ 1: 'x' })),
      ].map((call) => call.catch((error: unknown) => error)),
    );

    expect(failures).toMatchObject([
      { code: status.FAILED_PRECONDITION },
      { code: status.INTERNAL },
      { code: status.UNIMPLEMENTED },
    ]);
  });
});

describe('a host', () => {
  it('does not start without the connection its trigger names', async () => {
    const starting = start(async () => undefined, { SB: '' });

    await expect(starting).rejects.toMatchObject({
      code: 'setting_missing',
      message: expect.stringMatching(/'single' needs the setting SB/),
    });
  });

  it('does not start with a wrong section in host.json', async () => {
    vi.stubEnv('AzureFunctionsJobHost__extensions__serviceBus__maxAutoLockRenewalDuration', '5 minutes');
    onTestFinished(() => void vi.unstubAllEnvs());

    const starting = start(async () => undefined);

    await expect(starting).rejects.toMatchObject({ code: 'host_json_invalid', message: expect.stringMatching(/5 minutes/) });
  });
});
