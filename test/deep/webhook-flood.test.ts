import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FLOOD_SECRET, type FloodAnswer, type FloodPlan, flood, sendWebhook } from '../../bench/flood.ts';
import { readProcess } from '../../bench/processes.ts';
import { Stack } from '../e2e/stack.ts';

const WARM_UP = { perSecond: 2_000, seconds: 4 };
const FLOOD = { perSecond: 2_000, seconds: 10 };
const AFTERWARDS = { perSecond: 2_000, seconds: 1 };
const FLOODS_AFTERWARDS = 3;
const SAMPLE = 200;
/** V8 lets its heap grow before it looks for garbage, unless it is told where to stop. At rest the host needs half of this. */
const NODE_OPTIONS = '--max-old-space-size=128';
/** What the host's memory breathes by from one flood to the next. */
const GROWTH_MB = 32;

let stack: Stack;
let sent = 0;

beforeAll(async () => {
  const settings = { PIPELINES_DIRECTORY: 'bench/pipelines', FLOOD_SECRET, APP_LOG_LEVEL: 'error', NODE_OPTIONS };
  stack = await Stack.start(settings, 'ignore');
  await settled(await offer(WARM_UP));
}, 300_000);

afterAll(async () => {
  await stack?.stop();
});

/** Of the host; none where the kernel does not tell. */
async function megabytes(): Promise<number> {
  return readProcess((await stack.status()).host.pid)?.proportionalMb ?? 0;
}

/** The states of all runs, once every one of those has ended. */
async function ended(runIds: readonly string[]): Promise<Map<string, string>> {
  for (;;) {
    const query = stack.runs.items.query<{ runId: string; status: string }>("SELECT c.runId, c.status FROM c WHERE c.id = 'run'");
    const { resources } = await query.fetchAll();
    const found = new Map(resources.map(({ runId, status }) => [runId, status]));
    if (runIds.every((runId) => found.has(runId)) && ![...found.values()].some((status) => status === 'accepted')) return found;
    await delay(1_000);
  }
}

/** Webhooks that were not sent before. */
async function offer(plan: FloodPlan): Promise<readonly FloodAnswer[]> {
  const answers = await flood(stack.ready.http, plan, sent);
  sent += answers.length;
  return answers;
}

/** Resolves when the runs of what was accepted have ended. */
async function settled(answers: readonly FloodAnswer[]): Promise<void> {
  await ended(answers.flatMap(({ status, body }) => (status === 202 ? [body.runId ?? ''] : [])));
}

it('2,000 webhooks a second are accepted or told when to come again: none is lost, none is answered in two ways', async () => {
  const answers = await offer(FLOOD);

  const accepted = answers.filter(({ status }) => status === 202);
  const later = answers.filter(({ status, retryAfter }) => [429, 503].includes(status) && Number(retryAfter) > 0);
  const runIds = accepted.map(({ body }) => body.runId ?? '');
  const runs = await ended(runIds);
  const sample = accepted.slice(0, SAMPLE);
  const again: Awaited<ReturnType<typeof sendWebhook>>[] = [];
  for (const { request } of sample) again.push(await sendWebhook(stack.ready.http, request));
  expect(accepted.length).toBeGreaterThan(0);
  expect(accepted.length + later.length).toBe(FLOOD.perSecond * FLOOD.seconds);
  expect(new Set(runIds).size).toBe(accepted.length);
  expect(runIds.filter((runId) => runs.get(runId) !== 'completed')).toEqual([]);
  expect(again.map(({ body }) => body)).toEqual(sample.map(({ body }) => ({ runId: body.runId, duplicate: true })));
});

it('what a flood takes of memory is free for the next one', async () => {
  const { host } = await stack.status();
  const before = await megabytes();

  const after: number[] = [];
  for (let floods = 0; floods < FLOODS_AFTERWARDS; floods += 1) {
    await settled(await offer(AFTERWARDS));
    after.push(await megabytes());
  }

  expect((await stack.status()).host.pid).toBe(host.pid);
  expect(Math.max(...after) - before).toBeLessThan(GROWTH_MB);
});
