import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { ServiceBusExtension } from '../../../local/functions-host/service-bus-extension.ts';
import { eventually } from '../../helpers/eventually.ts';
import { connect } from '../service-bus/broker-fixture.ts';
import { KillableBroker } from '../service-bus/killable-broker.ts';
import { fixtureDirectory } from './probe.ts';

const appDirectory = fixtureDirectory('service-bus-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);
const QUEUES = { single: {}, batch: {}, manual: {}, binary: {} };

interface Outage {
  readonly broker: KillableBroker;
  readonly host: FunctionsHost;
  readonly warnings: () => string[];
  /** Lets every call end, now and from now on. */
  readonly open: () => void;
  /** The bodies the function was called with. */
  readonly calls: unknown[];
}

/** A host on a broker that can be killed; calls of its function last until they are let go. */
async function start(): Promise<Outage> {
  const broker = await KillableBroker.start(QUEUES);
  const logs: LogEntry[] = [];
  const calls: unknown[] = [];
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  delete load.cache[appFile];
  const host = await startFunctionsHost({
    appDirectory,
    port: 0,
    settings: { SB: broker.connectionString, SINGLE_QUEUE: 'single' },
    extensions: [new ServiceBusExtension()],
    onLog: (entry) => logs.push(entry),
  });
  onTestFinished(() => host.close());
  load(appFile).behaviour.handle = (body: unknown) => {
    calls.push(body);
    return gate;
  };
  const warnings = () => logs.filter(({ level }) => level === 'warning').map(({ message }) => message);
  return { broker, host, warnings, open, calls };
}

async function send(broker: KillableBroker, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, index) => ({ body: Buffer.from(`m${index}`), messageId: `m${index}` }));
  await connect(broker.connectionString).createSender('single').sendMessages(messages);
}

const outageOf = (queue: string) => expect.stringContaining(`${queue} on ${queue}: the broker is not reachable`);

describe('a host whose broker is killed', () => {
  it('lets go of the messages in work at once, and tells of the outage once a function', async () => {
    const { broker, host, warnings, open, calls } = await start();
    await send(broker, 4);
    await eventually(() => expect(calls).toHaveLength(4));

    await broker.kill();
    await eventually(() => expect(warnings()).toHaveLength(4));
    open();
    await host.drain();

    expect(host.counters()).toMatchObject({ 'serviceBus.completed': 0, 'serviceBus.abandoned': 0 });
    expect(warnings().sort()).toEqual(['batch', 'binary', 'manual', 'single'].map((name) => outageOf(name)));
  });

  it('again while the host connects still receives every message when the broker is back', async () => {
    const { broker, host, warnings, open, calls } = await start();
    await send(broker, 20);
    await eventually(() => expect(calls).toHaveLength(4));

    await broker.kill();
    await broker.startAgain();
    await broker.kill();
    await broker.startAgain();
    open();
    await eventually(() => expect(host.counters()['serviceBus.completed']).toBe(20));

    expect(new Set(calls).size).toBe(20);
    expect(warnings().filter((warning) => !warning.includes('the broker is not reachable'))).toEqual([]);
  });
});
