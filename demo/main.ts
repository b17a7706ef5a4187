/** Sends 200 orders through a fresh local Azure, as a backend would, and shows how each of them ended. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ServiceBusClient } from '@azure/service-bus';
import { toFailure } from '../local/failure.ts';
import { launchLocalAzure } from '../local/launch.ts';
import { drained, joinSightings, readEffects, readRefusals } from './observe.ts';
import { createDelivery, type Delivery, type Effect } from './orders.ts';
import { findFaults, percentile, type SeenOrder } from './outcome.ts';
import { formatReport, type Report } from './report.ts';
import { followRuns, type RunEnded, sendAll } from './run-events.ts';

const USAGE = `Usage: hexdag demo [options]

Sends 200 orders to the queue "orders" of a fresh local Azure: good ones, 20 duplicates, 5 broken ones, 10 whose payment fails twice
before it works, and 3 that can never be paid. Shows how each ended, and exits with 0 only if all ended as they must.

Options:
  --output text|json   how to print the result (default text)
  --verbose            show what the app logs
  --help               print this
`;

const QUEUE = 'orders';
const PATIENCE_MS = 60_000;
const EFFECTS: readonly Effect[] = ['reserve', 'charge', 'ship'];

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (options === undefined) return 2;
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'hexdag-demo-'));
  try {
    const report = await runDemo(join(folder, 'effects.jsonl'), options.verbose);
    process.stdout.write(options.output === 'json' ? `${JSON.stringify(report)}\n` : formatReport(report));
    return report.ok ? 0 : 1;
  } catch (error) {
    const { code, message } = toFailure(error);
    console.error(`${code}: ${message}`);
    return 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readOptions(args: readonly string[]): { help: boolean; output: string; verbose: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        output: { type: 'string', default: 'text' },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.output === 'text' || values.output === 'json') return values;
    console.error(`option_value: --output must be text or json, not "${values.output}".`);
  } catch (error) {
    console.error(`option_unknown: ${error instanceof Error ? error.message : String(error)} See --help.`);
  }
  return undefined;
}

async function runDemo(effectsFile: string, verbose: boolean): Promise<Report> {
  tell('Starting a fresh local Azure …');
  const begun = Date.now();
  const azure = await launchLocalAzure({
    args: ['--ephemeral'],
    environment: { EFFECTS_FILE: effectsFile },
    logs: verbose ? 'inherit' : 'ignore',
  });
  const startMs = Date.now() - begun;
  tell(`Ready after ${startMs} ms.`);
  const client = new ServiceBusClient(azure.ready.serviceBus);
  try {
    return await runOrders(client, effectsFile, startMs);
  } finally {
    await client.close();
    await azure.stop();
  }
}

async function runOrders(client: ServiceBusClient, effectsFile: string, startMs: number): Promise<Report> {
  const delivery = createDelivery();
  const runsExpected = delivery.expected.filter(({ ending }) => ending !== 'refused').length;
  const ended: RunEnded[] = [];
  const { promise: allEnded, resolve } = Promise.withResolvers<void>();
  const stopFollowing = followRuns(client, (run) => {
    ended.push(run);
    showProgress(ended.length, runsExpected);
    if (ended.length >= runsExpected) resolve();
  });

  tell(`Sending ${delivery.messages.length} messages to the queue "${QUEUE}" …`);
  const sentAt = Date.now();
  await sendAll(client, QUEUE, delivery.messages);
  const deadline = sentAt + PATIENCE_MS;
  await withinPatience(allEnded);
  await drained(client, QUEUE, deadline);
  await stopFollowing();
  endProgress();

  const refusals = await readRefusals(client, QUEUE);
  const seen = joinSightings(ended, refusals, readEffects(effectsFile));
  return {
    ...countAll(delivery, ended, seen),
    refusals: countBy(refusals, ({ reason }) => reason),
    ...timing(ended, sentAt),
    startMs,
  };
}

function countAll({ messages, expected }: Delivery, ended: readonly RunEnded[], seen: ReadonlyMap<string, SeenOrder>) {
  const faults = findFaults(expected, seen);
  const runs = new Set(ended.map(({ runId }) => runId)).size;
  const failed = ended.filter(({ status }) => status === 'failed');
  const refused = [...seen.values()].filter(({ endings }) => endings.includes('refused')).length;
  return {
    ok: faults.length === 0,
    sent: messages.length,
    runs,
    completed: ended.length - failed.length,
    failed: failed.length,
    refused,
    duplicatesStopped: messages.length - runs - refused,
    failures: countBy(failed, ({ error }) => error ?? 'unknown'),
    effects: EFFECTS.map((effect) => {
      const calls = [...seen.values()]
        .map((order) => order.effects.filter((call) => call === effect).length)
        .filter((n) => n > 0);
      return { effect, orders: calls.length, calls: calls.reduce((sum, n) => sum + n, 0), mostPerOrder: Math.max(0, ...calls) };
    }),
    faults,
  };
}

function timing(ended: readonly RunEnded[], sentAt: number) {
  const latencies = ended.map(({ arrivedAt }) => arrivedAt - sentAt);
  const last = Math.max(1, ...latencies);
  return {
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    ordersPerSecond: (ended.length / last) * 1000,
  };
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}

/** Waits no longer than the demo's patience; what is missing then shows in the report. */
async function withinPatience(work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}

function tell(line: string): void {
  console.error(line);
}

function showProgress(done: number, all: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${all} runs have ended`);
  else if (done % 50 === 0 || done === all) tell(`${done} of ${all} runs have ended`);
}

function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}
