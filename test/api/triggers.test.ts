import { describe, expect, it } from 'vitest';
import { listTriggers } from '../../src/api/list-triggers.ts';
import { runTrigger } from '../../src/api/run-trigger.ts';
import { startAnswer } from '../../src/api/schemas/start-answer.ts';
import { triggerList } from '../../src/api/schemas/trigger-list.ts';
import { runId } from '../../src/triggers/run-id.ts';
import type { TimerSource } from '../../src/triggers/timer/source.ts';
import { checkTimers } from '../../src/triggers/timer/timer-health.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { createTrigger } from '../triggers/fixtures.ts';
import { endRun, memoryStores, occurrencesWithRuns, startWorker, timerTrigger } from '../triggers/timer/timer-world.ts';
import { createRequest } from './fixtures.ts';

/** A process of an app with one timer, one queue, and keys made one after the other. */
function createApp(trigger: Trigger<TimerSource>, start = '2026-11-21T10:00:00Z') {
  const stores = memoryStores();
  const worker = startWorker(stores, start);
  let keys = 0;
  const newKey = () => {
    keys += 1;
    return `made-${keys}`;
  };
  const app = { ...worker, triggers: [trigger, createTrigger()], newKey };
  const run = ({ name = trigger.name, key, body = '' }: { name?: string; key?: string; body?: string } = {}) =>
    runTrigger(createRequest({ params: { name }, headers: key === undefined ? {} : { 'idempotency-key': key }, body }), app);
  return { worker, stores, app, run };
}

describe('running a timer trigger by hand', () => {
  it('starts a run for now, once for its key, and answers as starting a run does', async () => {
    const trigger = timerTrigger('schedule: 0 0 2 * * *, time_zone: Europe/Berlin');
    const { worker, run } = createApp(trigger);

    const responses = [await run({ key: 'k-1' }), await run({ key: '"k-1"' })];

    const id = runId(trigger.name, 'run-now/k-1');
    expect(responses).toMatchObject([
      { status: 202, headers: { location: `/api/runs/${id}`, 'retry-after': '1' }, body: { runId: id, duplicate: false } },
      { status: 202, body: { runId: id, duplicate: true } },
    ]);
    expect(responses.map(({ body }) => startAnswer.safeParse(body).success)).toEqual([true, true]);
    expect((await worker.runs.read(id))?.input).toMatchObject({
      value: {
        scheduledTime: '2026-11-21T10:00:00.000Z',
        localTime: '2026-11-21T11:00:00+01:00',
        isManual: true,
        isCatchUp: false,
      },
    });
  });

  it('starts a run each for requests without a key, and leaves the schedule as it is', async () => {
    const trigger = timerTrigger('schedule: 0 0 2 * * *');
    const { worker, stores, run } = createApp(trigger);

    await run();
    await run();
    await worker.tickAt('2026-11-22T02:00:00Z', trigger);

    const started = worker.orchestrations.started.map(({ eventKey }) => eventKey);
    expect(started).toEqual(['run-now/made-1', 'run-now/made-2', `${trigger.name}/2026-11-22T02:00:00.000Z`]);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toHaveLength(3);
  });

  it('starts the run of an occurrence that was passed over, and no second one of any', async () => {
    const trigger = timerTrigger('schedule: 0 0 * * * *, catch_up: skip');
    const { worker, stores, run } = createApp(trigger);
    await worker.tickAt('2026-11-21T11:00:00Z', trigger);
    await worker.tickAt('2026-11-21T14:00:00Z', trigger);

    const missed = await run({ body: '{"scheduledTime":"2026-11-21T13:00:00+01:00"}' });
    const again = await run({ body: '{"scheduledTime":"2026-11-21T12:00:00Z"}' });
    const regular = await run({ body: '{"scheduledTime":"2026-11-21T14:00:00Z"}' });

    expect([missed, again, regular].map(({ body }) => body)).toMatchObject([
      { duplicate: false },
      { duplicate: true },
      { duplicate: true },
    ]);
    expect(await occurrencesWithRuns(trigger, stores.runs)).toEqual(['11-21 11:00:00', '11-21 12:00:00', '11-21 14:00:00']);
    const runs = await stores.runs.list({ limit: 10 });
    expect(runs.runs.map(({ input }) => input)).toContainEqual({
      value: expect.objectContaining({ previousTime: '2026-11-21T11:00:00.000Z', isCatchUp: true, isManual: false }),
    });
  });

  it('waits its turn where runs must not overlap, and so does the schedule', async () => {
    const trigger = timerTrigger('schedule: 0 0 * * * *, overlap: skip');
    const { worker, stores, run } = createApp(trigger);
    await run({ key: 'first' });
    const id = runId(trigger.name, 'run-now/first');

    const second = await run({ key: 'second' });
    const repeated = await run({ key: 'first' });
    await worker.tickAt('2026-11-21T11:00:00Z', trigger);
    await endRun(id, worker);
    const third = await run({ key: 'second' });

    expect([second, repeated, third]).toMatchObject([
      { status: 409, headers: { 'retry-after': '30' }, body: { code: 'run_overlap', runId: id } },
      { status: 202, body: { runId: id, duplicate: true } },
      { status: 202, body: { duplicate: false } },
    ]);
    expect((await stores.runs.list({ limit: 10 })).runs).toHaveLength(2);
    expect(worker.told('warn')).toMatchObject([{ properties: { first: '2026-11-21T11:00:00.000Z', runId: id } }]);
  });

  it('lets one of many at once begin where runs must not overlap', async () => {
    const trigger = timerTrigger('schedule: 0 0 * * * *, overlap: queue');
    const { stores, run } = createApp(trigger);

    const responses = await Promise.all(['a', 'b', 'c', 'd'].map((key) => run({ key })));

    expect(responses.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    expect((await stores.runs.list({ limit: 10 })).runs).toHaveLength(1);
  });

  it.each([
    ['a trigger that is not there', { name: 'nobody' }, 404, 'trigger_unknown'],
    ['a queue', { name: 'orders' }, 422, 'trigger_not_timer'],
    ['a time at which nothing is due', { body: '{"scheduledTime":"2026-11-21T09:30:00Z"}' }, 422, 'occurrence_unknown'],
    ['a time that is yet to come', { body: '{"scheduledTime":"2026-11-21T11:00:00Z"}' }, 422, 'occurrence_unknown'],
    ['what is no time', { body: '{"scheduledTime":"yesterday"}' }, 400, 'field_type'],
    ['a member that is not known', { body: '{"time":"2026-11-21T09:00:00Z"}' }, 400, 'field_unknown'],
    ['no JSON', { body: '{' }, 400, 'body_not_json'],
    ['an empty key', { key: '' }, 400, 'idempotency_key_missing'],
    ['a long key', { key: 'k'.repeat(300) }, 400, 'idempotency_key_too_long'],
  ])('refuses %s, and starts nothing', async (_, request, status, code) => {
    const { worker, run } = createApp(timerTrigger('schedule: 0 0 * * * *'));

    const response = await run(request);

    expect(response).toMatchObject({ status, body: { code } });
    expect(worker.orchestrations.started).toEqual([]);
  });
});

describe('listing triggers', () => {
  it('tells of a timer what it did, what it left, and when it is due next', async () => {
    const trigger = timerTrigger('schedule: 0 0 * * * *, time_zone: Europe/Berlin, catch_up: skip');
    const { worker, app } = createApp(trigger);
    await worker.tickAt('2026-11-21T11:00:00Z', trigger);
    await worker.tickAt('2026-11-21T14:00:00.3Z', trigger);

    const response = await listTriggers(createRequest(), app);

    expect(triggerList.safeParse(response.body).error?.issues).toBeUndefined();
    expect(response.body).toEqual({
      triggers: [
        {
          name: trigger.name,
          type: 'timer',
          pipeline: 'order',
          timer: {
            timeZone: 'Europe/Berlin',
            isDisabled: false,
            isSilent: false,
            silentSince: null,
            lastTick: '2026-11-21T14:00:00.300Z',
            lastOccurrence: '2026-11-21T14:00:00.000Z',
            lastRunId: runId(trigger.name, `${trigger.name}/2026-11-21T14:00:00.000Z`),
            nextOccurrence: '2026-11-21T15:00:00.000Z',
            queued: [],
            lastPassedOver: { first: '2026-11-21T12:00:00.000Z', last: '2026-11-21T13:00:00.000Z', reason: 'late' },
            lastRefused: null,
          },
        },
        { name: 'orders', type: 'service_bus', pipeline: 'order' },
      ],
    });
  });

  it.each([
    ['13:01', {}, { isSilent: false, silentSince: null }],
    ['13:03', {}, { isSilent: true, silentSince: '2026-11-21T12:00:00.000Z' }],
    ['13:03', { isDisabled: () => true }, { isSilent: false, isDisabled: true }],
  ])('tells at %s, with %j, whether a timer that was called last at 11:00 is silent', async (time, more, wanted) => {
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const { worker, app } = createApp(trigger);
    await worker.tickAt('2026-11-21T11:00:00Z', trigger);
    worker.clock.advance(Date.parse(`2026-11-21T${time}:00Z`) - worker.clock.now());

    const { body } = await listTriggers(createRequest(), { ...app, ...more });

    expect(body).toMatchObject({ triggers: [{ timer: wanted }, {}] });
  });

  it.each([
    ['11:30', { isSilent: false, lastTick: null, lastOccurrence: null }],
    ['12:03', { isSilent: true, silentSince: '2026-11-21T11:00:00.000Z', lastTick: null }],
  ])('tells at %s of a timer that was not called since the process began at 10:00', async (time, wanted) => {
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const { worker, app } = createApp(trigger);
    worker.clock.advance(Date.parse(`2026-11-21T${time}:00Z`) - worker.clock.now());

    const { body } = await listTriggers(createRequest(), app);

    expect(body).toMatchObject({ triggers: [{ timer: wanted }, {}] });
  });

  it('lets the app be ready while no timer is silent', async () => {
    const trigger = timerTrigger('schedule: 0 0 * * * *');
    const { worker, app } = createApp(trigger);
    await worker.tickAt('2026-11-21T11:00:00Z', trigger);
    const well = checkTimers([trigger], app);
    await expect(well).resolves.toBeUndefined();
    worker.clock.advance(3 * 3_600_000);

    const silent = checkTimers([trigger], app);

    await expect(silent).rejects.toMatchObject({ code: 'schedule_silent', message: expect.stringContaining(trigger.name) });
  });
});
