import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DependencyRefusedError } from '../../src/ports/errors.ts';
import type { RunFilter, RunRecord, RunStore } from '../../src/ports/run-store.ts';
import { at, nodeRecord, runEvent, runFinish, runRecord } from './records.ts';

/** What every run store promises. `open` gives the store under test; the tests share it and keep apart by ids and pipeline names. */
export function testRunStore(open: () => RunStore): void {
  async function claimed(change: Partial<RunRecord> = {}): Promise<{ store: RunStore; run: RunRecord }> {
    const store = open();
    const run = runRecord(change);
    await store.claim(run);
    return { store, run };
  }

  describe('claiming', () => {
    it('creates the run once and tells whoever comes second what the first recorded', async () => {
      const store = open();
      const run = runRecord({ correlationId: 'c-1', traceParent: '00-trace' });

      const first = await store.claim(run);
      const second = await store.claim({ ...run, payloadHash: 'another', acceptedAt: at(9) });

      expect(first).toEqual({ kind: 'claimed' });
      expect(second).toEqual({ kind: 'exists', run });
      expect(await store.read(run.runId)).toEqual(run);
    });

    it('lets exactly one of many at once win', async () => {
      const store = open();
      const run = runRecord();

      const claims = await Promise.all(Array.from({ length: 20 }, () => store.claim(run)));

      expect(claims.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
    });

    it('keeps many different runs apart', async () => {
      const store = open();
      const runs = Array.from({ length: 150 }, (_, index) => runRecord({ eventKey: `order-${index}` }));

      const claims = await Promise.all(runs.map((run) => store.claim(run)));
      const read = await Promise.all(runs.map((run) => store.read(run.runId)));

      expect(claims).toEqual(runs.map(() => ({ kind: 'claimed' })));
      expect(read).toEqual(runs);
    });

    it('knows nothing of a run nobody claimed', async () => {
      const store = open();
      const runId = randomUUID();

      const answers = [await store.read(runId), await store.readNodes(runId)];

      expect(answers).toEqual([null, []]);
    });
  });

  describe('keeping a run', () => {
    it('changes nothing of what is recorded', async () => {
      const { store, run } = await claimed();
      await store.commitNode(nodeRecord(run.runId));

      await store.keep(run);

      expect(await store.read(run.runId)).toEqual(run);
      expect(await store.readNodes(run.runId)).toEqual([nodeRecord(run.runId)]);
    });
  });

  describe('committing a node', () => {
    it('records it once and gives the recorded result to whoever comes second', async () => {
      const { store, run } = await claimed();
      const node = nodeRecord(run.runId);

      const first = await store.commitNode(node);
      const second = await store.commitNode({ ...node, attempt: 2, result: { value: 'another' } });

      expect(first).toEqual({ kind: 'committed' });
      expect(second).toEqual({ kind: 'exists', node });
    });

    it('keeps failures, references and nodes of any name', async () => {
      const { store, run } = await claimed();
      const blob = { name: 'r/charge/result.json', sha256: 'abc', bytes: 40_000, contentType: 'application/json' };
      const error = { type: 'Timeout', code: 'node_timeout', message: 'late', retryable: true, retryAfterMs: 5, node: 'ship' };
      const ship = nodeRecord(run.runId, { node: 'ship', status: 'failed', error });
      const notify = nodeRecord(run.runId, { node: 'notify: Käufer', result: { blob } });

      await store.commitNode(ship);
      await store.commitNode(notify);
      const nodes = await store.readNodes(run.runId);

      expect(nodes).toHaveLength(2);
      expect(nodes).toEqual(expect.arrayContaining([ship, notify]));
    });

    it('ends the run together with its last node', async () => {
      const { store, run } = await claimed();
      const node = nodeRecord(run.runId);
      const { outbox, ...outcome } = runFinish(run.runId);

      const commit = await store.commitNode(node, { ...outcome, outbox });

      expect(commit).toEqual({ kind: 'committed' });
      expect(await store.read(run.runId)).toEqual({ ...run, ...outcome });
      expect(await store.readNodes(run.runId)).toEqual([node]);
    });

    it('keeps the first outcome, and what it recorded of the node, if the run ended before', async () => {
      const { store, run } = await claimed();
      const node = nodeRecord(run.runId);
      const { outbox, ...outcome } = runFinish(run.runId);
      await store.commitNode(node, { ...outcome, outbox });

      const commit = await store.commitNode({ ...node, attempt: 2 }, runFinish(run.runId, { status: 'failed' }));

      expect(commit).toEqual({ kind: 'exists', node });
      expect(await store.read(run.runId)).toEqual({ ...run, ...outcome });
      expect(await store.readNodes(run.runId)).toEqual([node]);
    });

    it('records nothing of a node that comes after its run has ended', async () => {
      const { store, run } = await claimed();
      const node = nodeRecord(run.runId);
      await store.finish(run.runId, runFinish(run.runId, { status: 'failed' }));

      const commit = await store.commitNode(node, runFinish(run.runId));

      expect(commit).toEqual({ kind: 'exists', node });
      expect(await store.read(run.runId)).toMatchObject({ status: 'failed' });
      expect(await store.readNodes(run.runId)).toEqual([]);
    });
  });

  describe('finishing', () => {
    it('ends a run once, and the first outcome stands', async () => {
      const { store, run } = await claimed();
      const error = { type: 'Error', code: 'step_failed', message: 'no stock', retryable: false };

      const first = await store.finish(run.runId, { status: 'failed', finishedAt: at(3), error, outbox: [] });
      const second = await store.finish(run.runId, runFinish(run.runId));

      expect([first, second]).toEqual([true, false]);
      expect(await store.read(run.runId)).toEqual({ ...run, status: 'failed', finishedAt: at(3), error });
    });

    it('refuses to end a run nobody claimed', async () => {
      const store = open();
      const runId = randomUUID();

      const finish = store.finish(runId, runFinish(runId));

      await expect(finish).rejects.toThrow(DependencyRefusedError);
    });
  });

  describe('sweeping', () => {
    it('finds runs that nobody has marked as started, oldest first', async () => {
      const store = open();
      const pipeline = randomUUID();
      const minutes = [-4, -5, -3, -2];
      const runs = minutes.map((minute) => runRecord({ pipeline, acceptedAt: at(minute - 1_000) }));
      for (const run of runs) await store.claim(run);
      await store.markStarted(runs[2]?.runId ?? '', at(0));

      const found = await store.unconfirmed(at(-1_002), 100);

      expect(found.filter((run) => run.pipeline === pipeline)).toEqual([runs[1], runs[0]]);
    });

    it('finds no more than asked for', async () => {
      const store = open();
      for (let count = 0; count < 3; count++) await store.claim(runRecord({ acceptedAt: at(-2_000) }));

      const found = await store.unconfirmed(at(-1_999), 2);

      expect(found).toHaveLength(2);
    });

    it('finds a run that was marked as started once it is due again', async () => {
      const { store, run } = await claimed();
      await store.markStarted(run.runId, at(-500));

      const early = await store.unconfirmed(at(-501), 1_000);
      const due = await store.unconfirmed(at(-499), 1_000);

      const isThere = (found: readonly RunRecord[]) => found.some(({ runId }) => runId === run.runId);
      expect([early, due].map(isThere)).toEqual([false, true]);
      expect(await store.read(run.runId)).toMatchObject({ status: 'running' });
    });

    it('does not mark a run as started that has ended', async () => {
      const { store, run } = await claimed();
      await store.finish(run.runId, runFinish(run.runId));

      await store.markStarted(run.runId, at(-500));

      expect(await store.read(run.runId)).toMatchObject({ status: 'completed' });
    });
  });

  describe('opening again', () => {
    const error = { type: 'Error', code: 'step_failed', message: 'no stock', retryable: false };
    const failure = { status: 'failed', finishedAt: at(3), error, output: { value: 1 }, outbox: [] } as const;
    const reopening = { retriedAt: at(9), planHash: 'plan-2' };

    async function failed(change: Partial<RunRecord> = {}) {
      const { store, run: begun } = await claimed(change);
      await store.commitNode(nodeRecord(begun.runId, { node: 'paid' }));
      await store.commitNode(nodeRecord(begun.runId, { node: 'broken', status: 'failed', error }));
      await store.finish(begun.runId, failure);
      return { store, begun, run: (await store.read(begun.runId)) ?? begun };
    }

    it('makes a failed run one to be started, and keeps what its nodes completed', async () => {
      const { store, begun, run } = await failed();

      const opened = await store.reopen(run, reopening);

      expect(opened).toEqual({ ...begun, planHash: 'plan-2', retry: 1, retriedAt: at(9) });
      expect(await store.read(run.runId)).toEqual(opened);
      expect((await store.readNodes(run.runId)).map(({ node }) => node)).toEqual(['paid']);
      const due = await store.unconfirmed(at(10), 1_000);
      expect(due.map(({ runId }) => runId)).toContain(run.runId);
    });

    it('keeps the last node if that was completed', async () => {
      const { store, run: begun } = await claimed();
      await store.commitNode(nodeRecord(begun.runId, { node: 'last' }), failure);

      await store.reopen((await store.read(begun.runId)) ?? begun, reopening);
      await store.commitNode(nodeRecord(begun.runId, { node: 'next' }), { ...runFinish(begun.runId), retry: 1 });

      expect((await store.readNodes(begun.runId)).map(({ node }) => node).sort()).toEqual(['last', 'next']);
    });

    it('forgets the last node if that failed', async () => {
      const { store, run: begun } = await claimed();
      await store.commitNode(nodeRecord(begun.runId, { status: 'failed', error }), failure);

      await store.reopen((await store.read(begun.runId)) ?? begun, reopening);

      expect(await store.readNodes(begun.runId)).toEqual([]);
    });

    it('is done once, whoever asks at the same time', async () => {
      const { store, run } = await failed();

      const opened = await Promise.all(Array.from({ length: 5 }, () => store.reopen(run, reopening)));

      expect(opened.filter((one) => one !== null)).toHaveLength(1);
      expect(await store.read(run.runId)).toMatchObject({ retry: 1 });
    });

    it('counts how often', async () => {
      const { store, run } = await failed();
      await store.reopen(run, reopening);
      await store.finish(run.runId, { ...failure, retry: 1 });

      const opened = await store.reopen((await store.read(run.runId)) ?? run, { ...reopening, retriedAt: at(20) });

      expect(opened).toMatchObject({ retry: 2, retriedAt: at(20) });
    });

    it('keeps what was begun before from ending it', async () => {
      const { store, run } = await failed();
      await store.reopen(run, reopening);

      const stale = [
        await store.finish(run.runId, failure),
        (await store.commitNode(nodeRecord(run.runId, { node: 'late' }), runFinish(run.runId))).kind,
      ];
      const own = await store.finish(run.runId, { ...runFinish(run.runId), retry: 1 });

      expect([...stale, own]).toEqual([false, 'exists', true]);
    });

    it('is not done while the events of its end wait to be published', async () => {
      const { store, run: begun } = await claimed();
      await store.finish(begun.runId, runFinish(begun.runId, { status: 'failed' }));
      const run = (await store.read(begun.runId)) ?? begun;

      const opened = await store.reopen(run, reopening);

      expect(opened).toBeNull();
      expect(await store.read(begun.runId)).toEqual(run);
    });

    it('is not done while the event of a failed node waits to be published', async () => {
      const { store, run: begun } = await claimed();
      const failedNode = nodeRecord(begun.runId, { status: 'failed', error });
      await store.commitNode(failedNode, undefined, [runEvent(begun.runId)]);
      await store.finish(begun.runId, failure);
      const run = (await store.read(begun.runId)) ?? begun;

      const opened = await store.reopen(run, reopening);

      expect(opened).toBeNull();
      expect(await store.readNodes(begun.runId)).toEqual([failedNode]);
    });

    it('finds the runs that failed for a node of another one', async () => {
      const parent = { runId: randomUUID(), node: 'a' };
      const { store, run } = await failed({ parent });
      await claimed({ parent });

      const children = await store.failedChildren(parent.runId);

      expect(children.map(({ runId }) => runId)).toEqual([run.runId]);
    });
  });

  describe('listing', () => {
    async function listAll(store: RunStore, filter: RunFilter): Promise<string[][]> {
      const pages: string[][] = [];
      let cursor: string | undefined;
      do {
        const page = await store.list({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
        pages.push(page.runs.map((run) => run.runId));
        cursor = page.cursor;
      } while (cursor !== undefined);
      return pages;
    }

    it('pages through runs, newest first, even those of one millisecond', async () => {
      const store = open();
      const pipeline = randomUUID();
      const runIds = [...'abcde'].map((letter) => `${letter}-${randomUUID()}`);
      for (const runId of runIds) await store.claim(runRecord({ runId, pipeline }));
      const newest = runRecord({ pipeline, acceptedAt: at(1) });
      await store.claim(newest);

      const pages = await listAll(store, { pipeline, limit: 2 });

      const [a, b, c, d, e] = runIds;
      expect(pages).toEqual([
        [newest.runId, e],
        [d, c],
        [b, a],
      ]);
    });

    it('finds the runs that nodes of one wait for, while they are open', async () => {
      const { store, run: parent } = await claimed();
      const children = ['a', 'b'].map((node) => runRecord({ parent: { runId: parent.runId, node } }));
      for (const child of children) await store.claim(child);
      await store.claim(runRecord({ parent: { runId: randomUUID(), node: 'a' } }));
      await store.finish(children[1]?.runId ?? '', runFinish(children[1]?.runId ?? ''));

      const open = await store.openChildren(parent.runId);

      expect(open.map(({ runId }) => runId)).toEqual([children[0]?.runId]);
    });

    it('filters by trigger and by the time of acceptance, from its first moment to before its last', async () => {
      const store = open();
      const trigger = randomUUID();
      const runs = [1, 2, 3].map((minute) => runRecord({ trigger, acceptedAt: at(minute) }));
      for (const run of [...runs, runRecord({ acceptedAt: at(2) })]) await store.claim(run);

      const all = await store.list({ trigger, limit: 10 });
      const some = await store.list({ trigger, from: at(2), to: at(3), limit: 10 });

      expect(all.runs.map(({ runId }) => runId)).toEqual(runs.map(({ runId }) => runId).reverse());
      expect(some.runs.map(({ runId }) => runId)).toEqual([runs[1]?.runId]);
    });

    it('filters by status and pipeline', async () => {
      const pipeline = randomUUID();
      const { store, run: finished } = await claimed({ pipeline });
      await claimed({ pipeline });
      await store.finish(finished.runId, runFinish(finished.runId));

      const page = await store.list({ pipeline, status: 'completed', limit: 10 });

      expect(page.runs.map((run) => run.runId)).toEqual([finished.runId]);
      expect(page).not.toHaveProperty('cursor');
    });
  });
}
