import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueOccurrences, occurrenceKey, silentSince } from '../../../src/triggers/schedule/due-occurrences.ts';
import { nextOccurrences } from '../../../src/triggers/schedule/occurrences.ts';
import { scheduleOf, zoneOf } from './reading.ts';

const MINUTE = 60_000;
const at = (time: string) => Date.parse(`2026-11-21T${time}Z`);

describe('of an hourly schedule that nobody looked at since 11:00, at 14:00:20', () => {
  const looking = { after: at('11:00:00'), now: at('14:00:20'), graceMs: MINUTE, limit: 100 };
  const hourly = scheduleOf('0 0 * * * *');

  it.each([
    ['skip', ['14:00:00'], ['12:00:00', '13:00:00']],
    ['latest', ['14:00:00'], ['12:00:00', '13:00:00']],
    ['all', ['12:00:00', '13:00:00', '14:00:00'], undefined],
  ] as const)('%s fires %j and passes over %j', (catchUp, due, skipped) => {
    const decision = dueOccurrences(hourly, { ...looking, catchUp });

    expect(decision).toEqual({
      due: due.map(at),
      doneUntil: at('14:00:00'),
      ...(skipped === undefined ? {} : { skipped: { first: at(skipped[0]), last: at(skipped[1]) } }),
    });
  });

  it.each([
    ['skip', [], '14:00:00', { first: at('12:00:00'), last: at('14:00:00') }],
    ['latest', ['14:00:00'], '14:00:00', { first: at('12:00:00'), last: at('13:00:00') }],
    ['all', ['12:00:00', '13:00:00', '14:00:00'], '14:00:00', undefined],
  ] as const)('%s fires %j half an hour later', (catchUp, due, doneUntil, skipped) => {
    const decision = dueOccurrences(hourly, { ...looking, now: at('14:30:00'), catchUp });

    expect(decision).toEqual({ due: due.map(at), doneUntil: at(doneUntil), ...(skipped === undefined ? {} : { skipped }) });
  });

  it('all fires no more at once than it may, and the rest when asked again', () => {
    const first = dueOccurrences(hourly, { ...looking, catchUp: 'all', limit: 2 });

    const second = dueOccurrences(hourly, { ...looking, catchUp: 'all', limit: 2, after: first.doneUntil });

    expect([first.due, second.due]).toEqual([[at('12:00:00'), at('13:00:00')], [at('14:00:00')]]);
  });
});

describe('of a schedule that is looked at in time', () => {
  it.each(['skip', 'latest', 'all'] as const)('%s fires each occurrence once', (catchUp) => {
    const schedule = scheduleOf('0 */5 * * * *');
    const fired: number[] = [];
    let after = at('10:00:00');

    for (let now = after; now <= at('10:20:00'); now += 20_000) {
      const { due, doneUntil } = dueOccurrences(schedule, { after, now, catchUp, graceMs: MINUTE, limit: 10 });
      fired.push(...due);
      after = doneUntil;
    }

    expect(fired).toEqual(['10:05:00', '10:10:00', '10:15:00', '10:20:00'].map(at));
  });

  it.each(['skip', 'latest', 'all'] as const)(
    '%s fires all that have come since, if it is often and none of them is late',
    (catchUp) => {
      const looking = { after: at('10:00:00'), now: at('10:00:30'), graceMs: MINUTE, limit: 10 };

      const decision = dueOccurrences(scheduleOf('*/10 * * * * *'), { ...looking, catchUp });

      expect(decision).toEqual({ due: ['10:00:10', '10:00:20', '10:00:30'].map(at), doneUntil: at('10:00:30') });
    },
  );

  it('nothing is due between two occurrences', () => {
    const schedule = scheduleOf('0 0 * * * *');

    const decision = dueOccurrences(schedule, {
      after: at('11:00:00'),
      now: at('11:59:59'),
      catchUp: 'latest',
      graceMs: MINUTE,
      limit: 1,
    });

    expect(decision).toEqual({ due: [], doneUntil: at('11:00:00') });
  });
});

it('an interval goes on from the last occurrence, however late it was', () => {
  const decision = dueOccurrences(scheduleOf('00:07:00'), {
    after: at('10:00:00'),
    now: at('10:30:00'),
    catchUp: 'latest',
    graceMs: 0,
    limit: 1,
  });

  expect(decision).toEqual({
    due: [at('10:28:00')],
    doneUntil: at('10:28:00'),
    skipped: { first: at('10:07:00'), last: at('10:21:00') },
  });
});

it('ten years of missed seconds are no work', () => {
  const decision = dueOccurrences(scheduleOf('* * * * * *'), {
    after: Date.UTC(2016, 0),
    now: Date.UTC(2026, 0),
    catchUp: 'latest',
    graceMs: 0,
    limit: 1,
    timeZone: zoneOf('Europe/Berlin'),
  });

  expect(decision).toEqual({
    due: [Date.UTC(2026, 0)],
    doneUntil: Date.UTC(2026, 0),
    skipped: { first: Date.UTC(2016, 0) + 1_000, last: Date.UTC(2026, 0) - 1_000 },
  });
});

it('the latest is the last of all, across changes of the clocks too', () => {
  const text = fc.constantFrom('0 30 1 * * *', '0 */40 0-3 * * *', '0 15 2 * * SUN', '0 0,20 1 * * *', '0 0 5 1 * *', '00:41:00');
  const zone = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Auckland');
  const start = fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) });
  fc.assert(
    fc.property(text, zone, start, fc.integer({ min: 0, max: 5 * 86_400_000 }), (expression, name, after, duration) => {
      const looking = { after, now: after + duration, graceMs: 0, limit: 200, timeZone: zoneOf(name) };
      const schedule = scheduleOf(expression);
      const all = dueOccurrences(schedule, { ...looking, catchUp: 'all' }).due;

      const { due, skipped } = dueOccurrences(schedule, { ...looking, catchUp: 'latest' });

      expect(due).toEqual(all.slice(-1));
      expect(skipped).toEqual(all.length < 2 ? undefined : { first: all[0], last: all.at(-2) });
    }),
    { numRuns: 200 },
  );
});

describe('a schedule is silent', () => {
  it.each([
    ['12:00:00', undefined],
    ['12:10:00', undefined],
    ['12:10:01', '12:00:00'],
    ['23:00:00', '12:00:00'],
  ])('at %s since %s, if it fired last at 11:00 and may be ten minutes late', (now, since) => {
    const silent = silentSince(scheduleOf('0 0 * * * *'), { after: at('11:00:00'), now: at(now), graceMs: 10 * MINUTE });

    expect(silent).toBe(since === undefined ? undefined : at(since));
  });
});

describe('the key of an occurrence', () => {
  it('says which one of which trigger', () => {
    const key = occurrenceKey('nightly-report', at('02:30:00'));

    expect(key).toBe('nightly-report/2026-11-21T02:30:00.000Z');
  });

  it('is another one for each time that comes twice', () => {
    const timeZone = zoneOf('America/New_York');
    const times = nextOccurrences(scheduleOf('0 0 * * * *'), { from: Date.parse('2026-11-01T04:00:00Z'), count: 3, timeZone });

    const keys = times.map((time) => occurrenceKey('hourly', time));

    expect(new Set(keys).size).toBe(3);
  });
});
