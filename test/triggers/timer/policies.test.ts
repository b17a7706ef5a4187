import { describe, expect, it, vi } from 'vitest';
import { DependencyRefusedError } from '../../../src/ports/errors.ts';
import { endRun, memoryStores, occurrencesWithRuns, runsOf, startWorker, timerTrigger } from './timer-world.ts';

describe('a host that was down over due times', () => {
  it.each([
    ['skip', []],
    ['latest', ['11-21 05:00:00']],
    ['all', ['11-21 03:00:00', '11-21 04:00:00', '11-21 05:00:00']],
  ])('catches up %s: %j', async (catchUp, caughtUp) => {
    const stores = memoryStores();
    const trigger = timerTrigger(`schedule: 0 0 * * * *, catch_up: ${catchUp}`);
    await startWorker(stores, '2026-11-21T01:00:00Z').tickAt('2026-11-21T02:00:00Z', trigger);
    const restarted = startWorker(stores, '2026-11-21T05:31:00Z');

    await restarted.tickAt('2026-11-21T05:31:02Z', trigger);
    await restarted.tickAt('2026-11-21T06:00:00Z', trigger);

    const runs = await runsOf(trigger, stores.runs);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', ...caughtUp, '11-21 06:00:00']);
    expect(runs.map(({ input }) => input)).toMatchObject([
      { value: { isCatchUp: false, previousTime: null } },
      ...caughtUp.map(() => ({ value: { isCatchUp: true } })),
      { value: { isCatchUp: false, previousTime: `2026-11-21T0${caughtUp.length > 0 ? 5 : 2}:00:00.000Z` } },
    ]);
  });

  it('tells what it leaves, and the bound', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *, catch_up: all, max_catch_up: 2');
    await startWorker(stores, '2026-11-20T01:00:00Z').tickAt('2026-11-20T02:00:00Z', trigger);
    const restarted = startWorker(stores, '2026-11-21T05:31:00Z');

    await restarted.sweepAt('2026-11-21T05:31:02Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-20 02:00:00', '11-21 04:00:00', '11-21 05:00:00']);
    expect(restarted.told('warn')).toMatchObject([
      {
        message: 'occurrences were missed and have no run',
        properties: {
          trigger: trigger.name,
          first: '2026-11-20T03:00:00.000Z',
          last: '2026-11-21T03:00:00.000Z',
          catchUp: 'all',
          limit: 2,
        },
      },
    ]);
  });
});

describe('a schedule that begins', () => {
  it('catches up nothing of the time before its first process', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *, catch_up: all');
    const worker = startWorker(stores, '2026-11-21T12:10:00Z');

    await worker.tickAt('2026-11-21T12:10:05Z', trigger);
    await worker.tickAt('2026-11-21T13:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 13:00:00']);
    expect(worker.told('warn')).toEqual([]);
  });

  it('misses nothing of the time since, though the first to look is the sweep', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const worker = startWorker(stores, '2026-11-21T12:59:30Z');

    await worker.sweepAt('2026-11-21T13:00:00Z', trigger);
    await worker.tickAt('2026-11-21T13:00:00.05Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 13:00:00']);
  });

  it('begins anew if a deployment changes it, and replays nothing', async () => {
    const stores = memoryStores();
    const old = timerTrigger('schedule: 0 0 2 * * *, catch_up: all');
    const changed = timerTrigger('schedule: 0 0 9 * * *, catch_up: all', { name: old.name });
    await startWorker(stores, '2026-11-20T01:00:00Z').tickAt('2026-11-20T02:00:00Z', old);
    const deployed = startWorker(stores, '2026-11-21T10:00:00Z');

    await deployed.sweepAt('2026-11-21T10:00:30Z', changed);
    await deployed.tickAt('2026-11-22T09:00:00Z', changed);

    expect(await occurrencesWithRuns(old, stores.runs)).toEqual(['11-20 02:00:00', '11-22 09:00:00']);
  });

  it('begins anew in another time zone as well', async () => {
    const stores = memoryStores();
    const old = timerTrigger('schedule: 0 0 8 * * *, catch_up: all');
    const moved = timerTrigger('schedule: 0 0 8 * * *, time_zone: America/New_York, catch_up: all', { name: old.name });
    await startWorker(stores, '2026-11-20T01:00:00Z').tickAt('2026-11-20T08:00:00Z', old);
    const deployed = startWorker(stores, '2026-11-20T14:00:00Z');

    await deployed.tickAt('2026-11-20T14:00:05Z', moved);
    await deployed.tickAt('2026-11-21T13:00:00Z', moved);

    expect(await occurrencesWithRuns(old, stores.runs)).toEqual(['11-20 08:00:00', '11-21 13:00:00']);
  });

  it('loses nothing while the old and the new version are at work together', async () => {
    const stores = memoryStores();
    const old = timerTrigger('schedule: 0 */2 * * * *');
    const changed = timerTrigger('schedule: 0 */3 * * * *', { name: old.name });
    const before = startWorker(stores, '2026-11-21T12:00:10Z');
    const after = startWorker(stores, '2026-11-21T12:00:30Z');

    for (let minute = 1; minute <= 12; minute += 1) {
      const time = new Date(Date.UTC(2026, 10, 21, 12, minute)).toISOString();
      if (minute % 2 === 0) await before.tickAt(time, old);
      if (minute % 3 === 0) await after.tickAt(time, changed);
    }

    const minutes = (await occurrencesWithRuns(old, stores.runs)).map((time) => Number(time.slice(9, 11)));
    expect(minutes).toEqual([2, 3, 4, 6, 8, 9, 10, 12]);
  });
});

describe('a run that has not ended when the next occurrence is due', () => {
  const config = 'schedule: 0 0 * * * *, overlap: ';

  async function afterFirst(overlap: string) {
    const stores = memoryStores();
    const trigger = timerTrigger(config + overlap);
    const worker = startWorker(stores, '2026-11-21T01:30:00Z');
    await worker.tickAt('2026-11-21T02:00:00Z', trigger);
    const [first] = await runsOf(trigger, stores.runs);
    if (first === undefined) throw new Error('The first occurrence has a run.');
    return { stores, trigger, worker, first };
  }

  it('makes no difference with allow', async () => {
    const { stores, trigger, worker } = await afterFirst('allow');

    await worker.tickAt('2026-11-21T03:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 03:00:00']);
  });

  it('costs the occurrence its run with skip, which is told and kept', async () => {
    const { stores, trigger, worker, first } = await afterFirst('skip');

    await worker.tickAt('2026-11-21T03:00:00Z', trigger);
    await endRun(first.runId, worker);
    await worker.tickAt('2026-11-21T04:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 04:00:00']);
    expect(worker.told('warn')).toMatchObject([
      {
        message: 'occurrences have no run, since the run before them has not ended',
        properties: { first: '2026-11-21T03:00:00.000Z', last: '2026-11-21T03:00:00.000Z', runId: first.runId },
      },
    ]);
    expect((await worker.schedules.read(trigger.name))?.state.lastPassedOver).toEqual({
      first: Date.parse('2026-11-21T03:00:00Z'),
      last: Date.parse('2026-11-21T03:00:00Z'),
      reason: 'overlap',
    });
  });

  it('lets the occurrences wait with queue, one after the other', async () => {
    const { stores, trigger, worker, first } = await afterFirst('queue');
    await worker.tickAt('2026-11-21T03:00:00Z', trigger);
    await worker.tickAt('2026-11-21T04:00:00Z', trigger);
    const whileBusy = await occurrencesWithRuns(trigger, stores.runs);

    await endRun(first.runId, worker);
    await worker.sweepAt('2026-11-21T04:10:00Z', trigger);
    await worker.sweepAt('2026-11-21T04:11:00Z', trigger);
    const afterOne = await runsOf(trigger, stores.runs);
    await endRun(afterOne[1]?.runId ?? '', worker);
    await worker.sweepAt('2026-11-21T04:12:00Z', trigger);

    expect(whileBusy).toEqual(['11-21 02:00:00']);
    expect(afterOne).toHaveLength(2);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 03:00:00', '11-21 04:00:00']);
    expect((await worker.schedules.read(trigger.name))?.state.queued).toEqual([]);
  });

  it('lets no more than the bound wait, and tells the others', async () => {
    const { stores, trigger, worker, first } = await afterFirst('queue, max_queued: 2');
    for (const hour of ['03', '04', '05', '06']) await worker.tickAt(`2026-11-21T${hour}:00:00Z`, trigger);

    await endRun(first.runId, worker);
    await worker.tickAt('2026-11-21T07:00:00Z', trigger);

    const told = worker.told('warn').map(({ properties }) => [properties?.['first'], properties?.['limit']]);
    expect(told).toEqual([
      ['2026-11-21T05:00:00.000Z', 2],
      ['2026-11-21T06:00:00.000Z', 2],
    ]);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 03:00:00']);
    expect((await worker.schedules.read(trigger.name))?.state.queued.map(({ time }) => new Date(time).getUTCHours())).toEqual([
      4, 7,
    ]);
  });

  it('is told from one that has ended, though another worker has decided it a moment ago', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: "*/5 * * * * *", overlap: skip');
    const [one, other] = [startWorker(stores, '2026-11-21T02:00:01Z'), startWorker(stores, '2026-11-21T02:00:01Z')];
    await one.tickAt('2026-11-21T02:00:05Z', trigger);
    const [first] = await runsOf(trigger, stores.runs);
    await endRun(first?.runId ?? '', one);

    await other.tickAt('2026-11-21T02:00:10Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:05', '11-21 02:00:10']);
  });

  it('still counts if a worker died before it was stored', async () => {
    const { stores, trigger, worker, first } = await afterFirst('skip');
    await endRun(first.runId, worker);
    const next = startWorker(stores, '2026-11-21T01:30:00Z');
    const claim = vi.spyOn(stores.runs, 'claim').mockRejectedValueOnce(new Error('the process ends here'));
    await expect(worker.tickAt('2026-11-21T03:00:00Z', trigger)).rejects.toThrow('ends here');
    claim.mockRestore();

    await next.tickAt('2026-11-21T04:00:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 03:00:00']);
    expect(next.told('warn')).toMatchObject([{ properties: { first: '2026-11-21T04:00:00.000Z' } }]);
  });
});

describe('an occurrence without a run', () => {
  it('is none of whom `when` does not want', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *', { more: '  when: "body.scheduledTime[11:13] != \'03\'"' });
    const worker = startWorker(stores, '2026-11-21T01:30:00Z');

    for (const hour of ['02', '03', '04']) await worker.tickAt(`2026-11-21T${hour}:00:00Z`, trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 02:00:00', '11-21 04:00:00']);
    expect(worker.told('error')).toEqual([]);
  });

  it('is told, with code, in the log and to whoever asks, if the mapping fails', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *', { more: '  input: { since: body.previousTime | required }' });
    const worker = startWorker(stores, '2026-11-21T01:30:00Z');

    await worker.tickAt('2026-11-21T02:00:00Z', trigger);

    expect(worker.told('error')).toMatchObject([
      { message: 'an occurrence is refused: there is no run', properties: { trigger: trigger.name, code: 'mapping_failed' } },
    ]);
    expect((await worker.schedules.read(trigger.name))?.state.lastRefused).toMatchObject({
      time: Date.parse('2026-11-21T02:00:00Z'),
      code: 'mapping_failed',
    });
  });
});

describe('the sweep, looking after a timer', () => {
  it('takes the place of a timer that the host does not call', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 2 * * *, catch_up: skip');
    const worker = startWorker(stores, '2026-11-20T01:30:00Z');
    await worker.tickAt('2026-11-20T02:00:00Z', trigger);
    await worker.sweepAt('2026-11-20T12:00:00Z', trigger);

    await worker.sweepAt('2026-11-21T02:00:10Z', trigger);
    const early = await occurrencesWithRuns(trigger, stores.runs);
    await worker.sweepAt('2026-11-21T02:01:00Z', trigger);

    expect(early).toEqual(['11-20 02:00:00']);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-20 02:00:00', '11-21 02:00:00']);
    expect(worker.told('info')).toMatchObject([
      { properties: { trigger: trigger.name, scheduledTime: '2026-11-21T02:00:00.000Z' } },
    ]);
  });

  it('tells once an hour that a schedule has gone silent, since nobody can do anything for it', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 */10 * * * *');
    const worker = startWorker(stores, '2026-11-21T01:55:00Z');
    await worker.tickAt('2026-11-21T02:00:00Z', trigger);
    vi.spyOn(stores.entities, 'write').mockRejectedValue(new DependencyRefusedError('read only'));

    for (const time of ['02:11', '02:23', '02:24', '03:22', '03:24']) await worker.sweepAt(`2026-11-21T${time}:00Z`, trigger);

    expect(worker.told('error')).toMatchObject([
      {
        message: 'a schedule has gone silent',
        properties: {
          code: 'schedule_silent',
          trigger: trigger.name,
          scheduledTime: '2026-11-21T02:10:00.000Z',
          lastTick: '2026-11-21T02:00:00.000Z',
        },
      },
      { properties: { code: 'schedule_silent' } },
    ]);
    expect(worker.told('warn')).toHaveLength(5);
  });

  it('leaves a trigger alone whose function somebody has switched off', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const worker = startWorker(stores, '2026-11-21T01:30:00Z', [trigger.name]);

    await worker.sweepAt('2026-11-21T02:01:00Z', trigger);

    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual([]);
  });

  it('takes what is started off the list after an hour, so that a purged run is not taken for one that never was', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 2 1 */3 *');
    const worker = startWorker(stores, '2026-09-30T12:00:00Z');
    await worker.tickAt('2026-10-01T02:00:00Z', trigger);
    const listed = async () => (await worker.schedules.read(trigger.name))?.state.starting.length;

    await worker.sweepAt('2026-10-01T02:59:00Z', trigger);
    const before = await listed();
    await worker.sweepAt('2026-10-01T03:00:00Z', trigger);
    const write = vi.spyOn(stores.entities, 'write');
    await worker.sweepAt('2026-10-01T03:01:00Z', trigger);

    expect([before, await listed()]).toEqual([1, 0]);
    expect(write).not.toHaveBeenCalled();
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['10-01 02:00:00']);
  });

  it('costs one read while nothing is due', async () => {
    const stores = memoryStores();
    const trigger = timerTrigger('schedule: 0 0 2 * * *');
    const worker = startWorker(stores, '2026-11-20T01:30:00Z');
    await worker.tickAt('2026-11-20T02:00:00Z', trigger);
    const calls = [vi.spyOn(stores.entities, 'read'), vi.spyOn(stores.entities, 'write'), vi.spyOn(stores.runs, 'claim')];

    await worker.sweepAt('2026-11-20T02:01:00Z', trigger);

    expect(calls.map((call) => call.mock.calls.length)).toEqual([1, 0, 0]);
  });
});
