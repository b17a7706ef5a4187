import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import { RUN_ID } from './engine-world.ts';
import { onEachEngine } from './on-each-engine.ts';
import { type Behaviour, body, child, composite, node, plan, wait } from './plans.ts';

const MINUTE = 60_000;

/** Work that is refused until it is mended, and the keys it was done under. */
function mendable() {
  const keys: string[] = [];
  let isMended = false;
  const work: Behaviour = (_, { idempotencyKey, attempt }): JsonValue => {
    keys.push(idempotencyKey);
    if (!isMended) throw new PermanentError('refused', 'No.');
    return { attempt };
  };
  return {
    work,
    keys,
    mend: () => {
      isMended = true;
    },
  };
}

/** Work that counts how often it was done. */
function counting() {
  let times = 0;
  const work: Behaviour = () => {
    times += 1;
    return times;
  };
  return { work, times: () => times };
}

function pipelineOf(of: ReturnType<typeof plan>, name = 'other') {
  return { name, file: `${name}.yaml`, plan: { ...of, pipeline: name }, planHash: `hash-${name}` };
}

onEachEngine((world) => {
  describe('a run that failed and is retried', () => {
    it('does what failed again, under the same key, and nothing that was done', async () => {
      const [paid, shipped] = [counting(), mendable()];
      const run = await world({ pay: paid.work, ship: shipped.work });
      await run.start({ ...plan(node('pay'), node('ship', ['pay']), node('tell', ['ship'])), output: { paid: 'pay' } });
      shipped.mend();

      const retry = await run.retry();

      expect(retry).toMatchObject({ kind: 'retried', run: { retry: 1 } });
      expect(await run.run()).toMatchObject({ status: 'completed', retry: 1 });
      expect(paid.times()).toBe(1);
      expect(shipped.keys).toEqual(['run-1.ship', 'run-1.ship']);
      expect(await run.paths()).toEqual(['pay', 'ship', 'tell']);
    });

    it('may fail again, and is told of each end by an event of its own', async () => {
      const shipped = mendable();
      const run = await world({ ship: shipped.work });
      await run.start(plan(node('ship')));

      await run.retry();
      const failed = await run.run();
      shipped.mend();
      await run.retry();

      const ends = run.engine.publisher.published.filter(({ type }) => type !== 'hexdag.run.started');
      expect(failed).toMatchObject({ status: 'failed', retry: 1 });
      expect(await run.run()).toMatchObject({ status: 'completed', retry: 2 });
      expect(ends.map(({ id }) => id)).toEqual(['run-1:failed', 'run-1:retry-1:failed', 'run-1:retry-2:completed']);
    });

    it('keeps the items of a loop that were done', async () => {
      const done = counting();
      const last = mendable();
      const each: Behaviour = (input, context, spec) =>
        context.node.startsWith('each[2]') ? last.work(input, context, spec) : done.work(input, context, spec);
      const run = await world({ one: each });
      await run.start(plan(composite('each', { mode: 'for-each', items: [1, 2, 3], concurrency: 1 }, body(node('one')))));
      const failed = await run.run();
      last.mend();

      await run.retry();

      expect(failed.status).toBe('failed');
      expect((await run.run()).status).toBe('completed');
      expect(done.times()).toBe(2);
    });

    it('keeps what was decided, and waits anew for what was not', async () => {
      const shipped = mendable();
      const run = await world({ ship: shipped.work });
      const waits = plan(wait('approved', 'approve', MINUTE), node('ship', ['approved']), wait('paid', 'pay', MINUTE));
      await run.start(waits);
      await run.deliver('approve', { by: 'Ada' });
      shipped.mend();
      await run.advance(2 * MINUTE);

      await run.retry();
      const delivery = await run.deliver('pay');

      expect(delivery.kind).toBe('delivered');
      expect((await run.run()).status).toBe('completed');
    });

    it('goes on with the runs that its nodes wait for, where those had got to', async () => {
      const [paid, shipped] = [counting(), mendable()];
      const run = await world({ pay: paid.work, ship: shipped.work });
      run.engine.pipelines.set('other', pipelineOf(plan(node('pay'), node('ship', ['pay']))));
      await run.start({ ...plan(child('sub', 'other')), output: { got: 'sub' } });
      const failed = await run.run();
      shipped.mend();

      await run.retry();

      expect(failed).toMatchObject({ status: 'failed', error: { code: 'child_run_failed' } });
      expect((await run.run()).status).toBe('completed');
      expect(paid.times()).toBe(1);
    });
  });

  describe('a retry', () => {
    it('of a run that was cancelled lets it go on', async () => {
      const run = await world();
      await run.start(plan(node('first'), wait('gate', 'go')));
      await run.cancel();

      const retry = await run.retry();
      await run.deliver('go');

      expect(retry.kind).toBe('retried');
      expect((await run.run()).status).toBe('completed');
    });

    it('that is asked for again changes nothing while the run is at work', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go')));
      await run.cancel();
      await run.retry();

      const again = await run.retry();

      expect(again).toMatchObject({ kind: 'again', run: { retry: 1 } });
    });

    it('that is overtaken by another one leaves alone what the run waits for by then', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go')));
      await run.cancel();
      await run.advance(MINUTE);

      const late = await run.retry(RUN_ID, async () => void (await run.retry()));
      const delivery = await run.deliver('go');

      expect(late).toMatchObject({ kind: 'retried', run: { retry: 1 } });
      expect(delivery.kind).toBe('delivered');
      expect((await run.run()).status).toBe('completed');
    });

    it('begins a wait anew that was opened while the run was ending', async () => {
      const run = await world();
      await run.start(plan(wait('gate', 'go', MINUTE)));
      await run.cancel();
      await run.engine.waits.forget(RUN_ID, 'gate');
      await run.advance(1);
      const late = new Date(run.engine.time.now()).toISOString();
      await run.engine.waits.open({ runId: RUN_ID, node: 'gate', eventKey: 'go', openedAt: late, until: late, status: 'open' });

      await run.retry();
      const delivery = await run.deliver('go');

      expect(delivery.kind).toBe('delivered');
    });

    it.each(['open', 'completed'])('of a run that is %s is refused', async (state) => {
      const run = await world();
      await run.start(plan(wait('gate', 'go')));
      if (state === 'completed') await run.deliver('go');

      const retry = await run.retry();

      expect(retry.kind).toBe('not_failed');
    });

    it('of a run that another one waited for names that one', async () => {
      const run = await world({ ship: mendable().work });
      run.engine.pipelines.set('other', pipelineOf(plan(node('ship'))));
      await run.start(plan(child('sub', 'other')));
      const [sub] = await run.engine.runs.failedChildren('run-1');

      const retry = await run.retry(sub?.runId);

      expect(retry).toEqual({ kind: 'is_child', parent: 'run-1' });
    });

    it('of a run that never was is told so', async () => {
      const run = await world();

      expect(await run.retry('nobody')).toEqual({ kind: 'unknown' });
    });
  });
});
