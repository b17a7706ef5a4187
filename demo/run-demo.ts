import { join } from 'node:path';
import { ServiceBusClient } from '@azure/service-bus';
import { type LaunchedLocalAzure, launchLocalAzure } from '../local/launch.ts';
import { CallbackReceiver } from './callback-receiver.ts';
import { quickenDocuments } from './documents.ts';
import { readEffects } from './observe.ts';
import { EFFECTS } from './orders.ts';
import { percentile } from './outcome.ts';
import type { EffectRow, Report, WayInRow } from './report.ts';
import { Results } from './results.ts';
import { countRuns, followRuns, type RunEnded } from './run-events.ts';
import { ApiWay } from './ways/api.ts';
import { BlobWay } from './ways/blob.ts';
import { QueueWay } from './ways/queue.ts';
import { SubscriptionWay } from './ways/subscription.ts';
import { TimerWay } from './ways/timer.ts';
import type { Fault, WayIn } from './ways/way-in.ts';
import { WebhookWay } from './ways/webhook.ts';

const PATIENCE_MS = 60_000;
const PAYMENTS_SECRET = `whsec_${Buffer.from('known to the payment provider').toString('base64')}`;

type Tell = (line: string) => void;

/** Starts a fresh local Azure, uses every way in, listens on both ways out, and tells what came of it. */
export async function runDemo(folder: string, { verbose, tell }: { verbose: boolean; tell: Tell }): Promise<Report> {
  const effectsFile = join(folder, 'effects.jsonl');
  const callback = new CallbackReceiver();
  const environment = {
    EFFECTS_FILE: effectsFile,
    PIPELINES_DIRECTORY: quickenDocuments(folder),
    PAYMENTS_WEBHOOK_SECRET: PAYMENTS_SECRET,
    CALLBACK_URL: await callback.listen(),
    CALLBACK_SECRET: callback.secret,
  };
  tell('Starting a fresh local Azure …');
  const begun = Date.now();
  const azure = await launchLocalAzure({ args: ['--ephemeral'], environment, logs: verbose ? 'inherit' : 'ignore' });
  const startMs = Date.now() - begun;
  tell(`Ready after ${startMs} ms.`);
  const client = new ServiceBusClient(azure.ready.serviceBus);
  try {
    const ways = createWays(azure, client, effectsFile);
    return { ...(await useAll(ways, client, callback, tell)), effects: countEffects(effectsFile), startMs };
  } finally {
    await client.close();
    await azure.stop();
    callback.close();
  }
}

/** The queue first: its figures are told apart. */
function createWays({ ready }: LaunchedLocalAzure, client: ServiceBusClient, effectsFile: string): readonly WayIn[] {
  return [
    new QueueWay(client, effectsFile),
    new SubscriptionWay(client),
    new TimerWay(ready.http),
    new BlobWay(ready.blob),
    new WebhookWay(ready.http, PAYMENTS_SECRET),
    new ApiWay(ready.http),
  ];
}

async function useAll(ways: readonly WayIn[], client: ServiceBusClient, callback: CallbackReceiver, tell: Tell) {
  const results = new Results();
  const stopFollowing = followRuns(client, (run) => {
    results.take('topic', run);
    const count = results.of('topic').length;
    if (count % 50 === 0) tell(`${count} runs have ended`);
  });
  callback.onEnded = (run) => results.take('callback', run);

  tell('Sending orders, news of parcels, files, payments; a timer fires …');
  const sentAt = Date.now();
  await Promise.all(ways.map((way) => way.send()));
  await withinPatience(results.until(() => ways.every((way) => hasEnded(way, results)) && results.toldOnce().length === 0));
  results.close();
  await stopFollowing();

  const told = results.of('topic');
  const judged = await Promise.all(ways.map((way) => judge(way, told)));
  const waysIn = judged.map(({ row }) => row);
  const faults = [...judged.flatMap((one) => one.faults), ...faultsOfResults(results, callback)];
  const latencies = told.filter((run) => ways[0]?.owns(run)).map(({ arrivedAt }) => arrivedAt - sentAt);
  return {
    ok: faults.length === 0,
    ...orderTotals(waysIn),
    waysIn,
    waysOut: [
      { way: 'topic, by subscription', runs: countRuns(told), repeated: told.length - countRuns(told), refused: 0 },
      {
        way: 'callback, signed',
        runs: countRuns(results.of('callback')),
        repeated: callback.repeated,
        refused: callback.refused,
      },
    ],
    latencyMs: { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) },
    ordersPerSecond: (latencies.length / Math.max(1, ...latencies)) * 1000,
    faults,
  };
}

function hasEnded(way: WayIn, results: Results): boolean {
  return way.isDone(results.of('topic').filter((run) => way.owns(run)));
}

async function judge(way: WayIn, ended: readonly RunEnded[]): Promise<{ row: WayInRow; faults: readonly Fault[] }> {
  const own = ended.filter((run) => way.owns(run));
  const { sent, refused, faults } = await way.judge(own);
  const failed = own.filter(({ status }) => status === 'failed');
  const runs = countRuns(own);
  const row = {
    way: way.name,
    sent,
    runs,
    completed: own.length - failed.length,
    failures: countBy(failed.map(({ error }) => error ?? 'unknown')),
    duplicatesStopped: sent - runs - refused.length,
    refusals: countBy(refused),
  };
  return { row, faults };
}

function faultsOfResults(results: Results, { refused }: CallbackReceiver): readonly Fault[] {
  const once = results.toldOnce();
  return [
    ...(once.length === 0 ? [] : [{ what: 'results', expected: 'each told on both ways', seen: `${once.length} on one alone` }]),
    ...(refused === 0 ? [] : [{ what: 'callback', expected: 'every call signed', seen: `${refused} that were not` }]),
  ];
}

/** The orders on the queue, of which there are the same every time. */
function orderTotals([orders]: readonly WayInRow[]) {
  if (orders === undefined) throw new Error('The queue is one of the ways in.');
  const { sent, runs, completed, failures, refusals, duplicatesStopped } = orders;
  const size = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((total, count) => total + count, 0);
  return { sent, runs, completed, failed: size(failures), failures, refused: size(refusals), refusals, duplicatesStopped };
}

function countEffects(file: string): readonly EffectRow[] {
  const orders = [...readEffects(file).values()];
  return EFFECTS.map((effect) => {
    const calls = orders.map((order) => order.filter((call) => call === effect).length).filter((count) => count > 0);
    return { effect, orders: calls.length, calls: calls.reduce((sum, n) => sum + n, 0), mostPerOrder: Math.max(0, ...calls) };
  });
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** Waits no longer than the demo's patience; what is missing then shows in the report. */
async function withinPatience(work: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, PATIENCE_MS);
  await Promise.race([work, promise]);
  clearTimeout(timer);
}
