import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';
import { type SeenRequest, TestHttpServer } from '../adapters/http/http-server.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';

const POLL_MS = 20;
const SECRET = `whsec_${'bmV3'.repeat(8)}`;

let receiver: TestHttpServer;
let stack: Stack;
let events: RunEvents;
/** Answers that are held back, while this is set. */
let held: ServerResponse[] | undefined;

beforeAll(async () => {
  receiver = await TestHttpServer.start((_, response) => {
    if (held === undefined) response.writeHead(204).end();
    else held.push(response);
  });
  const settings = {
    PIPELINES_DIRECTORY: 'test/e2e/approval',
    RUN_EVENTS: 'run.started,run.waiting,run.completed,run.failed,run.cancelled,node.completed,node.failed',
    CALLBACK_URL: `${receiver.origin}/callbacks`,
    CALLBACK_SECRET: SECRET,
    SWEEP_SCHEDULE: '* * * * * *',
  };
  // Whoever kills servers gets complaints.
  stack = await Stack.start(settings, 'ignore');
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
  await receiver?.close();
});

async function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const type = { 'content-type': 'application/json' };
  const answer = await fetch(`${stack.ready.http}/api/${path}`, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: JSON.stringify(body),
  });
  return answer.json();
}

async function start(orderId: string): Promise<string> {
  const order = { orderId, parcels: [`${orderId}-0`, `${orderId}-1`] };
  const answer = await post('pipelines/approval/runs', order, { 'idempotency-key': orderId });
  return z.object({ runId: z.string() }).parse(answer).runId;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(POLL_MS);
}

const Told = z.object({ id: z.string(), type: z.string(), subject: z.string(), time: z.string() });

function calls(runId: string): (z.infer<typeof Told> & { request: SeenRequest })[] {
  return receiver.requests
    .map((request) => ({ ...Told.parse(JSON.parse(request.body)), request }))
    .filter(({ subject }) => subject === runId);
}

const topic = (runId: string) => events.received.filter(({ subject }) => subject === runId);
const isOver = (told: readonly { readonly type: string }[]) => told.some(({ type }) => type === 'hexdag.run.completed');

function isGenuine({ headers, body }: SeenRequest): boolean {
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  const request = { headers: pairs, body: Buffer.from(body) };
  return verifyWebhook(standardWebhooks, request, [SECRET], { now: Date.now() }).kind === 'accepted';
}

describe('what a run tells', () => {
  it('comes to the subscription and, signed, to the callback, under the same ids', async () => {
    const runId = await start('R-1');
    await until(() => calls(runId).length >= 2);
    await post(`runs/${runId}/events/${encodeURIComponent('approve:R-1')}`, { card: 'tok_ok' });
    await until(() => isOver(topic(runId)) && calls(runId).length >= topic(runId).length);

    const told = topic(runId);
    const called = calls(runId);
    const ids = told.map(({ id }) => id.slice(runId.length + 1));
    expect([...ids.slice(0, 2), ids.at(-1)]).toEqual(['started', 'waiting:approved', 'completed']);
    expect(ids.slice(2, -1).sort()).toEqual(['node:parcels[0]/ship', 'node:parcels[1]/ship']);
    expect(called.map(({ id }) => id).sort()).toEqual(told.map(({ id }) => id).sort());
    expect(called.map(({ request }) => request.headers['webhook-id'])).toEqual(called.map(({ id }) => id));
    expect(called.every(({ request }) => isGenuine(request))).toBe(true);
  });

  it('comes though the process dies between the commit and the answer to the callback', async () => {
    held = [];
    const runId = await start('R-2');
    await until(() => calls(runId).some(({ type }) => type === 'hexdag.run.waiting'));

    await stack.kill('host');
    held = undefined;
    await until(() => new Set(calls(runId).map(({ type }) => type)).size === 2 && calls(runId).length >= 4);
    await until(() => topic(runId).length >= 2);

    const ids = calls(runId).map(({ id }) => id);
    expect(new Set(ids)).toEqual(new Set([`${runId}:started`, `${runId}:waiting:approved`]));
    expect(topic(runId).map(({ id }) => id)).toEqual([`${runId}:started`, `${runId}:waiting:approved`]);
  });
});
