import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { runId } from '../../../src/triggers/run-id.ts';
import type { TimerSource } from '../../../src/triggers/timer/source.ts';
import type { Trigger } from '../../../src/triggers/trigger.ts';
import {
  cosmosStores,
  memoryStores,
  occurrencesWithRuns,
  runsOf,
  startWorker,
  type TimerStores,
  timerTrigger,
  type Worker,
} from './timer-world.ts';

const AWAY = new DependencyUnavailableError('the store is away');

let cosmos: Awaited<ReturnType<typeof cosmosStores>>;

beforeAll(async () => {
  cosmos = await cosmosStores();
});

afterAll(() => cosmos.close());

/** A tick that decides, and ends before it has stored the run. */
async function dieBeforeTheClaim(worker: Worker, time: string, trigger: Trigger<TimerSource>): Promise<void> {
  const claim = vi.spyOn(worker.runs, 'claim').mockRejectedValueOnce(AWAY);
  await expect(worker.tickAt(time, trigger)).rejects.toBe(AWAY);
  claim.mockRestore();
}

describe.each<[string, () => TimerStores]>([
  ['in memory', memoryStores],
  ['in Cosmos DB', () => cosmos],
])('a tick, with its state %s', (_, open) => {
  it('starts the run of the occurrence that is due, with what a pipeline may want to know of it', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 30 2 * * *, time_zone: Europe/Berlin');
    const worker = startWorker(stores, '2026-11-20T12:00:00Z');
    await worker.tickAt('2026-11-21T01:30:00Z', trigger);

    await worker.tickAt('2026-11-22T01:30:00.2Z', trigger);

    const [, run] = await runsOf(trigger, stores.runs);
    expect(run).toMatchObject({
      runId: runId(trigger.name, `${trigger.name}/2026-11-22T01:30:00.000Z`),
      pipeline: 'order',
      trigger: trigger.name,
      eventType: 'hexdag.timer.tick',
      eventSource: `/timers/${trigger.name}`,
      acceptedAt: '2026-11-22T01:30:00.200Z',
      input: {
        value: {
          trigger: trigger.name,
          scheduledTime: '2026-11-22T01:30:00.000Z',
          localTime: '2026-11-22T02:30:00+01:00',
          timeZone: 'Europe/Berlin',
          previousTime: '2026-11-21T01:30:00.000Z',
          isCatchUp: false,
          isManual: false,
        },
      },
    });
    expect(worker.orchestrations.started.map((start) => start.runId)).toContain(run?.runId);
  });

  it('starts one run, however many workers are called at the same time', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const workers = Array.from({ length: 4 }, () => startWorker(stores, '2026-11-21T11:00:00Z'));

    await Promise.all(workers.map((worker) => worker.tickAt('2026-11-21T12:00:00Z', trigger)));
    await Promise.all(workers.map((worker) => worker.tickAt('2026-11-21T13:00:00Z', trigger)));

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 12:00:00', '11-21 13:00:00']);
    expect(new Set(workers.flatMap((worker) => worker.orchestrations.started.map((start) => start.runId))).size).toBe(2);
    expect(workers.flatMap((worker) => [...worker.told('warn'), ...worker.told('error')])).toEqual([]);
  });

  it('starts one run, though the clocks of the workers differ by seconds', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 * * * * *');
    const offsets = ['11:59:57.5', '11:59:59.2', '12:00:00.1', '12:00:04.9'];
    const workers = offsets.map(() => startWorker(stores, '2026-11-21T11:59:30Z'));

    await Promise.all(workers.map((worker, index) => worker.tickAt(`2026-11-21T${offsets[index]}Z`, trigger)));

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 12:00:00']);
  });

  it.each([
    ['first', true],
    ['second', false],
  ])('decides one outcome, if only the %s of two workers sees that the run before has ended', async (_, firstSees) => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 * * * *, overlap: skip');
    const [one, other] = [startWorker(stores, '2026-11-21T10:00:00Z'), startWorker(stores, '2026-11-21T10:00:00Z')];
    await one.tickAt('2026-11-21T11:00:00Z', trigger);
    const [open11] = await runsOf(trigger, stores.runs);
    if (open11 === undefined) throw new Error('The first occurrence has a run.');
    const ended = { ...open11, finishedAt: '2026-11-21T12:00:00.000Z' };
    const read = vi.spyOn(stores.runs, 'read');
    for (const run of firstSees ? [ended, open11] : [open11, ended]) read.mockResolvedValueOnce(run);

    await Promise.all([one, other].map((worker) => worker.tickAt('2026-11-21T12:00:00Z', trigger)));

    read.mockRestore();
    const skipped = [one, other].flatMap((worker) => worker.told('warn'));
    const runs = (await occurrencesWithRuns(trigger, stores.runs)).filter((time) => time.endsWith('12:00:00'));
    expect(skipped.length + runs.length).toBe(1);
  });

  it('follows a worker that died after it had decided and before the run was stored', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 2 * * *');
    const dying = startWorker(stores, '2026-11-20T12:00:00Z');
    const next = startWorker(stores, '2026-11-20T12:00:00Z');
    await dieBeforeTheClaim(dying, '2026-11-21T02:00:00Z', trigger);

    await next.sweepAt('2026-11-21T02:00:05Z', trigger);
    const soon = await occurrencesWithRuns(trigger, stores.runs);
    await next.sweepAt('2026-11-21T02:01:00Z', trigger);
    await next.sweepAt('2026-11-21T02:02:00Z', trigger);

    expect(soon).toEqual([]);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00']);
    expect(next.startedOf(trigger)).toHaveLength(1);
  });

  it('follows a worker that died after the run was stored', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 2 * * *');
    const dying = startWorker(stores, '2026-11-20T12:00:00Z');
    const next = startWorker(stores, '2026-11-20T12:00:00Z');
    const crash = new Error('the process ends here');
    dying.orchestrations.failures.push(crash);
    await expect(dying.tickAt('2026-11-21T02:00:00Z', trigger)).rejects.toBe(crash);

    await next.sweepAt('2026-11-21T02:01:00Z', trigger);
    await next.tickAt('2026-11-22T02:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-22 02:00:00']);
    expect(next.startedOf(trigger).map(({ recovering }) => recovering)).toEqual([true, false]);
  });

  it('follows it in time though others decide every second, and keeps no list of what is done', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: "* * * * * *"');
    const dying = startWorker(stores, '2026-11-21T11:59:59.5Z');
    const next = startWorker(stores, '2026-11-21T11:59:59.5Z');
    await dieBeforeTheClaim(dying, '2026-11-21T12:00:00Z', trigger);

    const times = Array.from({ length: 13 }, (_, second) => Date.UTC(2026, 10, 21, 12, 0, second));
    for (const time of times.slice(1)) await next.tickAt(new Date(time).toISOString(), trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toHaveLength(13);
    expect((await next.schedules.read(trigger.name))?.state.starting).toHaveLength(1);
    expect(times.filter((time) => next.startedHere.has(trigger.name, { time }))).toEqual(times.slice(-2));
  });

  it('follows at once what died before it started itself', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: "* * * * * *"');
    await dieBeforeTheClaim(startWorker(stores, '2026-11-21T11:59:59.5Z'), '2026-11-21T12:00:00Z', trigger);

    await startWorker(stores, '2026-11-21T12:00:01.5Z').tickAt('2026-11-21T12:00:02Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 12:00:00', '11-21 12:00:01', '11-21 12:00:02']);
  });

  it('starts nothing anew that was decided longer ago than runs may be kept', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 2 1 */3 *');
    const first = startWorker(stores, '2026-09-20T12:00:00Z');
    const later = startWorker(stores, '2026-12-20T12:00:00Z');
    await dieBeforeTheClaim(first, '2026-10-01T02:00:00Z', trigger);

    await later.tickAt('2027-01-01T02:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['01-01 02:00:00']);
    expect(later.told('warn')).toMatchObject([{ properties: { scheduledTime: '2026-10-01T02:00:00.000Z' } }]);
  });

  it('loses nothing to a store that is away while it decides', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 2 * * *');
    const worker = startWorker(stores, '2026-11-20T12:00:00Z');
    await worker.sweepAt('2026-11-20T12:00:00Z', trigger);
    const write = vi.spyOn(stores.entities, 'write').mockRejectedValueOnce(AWAY);
    await expect(worker.tickAt('2026-11-21T02:00:00Z', trigger)).rejects.toBe(AWAY);
    write.mockRestore();

    await worker.sweepAt('2026-11-21T02:01:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00']);
  });

  it('takes a call that comes a moment too early for one in time, and one that comes again for nothing', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 */5 * * * *');
    const worker = startWorker(stores, '2026-11-21T11:00:00Z');

    for (const time of ['11:04:59.2', '11:05:00', '11:05:00.1', '11:09:59.9', '11:10:03']) {
      await worker.tickAt(`2026-11-21T${time}Z`, trigger);
    }

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 11:05:00', '11-21 11:10:00']);
  });

  it('spends one read and one write if something is due, and one read if nothing is', async () => {
    const stores = open();
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const worker = startWorker(stores, '2026-11-21T11:00:00Z');
    await worker.tickAt('2026-11-21T12:00:00Z', trigger);
    const [read, write] = [vi.spyOn(stores.entities, 'read'), vi.spyOn(stores.entities, 'write')];

    await worker.tickAt('2026-11-21T12:30:00Z', trigger);
    const idle = [read.mock.calls.length, write.mock.calls.length];
    await worker.tickAt('2026-11-21T13:00:00Z', trigger);

    expect(idle).toEqual([1, 0]);
    expect([read.mock.calls.length, write.mock.calls.length]).toEqual([2, 1]);
    vi.restoreAllMocks();
  });

  it('starts no second run from another version of the document', async () => {
    const stores = open();
    const old = timerTrigger('schedule: 0 0 * * * *');
    const changed = timerTrigger('schedule: 0 */30 * * * *, time_zone: Europe/Berlin', { name: old.name });
    const worker = startWorker(stores, '2026-11-21T11:00:00Z');
    const newer = startWorker(stores, '2026-11-21T11:59:00Z');
    await worker.tickAt('2026-11-21T12:00:00Z', old);

    await newer.tickAt('2026-11-21T12:00:00.5Z', changed);

    expect(await occurrencesWithRuns(old, stores.runs)).toEqual(['11-21 12:00:00']);
    expect([...newer.told('warn'), ...newer.told('error')]).toEqual([]);
  });
});
