import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CatchUp, dueOccurrences, silentSince } from '../../../src/triggers/timer/due-occurrences.ts';
import { occurrencesAfter, type TimerSchedule } from '../../../src/triggers/timer/timer-schedule.ts';
import { scheduleOf, zoneOf } from '../schedule/reading.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

function schedule(text: string, zone = 'UTC'): TimerSchedule {
  return { schedule: scheduleOf(text), timeZone: zoneOf(zone) };
}

function due(
  text: string,
  { after, now, catchUp, limit = 100 }: { after: string; now: string; catchUp: CatchUp; limit?: number },
) {
  return dueOccurrences(schedule(text), { after: at(after), now: at(now), catchUp, limit });
}

describe('of an hourly schedule that nobody looked at since 11:00', () => {
  const hourly = '0 0 * * * *';
  const range = (first: string, last: string) => ({ first: at(first), last: at(last) });

  it.each([
    ['skip', '14:00:20', ['14:00:00'], range('12:00:00', '13:00:00')],
    ['latest', '14:00:20', ['14:00:00'], range('12:00:00', '13:00:00')],
    ['all', '14:00:20', ['12:00:00', '13:00:00', '14:00:00'], undefined],
    ['skip', '14:30:00', [], range('12:00:00', '14:00:00')],
    ['latest', '14:30:00', ['14:00:00'], range('12:00:00', '13:00:00')],
    ['all', '14:30:00', ['12:00:00', '13:00:00', '14:00:00'], undefined],
  ] as const)('%s at %s starts %j and passes over %j', (catchUp, now, starts, passedOver) => {
    const decision = due(hourly, { after: '11:00:00', now, catchUp });

    expect(decision).toMatchObject({ due: starts.map((time) => ({ time: at(time) })), decidedUntil: at('14:00:00') });
    expect(decision.passedOver).toEqual(passedOver);
  });

  it('tells those that are made up for from the one that is on time', () => {
    const decision = due(hourly, { after: '11:00:00', now: '13:09:59', catchUp: 'all' });

    expect(decision.due.map(({ isCatchUp }) => isCatchUp)).toEqual([true, false]);
  });

  it('all starts no more than the bound, the newest, and tells which it left', () => {
    const decision = due(hourly, { after: '01:00:00', now: '14:30:00', catchUp: 'all', limit: 3 });

    expect(decision).toEqual({
      due: ['12:00:00', '13:00:00', '14:00:00'].map((time) => ({ time: at(time), isCatchUp: true })),
      decidedUntil: at('14:00:00'),
      passedOver: range('02:00:00', '11:00:00'),
    });
  });
});

describe('of a schedule that is looked at in time', () => {
  it.each(['skip', 'latest', 'all'] as const)('%s starts each occurrence once', (catchUp) => {
    const fired: number[] = [];
    let after = at('10:00:00');

    for (let now = after; now <= at('10:20:00'); now += 20_000) {
      const decision = dueOccurrences(schedule('0 */5 * * * *'), { after, now, catchUp, limit: 10 });
      fired.push(...decision.due.map(({ time }) => time));
      after = decision.decidedUntil;
    }

    expect(fired).toEqual(['10:05:00', '10:10:00', '10:15:00', '10:20:00'].map(at));
  });

  it.each(['skip', 'latest', 'all'] as const)('%s starts all that have come since, if none of them is late', (catchUp) => {
    const decision = due('*/10 * * * * *', { after: '10:00:00', now: '10:00:31', catchUp });

    expect(decision.due.map(({ time }) => time)).toEqual(['10:00:10', '10:00:20', '10:00:30'].map(at));
  });

  it('has nothing due between two occurrences', () => {
    const decision = due('0 0 * * * *', { after: '11:00:00', now: '11:59:58', catchUp: 'latest' });

    expect(decision).toEqual({ due: [], decidedUntil: at('11:00:00') });
  });
});

it('an interval falls on its multiples since 1970, whatever was decided before', () => {
  const decisions = ['10:00:00', '10:03:21'].map((after) => due('00:07:00', { after, now: '10:08:00', catchUp: 'all' }));

  expect(decisions.map(({ decidedUntil }) => decidedUntil)).toEqual([at('10:06:00'), at('10:06:00')]);
});

it.each(['skip', 'latest', 'all'] as const)('ten years of missed seconds are no work for %s', (catchUp) => {
  const looking = { after: Date.UTC(2016, 0), now: Date.UTC(2026, 0), limit: 300 };

  const decision = dueOccurrences(schedule('* * * * * *', 'Europe/Berlin'), { ...looking, catchUp });

  expect(decision.decidedUntil).toBe(Date.UTC(2026, 0));
  expect(decision.due.length).toBeLessThanOrEqual(300);
  expect(decision.passedOver?.first).toBe(Date.UTC(2016, 0) + 1_000);
});

describe('the days on which clocks are changed', () => {
  it.each([
    ['spring in the north', '0 30 2 * * *', 'Europe/Berlin', '2027-03-27', ['27T01:30', '28T01:30', '29T00:30']],
    ['autumn in the north', '0 30 2 * * *', 'Europe/Berlin', '2026-10-24', ['24T00:30', '25T00:30', '26T01:30']],
    ['autumn, hour by hour', '0 0 1-3 * * *', 'America/New_York', '2026-11-01', ['01T05:00', '01T06:00', '01T07:00', '01T08:00']],
    ['spring in the south', '0 30 2 * * *', 'Australia/Sydney', '2026-10-03', ['03T16:30', '04T15:30', '05T15:30']],
    ['autumn in the south', '0 30 2 * * *', 'Australia/Sydney', '2027-04-03', ['03T15:30', '04T16:30', '05T16:30']],
    ['half an hour', '0 45 1 * * *', 'Australia/Lord_Howe', '2027-04-03', ['03T14:45', '04T15:15', '05T15:15']],
    ['no such day in February', '0 0 12 30 * *', 'UTC', '2027-01-29', ['30T12:00']],
    ['a leap day', '0 0 12 29 2 *', 'UTC', '2028-02-28', ['29T12:00']],
    ['the end of the year', '0 59 23 31 12 *', 'Pacific/Auckland', '2026-12-31', ['31T10:59']],
  ])('%s: each wanted time is due once, by ticks of a quarter of an hour', (_, text, zone, from, wanted) => {
    const found: number[] = [];
    let after = Date.parse(`${from}T00:00:00Z`);

    for (let now = after; now < Date.parse(`${from}T00:00:00Z`) + 3 * DAY; now += 15 * MINUTE) {
      const decision = dueOccurrences(schedule(text, zone), { after, now, catchUp: 'skip', limit: 10 });
      found.push(...decision.due.map(({ time }) => time));
      after = decision.decidedUntil;
    }

    expect(found.map((time) => new Date(time).toISOString().slice(8, 16)).slice(0, wanted.length)).toEqual(wanted);
    expect(new Set(found).size).toBe(found.length);
  });
});

it('whatever the ticks, each occurrence is started or told as passed over, and none twice', () => {
  const text = fc.constantFrom('0 30 1 * * *', '0 */40 0-3 * * *', '0 15 2 * * SUN', '0 0,20 1 * * *', '0 0 5 1 * *', '00:41:00');
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Auckland');
  const start = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
  const gaps = fc.array(fc.integer({ min: 1, max: 3 * DAY }), { minLength: 1, maxLength: 8 });
  const catchUp = fc.constantFrom<CatchUp>('skip', 'latest', 'all');
  fc.assert(
    fc.property(
      text,
      zone,
      start,
      gaps,
      catchUp,
      fc.integer({ min: 1, max: 5 }),
      (expression, name, from, waits, policy, limit) => {
        const of = schedule(expression, name);
        const accounted: number[] = [];
        let [after, now] = [from, from];

        for (const wait of waits) {
          now += wait;
          const decision = dueOccurrences(of, { after, now, catchUp: policy, limit });
          const { passedOver } = decision;
          const told =
            passedOver === undefined
              ? []
              : occurrencesAfter(of, { after: passedOver.first - 1, until: passedOver.last, count: 1e4 });
          accounted.push(...[...told, ...decision.due.map(({ time }) => time)].sort((a, b) => a - b));
          after = decision.decidedUntil;
        }

        expect(accounted).toEqual(occurrencesAfter(of, { after: from, until: after, count: 1e4 }));
        expect(occurrencesAfter(of, { after, until: now, count: 1 })).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

describe('an hourly schedule that was decided last at 11:00', () => {
  it.each([
    ['12:59:00', undefined, undefined],
    ['13:01:59', undefined, undefined],
    ['13:02:00', undefined, '12:00:00'],
    ['12:29:00', 30 * MINUTE, undefined],
    ['12:31:00', 30 * MINUTE, '12:00:00'],
    ['23:00:00', 30 * MINUTE, '12:00:00'],
  ])('is, at %s and if it may be silent for %s, silent since %s', (now, silentAfterMs, since) => {
    const silent = silentSince(schedule('0 0 * * * *'), { after: at('11:00:00'), now: at(now), silentAfterMs });

    expect(silent).toBe(since === undefined ? undefined : at(since));
  });
});
