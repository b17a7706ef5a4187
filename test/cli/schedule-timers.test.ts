import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiResponse } from '../../src/api/api-message.ts';
import { listTriggers } from '../../src/api/list-triggers.ts';
import { runTrigger } from '../../src/api/run-trigger.ts';
import { runId } from '../../src/triggers/run-id.ts';
import { json, type SeenRequest, TestHttpServer } from '../adapters/http/http-server.ts';
import { createRequest } from '../api/fixtures.ts';
import { memoryStores, startWorker, timerTrigger, type Worker } from '../triggers/timer/timer-world.ts';
import { cli } from './cli.ts';

const trigger = timerTrigger('schedule: 0 30 1 * * *, catch_up: skip', { name: 'nightly' });

let worker: Worker;
let server: TestHttpServer;

/** Serves what the app serves of its triggers. */
beforeAll(async () => {
  server = await TestHttpServer.start(async (request, response) => {
    const { status, body, headers } = await serve(request);
    json(response, body, status, headers);
  });
});

beforeEach(async () => {
  worker = startWorker(memoryStores(), '2026-11-18T12:00:00Z');
  await worker.tickAt('2026-11-19T01:30:00Z', trigger);
  await worker.tickAt('2026-11-21T01:30:00Z', trigger);
});

afterAll(() => server.close());

function serve({ method, url, headers, body }: SeenRequest): Promise<ApiResponse> {
  const app = { ...worker, triggers: [trigger], newKey: () => 'made' };
  if (method === 'GET') return listTriggers(createRequest(), app);
  const name = /^\/api\/triggers\/(.*)\/runs$/.exec(url)?.[1] ?? '';
  const key = headers['idempotency-key'];
  const sent = { params: { name }, headers: typeof key === 'string' ? { 'idempotency-key': key } : {}, body };
  return runTrigger(createRequest(sent), app);
}

function hexdag(...args: readonly string[]) {
  return cli(['schedule', ...args, '--url', server.origin]);
}

describe('hexdag schedule status', () => {
  it('shows how each timer does, and what it left', async () => {
    const { exitCode, stdout } = await hexdag('status');

    expect(exitCode).toBe(0);
    expect(stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '))).toEqual([
      'TRIGGER | STATE | LAST | RUN | NEXT | WITHOUT RUN',
      `nightly | well | 2026-11-21T01:30:00.000Z | ${runId('nightly', 'nightly/2026-11-21T01:30:00.000Z')} | 2026-11-22T01:30:00.000Z | 2026-11-20T01:30:00.000Z (late)`,
      '',
    ]);
  });

  it('fails if one has gone silent', async () => {
    worker.clock.advance(3 * 86_400_000);

    const { exitCode, stdout } = await hexdag('status', '--output', 'json');

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      timers: [{ trigger: 'nightly', isSilent: true, silentSince: '2026-11-22T01:30:00.000Z' }],
    });
  });
});

describe('hexdag schedule run', () => {
  it('starts a run for now, once for a key', async () => {
    const first = await hexdag('run', 'nightly', '--idempotency-key', 'ticket-7');
    const again = await hexdag('run', 'nightly', '--idempotency-key', 'ticket-7', '--output', 'json');

    const id = runId('nightly', 'run-now/ticket-7');
    expect([first.exitCode, first.stdout]).toEqual([0, `${id} is started.\n`]);
    expect(JSON.parse(again.stdout)).toEqual({ runId: id, duplicate: true });
  });

  it('starts the run of an occurrence that was left', async () => {
    const { exitCode, stdout } = await hexdag('run', 'nightly', '--occurrence', '2026-11-20T01:30:00Z');

    expect([exitCode, stdout]).toEqual([0, `${runId('nightly', 'nightly/2026-11-20T01:30:00.000Z')} is started.\n`]);
  });

  it.each([
    [['run', 'nobody'], 'trigger_unknown', 1],
    [['run', 'nightly', '--occurrence', '2026-11-20T02:00:00Z'], 'occurrence_unknown', 1],
    [['run', 'nightly', '--occurrence', 'yesterday'], 'option_value', 2],
    [['run', '..'], 'trigger_unknown', 2],
  ])('refuses %j as %s', async (args, code, exit) => {
    const { exitCode, stdout, stderr } = await hexdag(...args);

    expect([exitCode, stdout]).toEqual([exit, '']);
    expect(stderr.startsWith(`${code}: `)).toBe(true);
  });
});
