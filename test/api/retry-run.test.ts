import { beforeEach, describe, expect, it } from 'vitest';
import { retryRun } from '../../src/api/retry-run.ts';
import { retryAnswer } from '../../src/api/schemas/retry-answer.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { createWorld, orderPipeline, type World } from '../triggers/fixtures.ts';
import { createRequest, createRun } from './fixtures.ts';

const ERROR = { type: 'PermanentError', code: 'card_declined', message: 'No.', retryable: false, node: 'charge' };

let world: World;

beforeEach(async () => {
  world = createWorld();
  await world.runs.claim(createRun({ planHash: 'recorded' }));
});

function retry(body = '', id = 'run-1', pipelines = [orderPipeline]) {
  const dependencies = { ...world, pipelines: new Map(pipelines.map((pipeline) => [pipeline.name, pipeline])) };
  return retryRun(createRequest({ params: { id }, body }), dependencies);
}

function fail() {
  return world.runs.finish('run-1', { status: 'failed', finishedAt: '2026-01-01T00:00:09.000Z', error: ERROR, outbox: [] });
}

describe('retrying a run', () => {
  it('answers 202 with where it is, and so again', async () => {
    await fail();

    const answers = [await retry(), await retry()];

    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [202, { runId: 'run-1', retry: 1, duplicate: false }],
      [202, { runId: 'run-1', retry: 1, duplicate: true }],
    ]);
    expect(answers[0]?.headers).toMatchObject({ location: '/api/runs/run-1', 'retry-after': '1' });
    expect(retryAnswer.safeParse(answers[0]?.body).error).toBeUndefined();
    expect(world.orchestrations.started).toMatchObject([{ runId: 'run-1', planHash: 'recorded', retry: 1, recovering: true }]);
  });

  it('goes on with the pipeline as it is now if that is asked for', async () => {
    await fail();

    await retry('{"plan":"current","reason":"The template is mended."}');

    expect(world.orchestrations.started).toMatchObject([{ planHash: orderPipeline.planHash }]);
    expect(await world.plans.load(orderPipeline.planHash)).toEqual(orderPipeline.plan);
    expect(JSON.stringify(world.lines)).toContain('The template is mended.');
  });

  it.each([
    ['', 'run-1', 409, 'run_not_failed'],
    ['', 'nobody', 404, 'run_not_found'],
    ['{"from":"start"}', 'run-1', 400, 'field_unknown'],
    ['{"plan":"newest"}', 'run-1', 400, 'field_type'],
    ['[]', 'run-1', 400, 'field_type'],
    ['{', 'run-1', 400, 'body_not_json'],
  ])('with the body %j of %s is refused by %i %s', async (body, id, status, code) => {
    const answer = await retry(body, id);

    expect(answer).toMatchObject({ status, body: { code } });
    expect(world.orchestrations.started).toEqual([]);
  });

  it('with a pipeline that is gone is refused', async () => {
    await fail();

    const answer = await retry('{"plan":"current"}', 'run-1', []);

    expect(answer).toMatchObject({ status: 404, body: { code: 'pipeline_unknown' } });
    expect(await world.runs.read('run-1')).toMatchObject({ status: 'failed' });
  });

  it('of which something may be forgotten already is refused', async () => {
    await fail();
    world.clock.advance((30 * 24 - 2) * 3_600_000);

    const answer = await retry();

    expect(answer).toMatchObject({ status: 409, body: { code: 'run_forgotten' } });
    expect(await world.runs.read('run-1')).toMatchObject({ status: 'failed' });
    expect(world.orchestrations.started).toEqual([]);
  });

  it('that another one waits for names that one', async () => {
    await world.runs.claim(createRun({ runId: 'sub', parent: { runId: 'run-1', node: 'sub' } }));
    await world.runs.finish('sub', { status: 'failed', finishedAt: '2026-01-01T00:00:09.000Z', error: ERROR, outbox: [] });

    const answer = await retry('', 'sub');

    expect(answer).toMatchObject({ status: 409, body: { code: 'run_is_child', runId: 'run-1' } });
  });

  it('waits the moment that the end takes to be published', async () => {
    await fail();
    const reopen = world.runs.reopen.bind(world.runs);
    const answers = [async () => null, reopen];
    world.runs.reopen = (...asked) => (answers.shift() ?? reopen)(...asked);

    const answer = await retry();

    expect(answer.status).toBe(202);
    expect(answers).toEqual([]);
  });

  it('is taken on though the engine is away', async () => {
    await fail();
    world.orchestrations.start = () => Promise.reject(new DependencyUnavailableError('away'));

    const answer = await retry();

    expect(answer.status).toBe(202);
    expect(await world.runs.read('run-1')).toMatchObject({ status: 'accepted' });
  });
});
