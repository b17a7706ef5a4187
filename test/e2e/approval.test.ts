import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Stack } from './stack.ts';

const POLL_MS = 20;

let stack: Stack;

beforeAll(async () => {
  // Whoever kills servers gets complaints.
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/approval' }, 'ignore');
});

afterAll(() => stack?.stop());

const Run = z.object({
  runId: z.string(),
  status: z.string(),
  output: z.unknown().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
  waiting: z.array(z.object({ node: z.string(), eventKey: z.string() })).default([]),
  nodes: z.array(z.object({ name: z.string(), status: z.string() })),
});

type Run = z.infer<typeof Run>;

function post(path: string, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const type = { 'content-type': 'application/json' };
  return fetch(`${stack.ready.http}/api/${path}`, {
    method: 'POST',
    headers: { ...type, ...headers },
    body: JSON.stringify(body),
  });
}

async function start(orderId: string, parcels: readonly string[]): Promise<string> {
  const accepted = await post('pipelines/approval/runs', { orderId, parcels }, { 'idempotency-key': orderId });
  return z.object({ runId: z.string() }).parse(await accepted.json()).runId;
}

/** The run, once it is so. */
async function until(runId: string, holds: (run: Run) => boolean): Promise<Run> {
  for (;;) {
    const response = await fetch(`${stack.ready.http}/api/runs/${runId}`);
    const run = Run.parse(await response.json());
    if (holds(run)) return run;
    await delay(POLL_MS);
  }
}

const isWaiting = (run: Run) => run.waiting.length > 0;
const hasEnded = (run: Run) => ['completed', 'failed', 'cancelled'].includes(run.status);

function approve(runId: string, orderId: string): Promise<Response> {
  return post(`runs/${runId}/events/${encodeURIComponent(`approve:${orderId}`)}`, { card: 'tok_ok' });
}

async function shipped(orderIds: readonly string[]): Promise<number> {
  return (await stack.effects()).filter(({ effect, orderId }) => effect === 'ship' && orderIds.includes(orderId)).length;
}

describe('a run that waits, loops and starts another one', () => {
  it('finishes though its process dies while it waits and while it loops, with each effect recorded once', async () => {
    const parcels = Array.from({ length: 60 }, (_, index) => `W-1-${index}`);
    const runId = await start('W-1', parcels);
    const waiting = await until(runId, isWaiting);

    await stack.untilBack('host', await stack.kill('host'));
    const answer = await approve(runId, 'W-1');
    while ((await shipped(parcels)) < 8) await delay(POLL_MS);
    await stack.untilBack('host', await stack.kill('host'));
    const ended = await until(runId, hasEnded);
    const again = await approve(runId, 'W-1');

    const lines = (await stack.effects()).filter(({ effect }) => effect === 'ship');
    const keys = Map.groupBy(lines, ({ idempotencyKey }) => idempotencyKey);
    expect(waiting.waiting).toMatchObject([{ node: 'approved', eventKey: 'approve:W-1' }]);
    expect(answer.status).toBe(202);
    expect(ended).toMatchObject({ status: 'completed', output: { shipped: 60, payment: { paymentId: 'pay-W-1' } } });
    expect(ended.nodes.map(({ name }) => name).sort()).toEqual(parcels.map((_, index) => `parcels[${index}].ship`).sort());
    expect(new Set(lines.map(({ orderId }) => orderId))).toEqual(new Set(parcels));
    expect(keys.size).toBe(parcels.length);
    expect(await again.json()).toEqual({ node: 'approved', duplicate: true });
  });

  it('is cancelled over HTTP, and takes no event then', async () => {
    const runId = await start('W-2', ['W-2-0']);
    await until(runId, isWaiting);

    const answers = [await post(`runs/${runId}/cancel`, { reason: 'Out of stock.' }), await approve(runId, 'W-2')];
    const ended = await until(runId, hasEnded);

    expect(answers.map(({ status }) => status)).toEqual([202, 409]);
    expect(ended).toMatchObject({ status: 'cancelled', error: { code: 'run_cancelled', message: 'Out of stock.' }, nodes: [] });
  });

  it('does nothing while it is suspended over HTTP, and goes on when it is resumed', async () => {
    const [runId, other] = [await start('W-3', ['W-3-0']), await start('W-4', ['W-4-0'])];
    await Promise.all([until(runId, isWaiting), until(other, isWaiting)]);

    const suspended = await post(`runs/${runId}/suspend`);
    await approve(runId, 'W-3');
    // What another run does from its event to its end takes as long as this one would.
    await approve(other, 'W-4');
    await until(other, hasEnded);
    const meanwhile = await until(runId, (run) => !isWaiting(run));
    const resumed = await post(`runs/${runId}/resume`);
    const ended = await until(runId, hasEnded);

    expect([suspended.status, resumed.status]).toEqual([202, 202]);
    expect(meanwhile.nodes).toEqual([]);
    expect(ended).toMatchObject({ status: 'completed', output: { shipped: 1 } });
  });
});
