import { describe, expect, it } from 'vitest';
import { answer } from '../../src/api/answer.ts';
import { getRun } from '../../src/api/get-run.ts';
import { listRuns } from '../../src/api/list-runs.ts';
import { isJsonObject } from '../../src/json.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { createWorld } from '../triggers/fixtures.ts';
import { createNode, createRequest, createRun } from './fixtures.ts';

describe('reading a run', () => {
  it('shows the run and its nodes in the order in which they ran', async () => {
    const world = createWorld();
    await world.runs.claim(createRun({ correlationId: 'c-1' }));
    const artifact = { name: 'run-1/invoice/invoice.pdf', sha256: 'c'.repeat(64), bytes: 10, contentType: 'application/pdf' };
    const later = { startedAt: '2026-01-01T00:00:02.000Z', finishedAt: '2026-01-01T00:00:03.000Z' };
    await world.runs.commitNode(createNode({ node: 'invoice', ...later, result: { value: { file: artifact } } }));
    await world.runs.commitNode(createNode({ attempt: 2 }));
    await world.runs.finish('run-1', {
      status: 'completed',
      finishedAt: '2026-01-01T00:00:04.000Z',
      output: { value: { total: 3 } },
      outbox: [],
    });

    const response = await getRun(createRequest({ params: { id: 'run-1' } }), world);

    expect(response.status).toBe(200);
    expect(response.headers).not.toHaveProperty('retry-after');
    expect(response.body).toEqual({
      runId: 'run-1',
      pipeline: 'order',
      trigger: 'orders',
      status: 'completed',
      acceptedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:00:04.000Z',
      durationMs: 4_000,
      planHash: 'a'.repeat(64),
      event: { key: 'A1', type: 'order.placed', source: '/service-bus/orders', correlationId: 'c-1' },
      output: { total: 3 },
      nodes: [
        {
          name: 'charge',
          kind: 'function_node',
          status: 'completed',
          attempt: 2,
          startedAt: '2026-01-01T00:00:01.000Z',
          finishedAt: '2026-01-01T00:00:01.250Z',
          durationMs: 250,
          result: { ok: true },
          artifacts: [],
        },
        {
          name: 'invoice',
          kind: 'function_node',
          status: 'completed',
          attempt: 1,
          ...later,
          durationMs: 1_000,
          result: { file: artifact },
          artifacts: [artifact],
        },
      ],
    });
  });

  it('shows why a run failed, and never what was put in', async () => {
    const world = createWorld();
    const error = {
      type: 'PermanentError',
      code: 'card_declined',
      message: 'The card was declined.',
      retryable: false,
      node: 'charge',
    };
    await world.runs.claim(createRun());
    await world.runs.commitNode({
      runId: 'run-1',
      node: 'charge',
      kind: 'function_node',
      status: 'failed',
      error,
      attempt: 3,
      startedAt: '2026-01-01T00:00:01.000Z',
      finishedAt: '2026-01-01T00:00:02.000Z',
    });
    await world.runs.finish('run-1', { status: 'failed', finishedAt: '2026-01-01T00:00:02.000Z', error, outbox: [] });

    const response = await getRun(createRequest({ params: { id: 'run-1' } }), world);

    expect(response.body).toMatchObject({
      status: 'failed',
      error,
      nodes: [{ name: 'charge', status: 'failed', attempt: 3, error }],
    });
    expect(JSON.stringify(response.body)).not.toContain('secret');
  });

  it('names the blob of a result too large to show', async () => {
    const world = createWorld();
    const blob = { name: 'run-1/charge/result.json', sha256: 'c'.repeat(64), bytes: 40_000, contentType: 'application/json' };
    await world.runs.claim(createRun());
    await world.runs.commitNode(createNode({ result: { blob } }));

    const response = await getRun(createRequest({ params: { id: 'run-1' } }), world);

    expect(response.body).toMatchObject({ nodes: [{ artifacts: [blob] }] });
  });

  it('says when to look again while the run is not finished', async () => {
    const world = createWorld();
    await world.runs.claim(createRun());

    const response = await getRun(createRequest({ params: { id: 'run-1' } }), world);

    expect(response).toMatchObject({ status: 200, headers: { 'retry-after': '1' }, body: { status: 'accepted', nodes: [] } });
  });

  it('knows no run that never was', async () => {
    const response = await getRun(createRequest({ params: { id: 'nope' } }), createWorld());

    expect(response).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
  });

  it('answers 503 when the store is away', async () => {
    const world = createWorld();
    world.runs.read = () => Promise.reject(new DependencyUnavailableError('away'));

    const response = await answer('getRun', world.log, () => getRun(createRequest({ params: { id: 'run-1' } }), world));

    expect(response).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
  });
});

describe('listing runs', () => {
  async function createList() {
    const world = createWorld();
    for (let index = 1; index <= 5; index++) {
      const pipeline = index % 2 === 0 ? 'invoice' : 'order';
      await world.runs.claim(createRun({ runId: `run-${index}`, pipeline, acceptedAt: `2026-01-01T00:00:0${index}.000Z` }));
    }
    await world.runs.finish('run-1', { status: 'completed', finishedAt: '2026-01-01T00:00:09.000Z', outbox: [] });
    const list = async (query: string) => {
      const { status, body } = await listRuns(createRequest({ query }), world);
      const page = isJsonObject(body) ? body : {};
      const runs = Array.isArray(page['runs']) ? page['runs'] : [];
      return { status, code: page['code'], cursor: page['cursor'], ids: runs.map((run) => run.runId) };
    };
    return { list };
  }

  it('shows the newest first', async () => {
    const { list } = await createList();

    const page = await list('');

    expect(page).toMatchObject({ status: 200, ids: ['run-5', 'run-4', 'run-3', 'run-2', 'run-1'], cursor: undefined });
  });

  it('filters by status and pipeline', async () => {
    const { list } = await createList();

    const accepted = await list('status=accepted&pipeline=order');
    const completed = await list('status=completed');

    expect(accepted.ids).toEqual(['run-5', 'run-3']);
    expect(completed.ids).toEqual(['run-1']);
  });

  it('goes on where the page before ended', async () => {
    const { list } = await createList();

    const first = await list('limit=2&pipeline=order');
    const second = await list(`limit=2&pipeline=order&cursor=${first.cursor}`);

    expect(first.ids).toEqual(['run-5', 'run-3']);
    expect(second).toMatchObject({ ids: ['run-1'], cursor: undefined });
  });

  it('refuses the cursor of another query', async () => {
    const { list } = await createList();
    const { cursor } = await list('limit=1&pipeline=order');

    const other = await list(`limit=1&pipeline=invoice&cursor=${cursor}`);

    expect(other).toMatchObject({ status: 400, code: 'cursor_invalid' });
  });

  it.each([
    ['limit=-1', 'query_value'],
    ['limit=0', 'query_value'],
    ['limit=1e9', 'query_value'],
    ['limit=101', 'query_value'],
    ['limit=abc', 'query_value'],
    ['limit=', 'query_value'],
    ['status=done', 'query_value'],
    ['cursor=garbage', 'cursor_invalid'],
    ['cursor=', 'cursor_invalid'],
    ['limit=10&limit=20', 'query_repeated'],
    ['filter=c.id OR 1=1', 'query_unknown'],
  ])('refuses %s with %s', async (query, code) => {
    const { list } = await createList();

    const page = await list(query);

    expect(page).toMatchObject({ status: 400, code });
  });

  it('names the statuses there are', async () => {
    const response = await listRuns(createRequest({ query: 'status=done' }), createWorld());

    expect(response.body).toMatchObject({ detail: expect.stringContaining('accepted, running, completed, failed') });
  });
});
