import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FLOOD_SECRET, flood, sendWebhook } from '../../bench/flood.ts';
import { readProcess } from '../../bench/processes.ts';
import { Stack } from '../e2e/stack.ts';

const WARM_UP = { perSecond: 2_000, seconds: 5 };
const FLOOD = { perSecond: 2_000, seconds: 10 };
const SAMPLE = 200;
/** Between one flood and another of twice its length, the host's heap breathes by tens of megabytes. */
const GROWTH_MB = 128;

let stack: Stack;

beforeAll(async () => {
  const settings = { PIPELINES_DIRECTORY: 'bench/pipelines', FLOOD_SECRET, APP_LOG_LEVEL: 'error' };
  stack = await Stack.start(settings, 'ignore');
});

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

it('2,000 webhooks a second are accepted or told when to come again: none is lost, none is answered in two ways, memory stays', async () => {
  const warmUp = await flood(stack.ready.http, WARM_UP);
  await ended(warmUp.flatMap(({ status, body }) => (status === 202 ? [body.runId ?? ''] : [])));
  const before = await megabytes();

  const answers = await flood(stack.ready.http, FLOOD, warmUp.length);
  const after = await megabytes();

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
  expect(after - before).toBeLessThan(GROWTH_MB);
});
