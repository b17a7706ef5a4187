import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/ports/event-publisher.ts';
import type { Outbox, OutboxPlace, OutboxStore } from '../../src/ports/outbox-store.ts';
import type { RunStore } from '../../src/ports/run-store.ts';
import type { WaitStore } from '../../src/ports/wait-store.ts';
import { at, nodeRecord, runEvent, runFinish, runRecord, waitRecord } from './records.ts';

/** An outbox store, and those whose outboxes it finds. */
export interface OutboxStores {
  readonly outboxes: OutboxStore;
  readonly runs: RunStore;
  readonly waits: WaitStore;
}

/** Later than all that these tests write. */
const LATER = at(0);

/** What every outbox store promises. `open` gives the stores under test, which the tests share. */
export function testOutboxStore(open: () => OutboxStores): void {
  /** Writes, with an event each, whatever a run may leave. `minute` is when; each further write is a second later. */
  async function leave(minute: number, places: readonly OutboxPlace['kind'][]): Promise<readonly Outbox[]> {
    const { runs, waits } = open();
    const run = runRecord({ acceptedAt: at(minute) });
    const { runId } = run;
    const event = (name: string) => [runEvent(runId, { id: `${runId}:${name}` })];
    const eventsOf = (kind: OutboxPlace['kind']) => (places.includes(kind) ? event(kind) : []);
    await runs.claim(run, eventsOf('start'));
    if (places.includes('node')) {
      await runs.commitNode(nodeRecord(runId, { node: 'each[0].ship', finishedAt: at(minute + 1) }), undefined, eventsOf('node'));
    }
    if (places.includes('wait')) await waits.open(waitRecord(runId, { openedAt: at(minute + 2) }), eventsOf('wait'));
    if (places.includes('end')) await runs.finish(runId, runFinish(runId, { finishedAt: at(minute + 3), outbox: event('end') }));
    return places.map((kind) => {
      const place = kind === 'node' ? { kind, node: 'each[0].ship' } : kind === 'wait' ? { kind, node: 'approval' } : { kind };
      return { runId, place, events: eventsOf(kind) };
    });
  }

  /** Empties what other tests have left. */
  async function clean(): Promise<OutboxStore> {
    const { outboxes } = open();
    await outboxes.markPublished(await outboxes.unpublished(LATER, 1_000));
    return outboxes;
  }

  const found = (outboxes: OutboxStore, before = LATER) => outboxes.unpublished(before, 100);

  describe('finding what is not published', () => {
    it('finds what was left with a start, a node, a wait and an end, the oldest first', async () => {
      const outboxes = await clean();
      const late = await leave(-3_000, ['start', 'node', 'wait', 'end']);
      const early = await leave(-4_000, ['start', 'end']);

      const waiting = await found(outboxes);

      expect(waiting).toEqual([...early, ...late]);
    });

    it('finds nothing that is younger than asked for, and no more than asked for', async () => {
      const outboxes = await clean();
      const [start, node] = await leave(-3_000, ['start', 'node', 'wait', 'end']);

      const old = await found(outboxes, at(-2_998));
      const first = await outboxes.unpublished(LATER, 1);

      expect(old).toEqual([start, node]);
      expect(first).toEqual([start]);
    });

    it('finds nothing where there was nothing to tell', async () => {
      const outboxes = await clean();
      const { runs, waits } = open();
      const run = runRecord({ acceptedAt: at(-3_000) });
      await runs.claim(run);
      await runs.commitNode(nodeRecord(run.runId));
      await waits.open(waitRecord(run.runId));
      await runs.finish(run.runId, runFinish(run.runId, { outbox: [] }));

      expect(await found(outboxes)).toEqual([]);
    });

    it('finds what the first writer had to tell, and nothing of whoever came second', async () => {
      const outboxes = await clean();
      const { runs, waits } = open();
      const first = await leave(-3_000, ['start', 'node', 'wait', 'end']);
      const runId = first[0]?.runId ?? '';
      const others: readonly RunEvent[] = [runEvent(runId, { id: 'second' })];

      await runs.claim(runRecord({ runId }), others);
      await runs.commitNode(nodeRecord(runId, { node: 'each[0].ship' }), undefined, others);
      const opened = await waits.open(waitRecord(runId), others);
      await runs.finish(runId, runFinish(runId, { outbox: others }));

      expect(opened.first).toBe(false);
      expect(await found(outboxes)).toEqual(first);
    });

    it('keeps what a wait had to tell when it is decided', async () => {
      const outboxes = await clean();
      const [wait] = await leave(-3_000, ['wait']);

      await open().waits.decide(wait?.runId ?? '', 'approval', { status: 'timed_out', decidedAt: at(60) });

      expect(await found(outboxes)).toEqual([wait]);
    });

    it('finds what the last node and the end have to tell together, in one outbox', async () => {
      const outboxes = await clean();
      const { runs } = open();
      const run = runRecord();
      const { runId } = run;
      const events = [runEvent(runId, { id: `${runId}:node` }), runEvent(runId)];
      await runs.claim(run);

      await runs.commitNode(nodeRecord(runId), runFinish(runId, { finishedAt: at(-1), outbox: events }), events.slice(0, 1));

      expect(await found(outboxes)).toEqual([{ runId, place: { kind: 'end' }, events }]);
    });
  });

  describe('marking as published', () => {
    it('empties each outbox by itself, and all of them together', async () => {
      const outboxes = await clean();
      const [start, node, wait, end] = await leave(-3_000, ['start', 'node', 'wait', 'end']);
      const other = await leave(-2_000, ['start', 'end']);

      await outboxes.markPublished([start, wait].filter((outbox) => outbox !== undefined));
      const left = await found(outboxes);
      await outboxes.markPublished([...left].reverse());

      expect(left).toEqual([node, end, ...other]);
      expect(await found(outboxes)).toEqual([]);
    });

    it('has nothing to do where nothing is left, and empties the rest', async () => {
      const outboxes = await clean();
      const all = await leave(-3_000, ['start', 'end']);
      await outboxes.markPublished(all.slice(0, 1));

      await outboxes.markPublished(all);
      await outboxes.markPublished(all);

      expect(await found(outboxes)).toEqual([]);
    });

    it('leaves alone what a retry of the run has left in the same place since', async () => {
      const outboxes = await clean();
      const { runs } = open();
      const failed = runRecord({ acceptedAt: at(-3_000) });
      await runs.claim(failed);
      const end = (id: string, minute: number) =>
        runFinish(failed.runId, { status: 'failed', finishedAt: at(minute), outbox: [runEvent(failed.runId, { id })] });
      await runs.finish(failed.runId, end(`${failed.runId}:failed`, -2_999));
      const before = await found(outboxes);
      await outboxes.markPublished(before);
      const ended = await runs.read(failed.runId);
      if (ended !== null) await runs.reopen(ended, { retriedAt: at(-2_998), planHash: failed.planHash });
      await runs.finish(failed.runId, { ...end(`${failed.runId}:retry-1:failed`, -2_997), retry: 1 });

      await outboxes.markPublished(before);

      const left = await found(outboxes);
      expect(left.flatMap(({ events }) => events.map(({ id }) => id))).toEqual([`${failed.runId}:retry-1:failed`]);
    });

    it('leaves the records as they are', async () => {
      const outboxes = await clean();
      const { runs, waits } = open();
      const all = await leave(-3_000, ['start', 'node', 'wait', 'end']);
      const runId = all[0]?.runId ?? '';
      const look = async () => [await runs.read(runId), await runs.readNodes(runId), await waits.list(runId)];
      const before = await look();

      await outboxes.markPublished(all);

      expect(await look()).toEqual(before);
    });
  });
}
