import { describe, expect, it } from 'vitest';
import { isJsonObject } from '../../src/json.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import { counted, failing, held, refused } from './behaviours.ts';
import { onEachEngine } from './on-each-engine.ts';
import { type Behaviour, body, child, composite, node, plan, retry, wait } from './plans.ts';

const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const LARGE = 'x'.repeat(40_000);

function pipelineOf(of: Plan, name = 'other') {
  return { name, file: `${name}.yaml`, plan: { ...of, pipeline: name }, planHash: `hash-${name}` };
}

onEachEngine((world) => {
  describe('a graph', () => {
    it('begins at most as many nodes at a time as its limit says', async () => {
      const { work, most } = counted();
      const names = Array.from({ length: 9 }, (_, index) => `n${index}`);
      const run = await world(Object.fromEntries(names.map((name) => [name, work])));

      const end = await run.start({ ...plan(...names.map((name) => node(name))), maxConcurrentNodes: 3 });

      expect(end.status).toBe('completed');
      expect(most()).toBe(3);
      expect(await run.paths()).toEqual(names);
    });

    it('counts the attempts of a node that waited for its next one while others took its place', async () => {
      const attempts: number[] = [];
      const flaky: Behaviour = (_, { attempt }) => {
        attempts.push(attempt);
        throw new Error('Away.');
      };
      const slow = held();
      const run = await world({ flaky, slow: slow.work });
      const limited = plan(
        node('flaky', [], { retry: retry(3, SECOND), onError: 'after' }),
        wait('gate', 'go'),
        node('slow', ['gate']),
        node('after', ['flaky']),
      );
      await run.start({ ...limited, maxConcurrentNodes: 1 });
      await run.advance(500);
      const delivery = run.deliver('go');
      await slow.begun;
      slow.end('done');
      await delivery;

      await run.untilTheEnd();

      expect(attempts).toEqual([1, 2, 3]);
      expect((await run.run()).status).toBe('completed');
    });

    it('fails when what is at work has ended, without what waits', async () => {
      const run = await world({ bad: refused });

      const end = await run.start(plan(node('bad'), wait('gate', 'go'), node('after', ['gate'])));

      expect(end).toMatchObject({ status: 'failed', error: { code: 'refused', node: 'bad' } });
    });

    it('carries values on that are too large for the history, while something waits', async () => {
      const run = await world({
        a: () => LARGE,
        b: failing(2),
        c: (input) => (isJsonObject(input) ? String(input['a']).length : null),
      });
      const large = plan(
        node('a'),
        node('b', ['a'], { retry: retry(3, SECOND) }),
        wait('gate', 'go', DAY),
        node('c', ['a', 'b', 'gate']),
      );

      await run.start({ ...large, output: { length: 'c' } }, { text: LARGE });
      await run.advance(HOUR);
      await run.deliver('go', LARGE);

      expect((await run.run()).status).toBe('completed');
      expect(await run.output()).toEqual({ length: 40_000 });
    });
  });

  describe('retries', () => {
    it('go on over hours', async () => {
      const run = await world({ flaky: failing(5) });
      await run.start({ ...plan(node('flaky', [], { retry: retry(6, HOUR, 2) })), output: { attempt: 'flaky' } });
      const before = run.engine.time.now();

      await run.untilTheEnd();

      expect(await run.output()).toEqual({ attempt: 6 });
      expect(run.engine.time.now() - before).toBeGreaterThanOrEqual(31 * HOUR);
    });
  });

  describe('a wait', () => {
    it('lasts thirty days', async () => {
      const run = await world();
      await run.start({ ...plan(wait('gate', 'go', 30 * DAY), node('after', ['gate'])), output: { got: 'gate' } });

      const before = await run.advance(30 * DAY - SECOND);
      const delivery = await run.deliver('go', { approved: true });

      expect(before.status).toBe('accepted');
      expect(delivery).toEqual({ kind: 'delivered', node: 'gate' });
      expect(await run.output()).toEqual({ got: { approved: true } });
    });

    it('fails after thirty days if nothing came, and tells who comes late', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go', 30 * DAY, { onError: 'after' }), wait('other', 'stay')));

      await run.advance(30 * DAY + SECOND);
      const late = await run.deliver('go');

      expect(late).toMatchObject({ kind: 'late', node: 'gate' });
    });

    it('fails its run in the end if no event comes', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go', 30 * DAY)));

      const end = await run.advance(31 * DAY);

      expect(end).toMatchObject({ status: 'failed', error: { code: 'wait_timeout' } });
    });

    it('hands over to the node that takes over', async () => {
      const run = await world();
      const late = node('late', ['gate'], { handlesTimeout: ['gate'] });
      await run.start({
        ...plan(wait('gate', 'go', DAY, { onTimeout: 'late' }), late, node('after', ['gate'])),
        output: { late: 'late', after: 'after' },
      });

      await run.advance(DAY);

      expect(await run.output()).toMatchObject({ late: 'late done', after: { _skipped: true } });
    });

    it('is decided by the first event; the same one again is a duplicate, another one is refused', async () => {
      const run = await world();
      await run.start({ ...plan(wait('gate', 'go'), wait('other', 'stay')), output: { got: 'gate' } });

      const answers = [
        await run.deliver('go', 1),
        await run.deliver('go', 1),
        await run.deliver('go', 2),
        await run.deliver('what', 1),
      ];

      expect(answers.map(({ kind }) => kind)).toEqual(['delivered', 'duplicate', 'decided', 'not_waiting']);
      await run.deliver('stay');
      expect(await run.output()).toEqual({ got: 1 });
    });

    it('stands beside another, also of the same key: the longest open is decided first', async () => {
      const run = await world();
      const two = plan(wait('a', 'go'), wait('b', 'go'), wait('c', 'stay'), node('end', ['a', 'b', 'c']));
      await run.start({ ...two, output: { a: 'a', b: 'b', c: 'c' } });

      await run.deliver('stay', 'c');
      await run.deliver('go', 'first');
      await run.deliver('go', 'second');

      expect(await run.output()).toMatchObject({ c: 'c' });
      expect(Object.values((await run.output()) ?? {}).sort()).toEqual(['c', 'first', 'second']);
    });

    it('goes on waiting when somebody calls for nothing', async () => {
      const run = await world();
      await run.start({ ...plan(wait('gate', 'go', DAY)), output: { got: 'gate' } });

      for (let call = 0; call < 5; call++) await run.wake('gate');
      await run.deliver('go', 'yes');

      expect(await run.output()).toEqual({ got: 'yes' });
    });

    it('survives the end of a generation, as does the wait for another attempt', async () => {
      const run = await world({ i: (input) => input, flaky: failing(2) });
      const spec = { mode: 'times', count: 400, concurrency: 8, collect: 'last' };
      const loop = composite('loop', spec, body(node('i')));
      const flaky = node('flaky', [], { retry: retry(3, HOUR) });
      await run.start({ ...plan(wait('gate', 'go', 30 * DAY), flaky, loop), output: { got: 'gate', attempt: 'flaky' } });

      await run.advance(DAY);
      await run.deliver('go', 'yes');

      expect(await run.output()).toEqual({ got: 'yes', attempt: 3 });
      expect(await run.paths()).toHaveLength(401);
    });
  });

  describe('a child run', () => {
    it('gives its output to the node that asked for it', async () => {
      const run = await world({ inner: (input) => input });
      run.engine.pipelines.set('other', pipelineOf({ ...plan(node('inner')), output: { echoed: 'inner' } }));

      const end = await run.start({ ...plan(child('sub', 'other')), output: { got: 'sub' } }, { x: 1 });

      expect(end.status).toBe('completed');
      expect(await run.output()).toEqual({ got: { echoed: { x: 1 } } });
    });

    it('fails its node when it fails, and a handler takes over', async () => {
      const run = await world({ inner: refused });
      run.engine.pipelines.set('other', pipelineOf(plan(node('inner'))));
      const handler = node('handler', ['sub'], { handles: ['sub'], onlyOnError: true });

      await run.start({ ...plan(child('sub', 'other', { onError: 'handler' }), handler), output: { got: 'handler' } });

      expect(await run.output()).toEqual({ got: 'handler done' });
    });

    it('goes on by itself if nobody waits for it', async () => {
      const run = await world();
      run.engine.pipelines.set('other', pipelineOf(plan(wait('gate', 'go'))));

      const end = await run.start({
        ...plan(child('sub', 'other', { detached: true }), node('after', ['sub'])),
        output: { sub: 'sub' },
      });

      const output = await run.output();
      const id = isJsonObject(output) && isJsonObject(output['sub'] ?? null) ? Reflect.get(Object(output['sub']), 'run_id') : '';
      expect(end.status).toBe('completed');
      await run.deliver('go', null, id);
      expect((await run.run(id)).status).toBe('completed');
    });

    it('may wait for days while its parent does', async () => {
      const run = await world();
      run.engine.pipelines.set(
        'other',
        pipelineOf({
          ...plan(wait('gate', 'go', 7 * DAY, { onError: 'handler' }), node('handler', ['gate'])),
          output: { got: 'gate' },
        }),
      );

      const before = await run.start({ ...plan(child('sub', 'other')), output: { got: 'sub' } });
      await run.advance(8 * DAY);

      expect(before.status).toBe('accepted');
      expect(await run.output()).toMatchObject({ got: { got: { _error: { type: 'WaitTimeoutError' } } } });
    });

    it('of a pipeline that is not there fails its node', async () => {
      const run = await world();

      const end = await run.start(plan(child('sub', 'nowhere')));

      expect(end).toMatchObject({ status: 'failed', error: { code: 'pipeline_unknown', node: 'sub' } });
    });
  });

  describe('a run', () => {
    it('fails when its pipeline has taken too long', async () => {
      const run = await world();

      await run.start({ ...plan(node('a'), wait('gate', 'go')), timeoutMs: 5 * DAY });
      const before = await run.advance(5 * DAY - SECOND);
      const end = await run.advance(SECOND);

      expect(before.status).toBe('accepted');
      expect(end).toMatchObject({ status: 'failed', error: { code: 'pipeline_timeout' } });
      expect(end.error?.message).toContain('1/2 nodes');
    });

    it('that was cancelled takes no events and begins nothing', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go'), node('after', ['gate'])));

      const answers = [await run.cancel(), await run.cancel()];
      const delivery = await run.deliver('go');

      expect(answers).toEqual(['cancelled', 'cancelled']);
      expect(delivery).toEqual({ kind: 'run_ended' });
      expect(await run.paths()).toEqual([]);
      expect(run.engine.publisher.published.map(({ type }) => type)).toEqual(['hexdag.run.waiting', 'hexdag.run.cancelled']);
    });

    it('tells the run that waits for it that it was cancelled', async () => {
      const run = await world();
      run.engine.pipelines.set('other', pipelineOf(plan(wait('gate', 'go'))));
      await run.start(plan(child('sub', 'other')));
      const inner = (await run.engine.runs.list({ limit: 10 })).runs.find(({ pipeline }) => pipeline === 'other');

      await run.cancel('Enough.', inner?.runId);

      expect(await run.run()).toMatchObject({ status: 'failed', error: { code: 'child_run_failed' } });
    });

    it('cancels the runs it waits for along with it, and none that it only started', async () => {
      const run = await world();
      run.engine.pipelines.set('other', pipelineOf(plan(wait('gate', 'go'))));
      await run.start(plan(child('sub', 'other'), child('loose', 'other', { detached: true })));

      await run.cancel();

      const { runs } = await run.engine.runs.list({ limit: 10 });
      expect(runs.map(({ status }) => status).sort()).toEqual(['accepted', 'cancelled', 'cancelled']);
    });

    it('that is suspended does nothing until it is resumed', async () => {
      const run = await world();
      await run.start({
        ...plan(wait('gate', 'go'), wait('late', 'stay', HOUR, { onTimeout: 'x' }), node('after', ['gate', 'late'])),
        output: { got: 'gate' },
      });
      await run.suspend();

      await run.deliver('go', 'yes');
      await run.advance(DAY);
      const before = await run.paths();
      const end = await run.resume();

      expect(before).toEqual([]);
      expect(end.status).toBe('completed');
      expect(await run.paths()).toEqual(['after']);
    });
  });
});
