import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ApiResponse } from '../../src/api/api-message.ts';
import { cancel, deliverRunEvent, resume, suspend } from '../../src/api/control-run.ts';
import { getHealth } from '../../src/api/get-health.ts';
import { getOpenApi } from '../../src/api/get-open-api.ts';
import { getRun } from '../../src/api/get-run.ts';
import { listRuns } from '../../src/api/list-runs.ts';
import { rejectionProblem } from '../../src/api/problem.ts';
import { controlAnswer } from '../../src/api/schemas/control-answer.ts';
import { eventAnswer } from '../../src/api/schemas/event-answer.ts';
import { health } from '../../src/api/schemas/health.ts';
import { openApiAnswer } from '../../src/api/schemas/open-api-answer.ts';
import { problemDocument } from '../../src/api/schemas/problem.ts';
import { run } from '../../src/api/schemas/run.ts';
import { runPage } from '../../src/api/schemas/run-page.ts';
import { startAnswer } from '../../src/api/schemas/start-answer.ts';
import { startRun } from '../../src/api/start-run.ts';
import { createTrigger, createWorld, orderPipeline } from '../triggers/fixtures.ts';
import { createNode, createRequest, createRun } from './fixtures.ts';

const FILE = { name: 'run-1/pack/slip.txt', sha256: 'c'.repeat(64), bytes: 12, contentType: 'text/plain' };
const ERROR = { type: 'PermanentError', code: 'card_declined', message: 'No.', retryable: false, node: 'charge' };
const ID = { params: { id: 'run-1' } };

/** What is wrong with the body of an answer; a member that the schema does not name is. */
function faults(schema: z.ZodType, { body }: ApiResponse): readonly unknown[] {
  return schema.safeParse(body).error?.issues ?? [];
}

function createDependencies() {
  const world = createWorld();
  return {
    ...world,
    pipelines: new Map([[orderPipeline.name, orderPipeline]]),
    newKey: () => 'key',
  };
}

describe('the schemas of the answers', () => {
  it('fit a run in every state, with all that it may show', async () => {
    const world = createDependencies();
    const parent = { runId: 'run-0', node: 'child' };
    await world.runs.claim(createRun({ correlationId: 'c', traceParent: 't', parent }));
    await world.runs.commitNode(createNode({ result: { value: { slip: FILE } } }));
    await world.runs.commitNode(createNode({ node: 'large', result: { blob: FILE } }));
    await world.runs.commitNode(createNode({ node: 'failing', status: 'failed', error: { ...ERROR, retryAfterMs: 5 } }));
    const wait = { runId: 'run-1', node: 'gate', eventKey: 'go', openedAt: '2026-01-01T00:00:00.000Z', status: 'open' } as const;
    await world.waits.open({ ...wait, until: '2026-01-02T00:00:00.000Z' });

    const open = await getRun(createRequest(ID), world);
    await world.runs.finish('run-1', {
      status: 'failed',
      finishedAt: '2026-01-01T00:00:09.000Z',
      error: ERROR,
      output: { blob: FILE },
      outbox: [],
    });
    const ended = await getRun(createRequest(ID), world);

    expect(open.body).toMatchObject({ waiting: [{ node: 'gate' }] });
    expect(ended.body).toMatchObject({ outputArtifact: FILE });
    expect([...faults(run, open), ...faults(run, ended)]).toEqual([]);
  });

  it('fit a page of runs', async () => {
    const world = createDependencies();
    await world.runs.claim(createRun());
    await world.runs.claim(createRun({ runId: 'run-2' }));

    const page = await listRuns(createRequest({ query: 'limit=1' }), world);

    expect(page.body).toMatchObject({ cursor: expect.any(String) });
    expect(faults(runPage, page)).toEqual([]);
  });

  it('fit the answer to a start, and its refusals', async () => {
    const world = createDependencies();
    const request = (body: string, key = 'k') =>
      createRequest({
        params: { name: 'order' },
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        body,
      });

    const started = await startRun(request('{}'), world);
    const mismatch = await startRun(request('{"other":1}'), world);
    const broken = await startRun(request('{"a":'), world);

    expect(faults(startAnswer, started)).toEqual([]);
    expect([mismatch.body, broken.body]).toMatchObject([{ runId: expect.any(String) }, { offset: 5 }]);
    expect([...faults(problemDocument, mismatch), ...faults(problemDocument, broken)]).toEqual([]);
  });

  it('fit the answers to an event and to the controls', async () => {
    const world = createDependencies();
    await world.runs.claim(createRun());
    const wait = { runId: 'run-1', node: 'gate', eventKey: 'go', openedAt: '2026-01-01T00:00:00.000Z', status: 'open' } as const;
    await world.waits.open(wait);

    const event = await deliverRunEvent(createRequest({ params: { id: 'run-1', key: 'go' }, body: '{}' }), world);
    const suspended = await suspend(createRequest(ID), world);
    const resumed = await resume(createRequest(ID), world);
    const cancelled = await cancel(createRequest(ID), world);

    expect(faults(eventAnswer, event)).toEqual([]);
    expect([suspended, resumed, cancelled].flatMap((answer) => faults(controlAnswer, answer))).toEqual([]);
    expect([event, suspended, resumed, cancelled].map(({ status }) => status)).toEqual([202, 202, 202, 202]);
  });

  it('fit a refusal with all that it may carry', () => {
    const faultsOfBody = [{ path: '$.total', rule: 'minimum', message: 'must be >= 0' }];
    const rejection = {
      code: 'schema_violation',
      message: 'No.',
      path: '$',
      offset: 1,
      faults: faultsOfBody,
      runId: 'r',
    } as const;

    const refusal = rejectionProblem(rejection);

    expect(faults(problemDocument, refusal)).toEqual([]);
  });

  it('fit the document of the API', async () => {
    const answer = await getOpenApi(createRequest(), createDependencies());

    expect(answer.body).toMatchObject({ paths: { '/pipelines/order/runs': {} } });
    expect(faults(openApiAnswer, answer)).toEqual([]);
  });

  it('fit the health of an app, whatever is wrong with it', () => {
    const problem = { setting: 'SB', code: 'config_missing', message: 'is missing', remedy: 'Set it.' } as const;
    const position = { line: 1, column: 2, file: 'pipelines/shared.yaml' };
    const diagnostic = {
      code: 'cycle',
      severity: 'error',
      file: 'a.yaml',
      position,
      message: 'A cycle.',
      remedy: 'Cut it.',
    } as const;
    const loaded = { pipelines: [orderPipeline], triggers: [createTrigger()], diagnostics: [diagnostic] };

    const answer = getHealth(loaded, [problem]);

    expect(faults(health, answer)).toEqual([]);
  });
});
