import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { HexdagClient } from '../../src/client/index.ts';
import { cli } from '../cli/cli.ts';
import { createBackend } from './backend.ts';
import { Stack } from './stack.ts';
import { untilWaiting } from './until-waiting.ts';

let stack: Stack;
let client: HexdagClient;

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/approval' }, 'ignore');
  client = new HexdagClient({ url: stack.ready.http, maxAttempts: 50 });
});

afterAll(() => stack?.stop());

/** Runs a command on the app. */
function hexdag(...args: readonly string[]) {
  return cli(args, { environment: { HEXDAG_URL: stack.ready.http } });
}

describe('a backend with the client', () => {
  it('starts a run once, gives it its event and reads its output', async () => {
    const input = { orderId: 'C-1', parcels: ['C-1-0'] };

    const started = await client.startRun('approval', input, { idempotencyKey: 'C-1' });
    const again = await client.startRun('approval', input, { idempotencyKey: 'C-1' });
    await untilWaiting(client, started.runId);
    const event = await client.sendEvent(started.runId, 'approve:C-1', { card: 'tok_ok' });
    const repeated = await client.sendEvent(started.runId, 'approve:C-1', { card: 'tok_ok' });
    const run = await client.waitForRun(started.runId, { timeoutMs: 30_000 });

    expect([started.duplicate, again]).toEqual([false, { ...started, duplicate: true }]);
    expect([event, repeated]).toEqual([
      { node: 'approved', duplicate: false },
      { node: 'approved', duplicate: true },
    ]);
    expect(run).toMatchObject({ status: 'completed', output: { shipped: 1, payment: { paymentId: 'pay-C-1' } } });
  });

  it('waits for a run while the app dies and comes back', async () => {
    const { runId } = await client.startRun('approval', { orderId: 'C-2', parcels: ['C-2-0'] });
    await untilWaiting(client, runId);
    const waiting = client.waitForRun(runId, { timeoutMs: 60_000 });

    await stack.kill('host');
    const event = await client.sendEvent(runId, 'approve:C-2', { card: 'tok_ok' });
    const run = await waiting;

    expect(event.node).toBe('approved');
    expect(run.status).toBe('completed');
  });

  it('holds a run, lets it go on, and ends it', async () => {
    const { runId } = await client.startRun('approval', { orderId: 'C-3', parcels: [] });
    await untilWaiting(client, runId);

    const answers = [await client.suspend(runId), await client.resume(runId), await client.cancel(runId, { reason: 'No.' })];
    const run = await client.getRun(runId);
    const late = client.sendEvent(runId, 'approve:C-3', {});

    expect(answers.map(({ status }) => status)).toEqual(['suspended', 'resumed', 'cancelled']);
    expect(run).toMatchObject({ status: 'cancelled', error: { message: 'No.' } });
    await expect(late).rejects.toMatchObject({ code: 'run_not_waiting', status: 409, retryable: false });
  });

  it('reads all runs, page by page', async () => {
    const started = await Promise.all(
      ['L-1', 'L-2', 'L-3'].map((key) => client.startRun('billing', { orderId: key, card: 'tok_ok' })),
    );
    await Promise.all(started.map(({ runId }) => client.waitForRun(runId)));

    const listed = [];
    for await (const run of client.listRuns({ pipeline: 'billing', limit: 1 })) listed.push(run.runId);

    expect(listed).toEqual(expect.arrayContaining(started.map(({ runId }) => runId)));
  });

  it('is told why it is refused', async () => {
    const { runId } = await client.startRun('billing', { orderId: 'R-1', card: 'tok_ok' }, { idempotencyKey: 'R-1' });

    const refusals = await Promise.allSettled([
      client.startRun('billing', { orderId: 'R-2', card: 'tok_ok' }, { idempotencyKey: 'R-1' }),
      client.startRun('nope', {}),
    ]);

    expect(refusals).toMatchObject([
      { reason: { code: 'idempotency_payload_mismatch', status: 422, problem: { runId } } },
      { reason: { code: 'pipeline_unknown', status: 404 } },
    ]);
  });

  it('has a failed run done again', async () => {
    const { runId } = await client.startRun('billing', { orderId: 'E-1' });
    const failed = await client.waitForRun(runId);

    const answer = await client.retry(runId, { reason: 'Once more.' });
    const again = await client.waitForRun(runId);
    const other = await Promise.allSettled([
      client.retry((await client.startRun('approval', { orderId: 'E-2', parcels: [] })).runId),
    ]);

    expect(answer).toEqual({ runId, retry: 1, duplicate: false });
    expect([failed, again]).toMatchObject([{ status: 'failed' }, { status: 'failed', retry: 1 }]);
    expect(other).toMatchObject([{ reason: { code: 'run_not_failed', status: 409 } }]);
  });

  it('gets the files that a run has left behind', async () => {
    const { runId } = await client.startRun('packing', { note: 'ü'.repeat(20_000) });
    await client.waitForRun(runId);

    const artifacts = await client.listArtifacts(runId);
    const [name = ''] = artifacts.map((artifact) => artifact.name);
    const { content, contentType } = await client.getArtifact(runId, name);
    const text = await new Response(content).text();

    expect(artifacts).toMatchObject([{ bytes: Buffer.byteLength(text), contentType }]);
    expect(text).toContain('ü'.repeat(20_000));
    await expect(client.getArtifact(runId, `${runId}/nothing`)).rejects.toMatchObject({ code: 'artifact_not_found' });
  });

  it('sees that the app is alive and ready, and what it has loaded', async () => {
    const [health, ready] = await Promise.all([client.health(), client.ready()]);

    expect(health).toMatchObject({ status: 'ok', pipelines: [{ name: 'approval' }, { name: 'billing' }, { name: 'packing' }] });
    expect(ready.status).toBe('ready');
  });
});

describe('the backend of the documentation', () => {
  it('places an order once, approves it in time, learns its outcome and what failed', async () => {
    const backend = createBackend(stack.ready.http, async () => 'token');
    const order = { orderId: 'B-1', parcels: ['B-1-0'] };

    const runId = await backend.placeOrder(order);
    const again = await backend.placeOrder(order);
    await untilWaiting(client, runId);
    const approval = await backend.approve(runId, 'B-1');
    const run = await backend.outcome(runId, AbortSignal.timeout(30_000));
    const broken = await client.startRun('billing', { orderId: 'B-3' });
    await client.waitForRun(broken.runId);
    const failed = await backend.failedToday('2020-01-01');
    const cancelled = await client.startRun('approval', { orderId: 'B-2', parcels: [] });
    await untilWaiting(client, cancelled.runId);
    await client.cancel(cancelled.runId);
    const late = await backend.approve(cancelled.runId, 'B-2');

    expect(again).toBe(runId);
    expect([approval, late]).toEqual(['approved', 'too late']);
    expect(run.status).toBe('completed');
    expect([failed.includes(broken.runId), failed.includes(runId)]).toEqual([true, false]);
  });
});

describe('the command line', () => {
  it('starts a run, gives it its event, waits for its end and shows it', async () => {
    const input = JSON.stringify({ orderId: 'D-1', parcels: ['D-1-0'] });

    const started = await hexdag('runs', 'start', 'approval', '--input', input, '--idempotency-key', 'D-1', '--output', 'json');
    const { runId } = JSON.parse(started.stdout);
    await untilWaiting(client, runId);
    const event = await hexdag('runs', 'event', runId, 'approve:D-1', '--input', '{"card":"tok_ok"}');
    const waited = await hexdag('runs', 'wait', runId, '--timeout', '30');
    const listed = await hexdag('runs', 'list', '--pipeline', 'approval', '--status', 'completed');

    expect([started, event, waited, listed].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(event.stdout).toBe('Node approved goes on with it.\n');
    expect(waited.stdout).toMatch(/Status +completed/);
    expect(listed.stdout).toContain(runId);
  });

  it('holds a run, lets it go on and ends it', async () => {
    const { runId } = await client.startRun('approval', { orderId: 'D-2', parcels: [] });
    await untilWaiting(client, runId);

    const outcomes = [
      await hexdag('runs', 'suspend', runId),
      await hexdag('runs', 'resume', runId),
      await hexdag('runs', 'cancel', runId, '--reason', 'No.'),
      await hexdag('runs', 'wait', runId),
      await hexdag('runs', 'resume', runId),
    ];

    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 1, 1]);
    expect(outcomes[3]?.stdout).toMatch(/Error +run_cancelled: No\./);
    expect(outcomes[4]?.stderr).toBe('run_ended: The run has ended.\n');
  });

  it('has a run done again and gets its files', async () => {
    const { runId } = await client.startRun('packing', { note: 'x'.repeat(40_000) });
    await client.waitForRun(runId);
    const folder = await mkdtemp(join(tmpdir(), 'hexdag-client-'));
    onTestFinished(() => rm(folder, { recursive: true }));

    const listed = await hexdag('runs', 'artifacts', runId, '--output', 'json');
    const name: string = JSON.parse(listed.stdout).artifacts[0].name;
    const got = await hexdag('runs', 'artifacts', runId, name, '--output-file', join(folder, 'output.json'));
    const retried = await hexdag('runs', 'retry', runId);

    expect([listed, got, retried].map(({ exitCode }) => exitCode)).toEqual([0, 0, 1]);
    expect(await readFile(join(folder, 'output.json'), 'utf8')).toContain('x'.repeat(40_000));
    expect(retried.stderr).toMatch(/^run_not_failed: /);
  });
});
