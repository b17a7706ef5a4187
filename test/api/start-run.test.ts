import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { answer } from '../../src/api/answer.ts';
import type { ApiRequest, ApiResponse } from '../../src/api/api-message.ts';
import { type StartRunDependencies, startRun } from '../../src/api/start-run.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../src/ports/errors.ts';
import { readInput } from '../../src/triggers/json-schema.ts';
import { runId } from '../../src/triggers/run-id.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { createWorld, orderPipeline } from '../triggers/fixtures.ts';
import { createRequest } from './fixtures.ts';

function createDependencies(pipeline: StartablePipeline = orderPipeline) {
  let keys = 0;
  return {
    ...createWorld(),
    pipelines: new Map([[pipeline.name, pipeline]]),
    newKey: () => {
      keys += 1;
      return `key-${keys}`;
    },
  };
}

interface Parts {
  readonly name?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

function createStart({ name = 'order', headers = {}, body = '{"orderId":"A1"}' }: Parts = {}) {
  return createRequest({ params: { name }, headers: { 'content-type': 'application/json', ...headers }, body });
}

/** The answer to the request, whatever happens meanwhile. */
function answerStart(request: ApiRequest, dependencies: StartRunDependencies): Promise<ApiResponse> {
  return answer('startRun', dependencies.log, () => startRun(request, dependencies));
}

describe('starting a run', () => {
  it('answers 202 with the place of the run, once it is stored and started', async () => {
    const dependencies = createDependencies();

    const response = await startRun(createStart({ headers: { 'idempotency-key': 'order-1' } }), dependencies);

    const id = runId('api:order', 'order-1');
    expect(response).toEqual({
      status: 202,
      headers: { 'content-type': 'application/json', location: `/api/runs/${id}`, 'retry-after': '1' },
      body: { runId: id, duplicate: false },
    });
    expect(await dependencies.runs.read(id)).toMatchObject({
      trigger: 'api:order',
      eventKey: 'order-1',
      eventType: 'hexdag.run.requested',
      eventSource: '/api/pipelines/order',
      input: { value: { orderId: 'A1' } },
      acceptedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(dependencies.orchestrations.started).toHaveLength(1);
  });

  it('starts a run each for requests without a key', async () => {
    const dependencies = createDependencies();

    await startRun(createStart(), dependencies);
    await startRun(createStart(), dependencies);

    expect(dependencies.orchestrations.started).toHaveLength(2);
  });

  it('answers the same key with the same run, quoted or bare, and starts it once', async () => {
    const dependencies = createDependencies();
    await startRun(createStart({ headers: { 'idempotency-key': 'order-1' } }), dependencies);

    const response = await startRun(createStart({ headers: { 'idempotency-key': '"order-1"' } }), dependencies);

    expect(response).toMatchObject({ status: 202, body: { runId: runId('api:order', 'order-1'), duplicate: true } });
    expect(dependencies.orchestrations.started).toHaveLength(1);
  });

  it('refuses the same key with another body and names the run', async () => {
    const dependencies = createDependencies();
    const headers = { 'idempotency-key': 'order-1' };
    await startRun(createStart({ headers }), dependencies);

    const response = await startRun(createStart({ headers, body: '{"orderId":"B2"}' }), dependencies);

    expect(response).toMatchObject({
      status: 422,
      body: { code: 'idempotency_payload_mismatch', runId: runId('api:order', 'order-1') },
    });
  });

  it('takes a CloudEvent by its id', async () => {
    const dependencies = createDependencies();
    const body = JSON.stringify({
      specversion: '1.0',
      id: 'e-1',
      source: '/shop',
      type: 'order.placed',
      data: { orderId: 'A1' },
    });
    const headers = { 'content-type': 'application/cloudevents+json' };

    await startRun(createStart({ headers, body }), dependencies);
    const response = await startRun(createStart({ headers, body }), dependencies);

    expect(response).toMatchObject({ status: 202, body: { duplicate: true } });
    expect(dependencies.orchestrations.started).toMatchObject([{ input: { value: { orderId: 'A1' } } }]);
  });

  it('carries a well-formed traceparent on', async () => {
    const dependencies = createDependencies();
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    await startRun(createStart({ headers: { traceparent } }), dependencies);

    expect(dependencies.orchestrations.started).toMatchObject([{ traceParent: traceparent }]);
  });

  it.each([
    ['an unknown pipeline', { name: 'nope' }, 404, 'pipeline_unknown'],
    ['a pipeline named like a member of every object', { name: 'constructor' }, 404, 'pipeline_unknown'],
    ['an empty body', { body: '' }, 400, 'body_empty'],
    ['a body cut short', { body: '{"a":' }, 400, 'body_not_json'],
    ['bytes that are no UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, 'body_encoding'],
    ['a key given twice', { body: '{"a":1,"a":2}' }, 400, 'json_duplicate_key'],
    ['a forbidden key', { body: '{"__proto__":{}}' }, 400, 'json_forbidden_key'],
    ['a number that loses digits', { body: '9007199254740993' }, 400, 'number_precision'],
    ['too deep a body', { body: '['.repeat(100_000) }, 400, 'json_depth'],
    ['a body above any limit', { body: Buffer.alloc(1_048_577, 0x20) }, 413, 'body_too_large'],
    ['XML', { headers: { 'content-type': 'text/xml' } }, 415, 'media_type_unsupported'],
    ['UTF-16', { headers: { 'content-type': 'application/json; charset=utf-16' } }, 415, 'charset_unsupported'],
    ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 415, 'encoding_unsupported'],
    ['an empty key', { headers: { 'idempotency-key': '' } }, 400, 'idempotency_key_missing'],
    ['an empty key in quotes', { headers: { 'idempotency-key': '""' } }, 400, 'idempotency_key_missing'],
    ['a key of 256 characters', { headers: { 'idempotency-key': 'k'.repeat(256) } }, 400, 'idempotency_key_too_long'],
  ])('refuses %s with a problem document', async (_, parts, status, code) => {
    const dependencies = createDependencies();

    const response = await startRun(createStart(parts), dependencies);

    expect(response).toMatchObject({
      status,
      headers: { 'content-type': 'application/problem+json' },
      body: { status, code, detail: expect.any(String), title: expect.any(String) },
    });
    expect(dependencies.orchestrations.started).toEqual([]);
  });

  it('refuses a body without a content type', async () => {
    const request = createRequest({ params: { name: 'order' }, body: '{}' });

    const response = await startRun(request, createDependencies());

    expect(response).toMatchObject({ status: 415, body: { code: 'media_type_missing' } });
  });

  it("refuses an input that does not fit the pipeline's schema, with every fault", async () => {
    const schema = { properties: { orderId: { minLength: 3 }, total: { minimum: 0 } } };

    const response = await startRun(
      createStart({ body: '{"orderId":"A1","total":-1}' }),
      createDependencies({ ...orderPipeline, readInput: (input) => readInput(schema, input) }),
    );

    expect(response).toMatchObject({
      status: 422,
      body: { code: 'schema_violation', faults: [{ path: '$.orderId' }, { path: '$.total' }] },
    });
  });

  it('answers 503 with the time to wait when the store is away, and a repetition of the request then works', async () => {
    const dependencies = createDependencies();
    const request = createStart({ headers: { 'idempotency-key': 'order-1' } });
    const failure = new DependencyUnavailableError('10.0.0.4 refused', { retryAfterMs: 1_500 });
    vi.spyOn(dependencies.runs, 'claim').mockRejectedValueOnce(failure);

    const refused = await answerStart(request, dependencies);
    const repeated = await answerStart(request, dependencies);

    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { code: 'dependency_unavailable' } });
    expect(JSON.stringify(refused.body)).not.toContain('10.0.0.4');
    expect(repeated).toMatchObject({ status: 202 });
    expect(dependencies.orchestrations.started).toHaveLength(1);
  });

  it('logs a refusal with its code, and nothing of the request', async () => {
    const dependencies = createDependencies();

    await answerStart(createStart({ body: '{"card":"tok_secret"' }), dependencies);

    expect(dependencies.lines).toMatchObject([
      { level: 'info', properties: { operation: 'startRun', status: 400, code: 'body_not_json' } },
    ]);
    expect(JSON.stringify(dependencies.lines)).not.toContain('tok_secret');
  });

  it('answers 202 once the run is stored, though the engine is away: a repetition without a key would be a second run', async () => {
    const dependencies = createDependencies();
    dependencies.orchestrations.failures.push(new DependencyUnavailableError('away'));

    const response = await startRun(createStart(), dependencies);

    expect(response).toMatchObject({ status: 202, body: { duplicate: false } });
    expect((await dependencies.runs.list({ limit: 10 })).runs).toHaveLength(1);
  });

  it('answers 503 before the client gives up when the store does not answer at all', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const dependencies = createDependencies();
    dependencies.runs.claim = () => new Promise(() => {});

    const answered = answerStart(createStart(), dependencies);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(await answered).toMatchObject({ status: 503, body: { code: 'answer_timeout' } });
  });

  it.each([new DependencyRefusedError('no permission on container runs'), new Error('a bug')])(
    'answers 500 and tells nothing of the inside when it fails for good (%s)',
    async (failure) => {
      const dependencies = createDependencies();
      vi.spyOn(dependencies.runs, 'claim').mockRejectedValueOnce(failure);

      const response = await answerStart(createStart(), dependencies);

      expect(response).toMatchObject({ status: 500, body: { code: 'internal_error' } });
      expect(JSON.stringify(response.body)).not.toContain(failure.message);
      expect(dependencies.lines).toMatchObject([{ level: 'error', properties: { error: failure.message } }]);
    },
  );
});
