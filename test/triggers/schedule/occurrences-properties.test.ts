import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOccurrences } from '../../../src/triggers/schedule/occurrences.ts';
import type { Cron } from '../../../src/triggers/schedule/schedule.ts';
import { scheduleOf, zoneOf } from './reading.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** A day in the middle of the stretch that is walked, and a zone whose clocks are changed then. */
const CHANGES = [
  ['Europe/Berlin', '2027-03-28'],
  ['Europe/Berlin', '2026-10-25'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Australia/Lord_Howe', '2026-10-03'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['America/Santiago', '2026-04-05'],
  ['Africa/Cairo', '2026-04-24'],
  ['Asia/Gaza', '2026-03-28'],
  ['Antarctica/Troll', '2026-03-29'],
  ['Antarctica/Troll', '2026-10-25'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kolkata', '2026-03-29'],
  ['UTC', '2028-02-29'],
] as const;

function list(min: number, max: number): fc.Arbitrary<string> {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc.integer({ min: 1, max: 40 });
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('*') },
    value.map(String),
    fc.tuple(fc.oneof(fc.constant('*'), value.map(String), range), step).map(([body, by]) => `${body}/${by}`),
    range,
    fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => values.join(',')),
  );
}

const expression = fc
  .tuple(list(0, 59), list(0, 5), list(1, 31), fc.oneof(fc.constant('*'), list(1, 12)), list(0, 6))
  .map((fields) => `0 ${fields.join(' ')}`);

function fits(cron: Cron, wall: number): boolean {
  const date = new Date(wall);
  return (
    cron.minutes.includes(date.getUTCMinutes()) &&
    cron.hours.includes(date.getUTCHours()) &&
    cron.days.includes(date.getUTCDate()) &&
    cron.months.includes(date.getUTCMonth() + 1) &&
    cron.weekdays.includes(date.getUTCDay())
  );
}

/** What a clock on the wall shows, minute by minute, by the platform's fields of a date rather than its offsets. */
function wallClock(timeZone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  return (time) => Date.parse(`${format.format(time).replace(' ', 'T')}Z`);
}

/** Walks from minute to minute with an eye on the wall. */
function walked(cron: Cron, timeZone: string, from: number, until: number): number[] {
  const wallAt = wallClock(timeZone);
  const neighbours = (values: readonly number[]) => values.some((value) => values.includes(value + 1));
  const runsThrough = neighbours(cron.hours) || neighbours(cron.minutes);
  const found = new Set<number>();
  const seen = new Set<number>();
  for (let [time, before] = [from - DAY, wallAt(from - DAY - MINUTE)]; time <= until; time += MINUTE) {
    const wall = wallAt(time);
    const firstSkipped = Array.from({ length: (wall - before) / MINUTE - 1 }, (_, index) => before + (index + 1) * MINUTE).find(
      (skipped) => fits(cron, skipped),
    );
    if (firstSkipped !== undefined) found.add(time + firstSkipped - before - MINUTE);
    if (fits(cron, wall) && (runsThrough || !seen.has(wall))) found.add(time);
    seen.add(wall);
    before = wall;
  }
  return [...found].filter((time) => time > from && time <= until).sort((a, b) => a - b);
}

describe('occurrences', () => {
  it('are, wherever one begins, just those that a walk from minute to minute finds', () => {
    const start = fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -36 * 60, max: 36 * 60 }));
    fc.assert(
      fc.property(expression, start, (text, [[zone, day], minutes]) => {
        const schedule = scheduleOrNone(text);
        fc.pre(schedule !== undefined && 'cron' in schedule);
        if (schedule === undefined || !('cron' in schedule)) return;
        const from = Date.parse(day) + minutes * MINUTE;
        const until = from + 2 * DAY;
        const expected = walked(schedule.cron, zone, from, until);

        const times = nextOccurrences(schedule, { from, count: expected.length + 1, timeZone: zoneOf(zone) });

        expect(times.filter((time) => time <= until)).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  it('fit the expression, or come later by what the clocks skipped, and are ever later', () => {
    const from = fc.date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(expression, fc.constantFrom(...CHANGES), from, (text, [zone], date) => {
        const schedule = scheduleOrNone(text);
        fc.pre(schedule !== undefined && 'cron' in schedule);
        if (schedule === undefined || !('cron' in schedule)) return;
        const { cron } = schedule;
        const timeZone = zoneOf(zone);

        const times = nextOccurrences(schedule, { from: date.getTime(), count: 30, timeZone });

        let before = date.getTime();
        for (const time of times) {
          const span = timeZone.spanAround(time);
          expect(time).toBeGreaterThan(before);
          expect(
            fits(cron, time + span.offset) || (span.offset > span.offsetBefore && fits(cron, time + span.offsetBefore)),
          ).toBe(true);
          before = time;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('do not depend on how they were reached', () => {
    fc.assert(
      fc.property(expression, fc.constantFrom(...CHANGES), (text, [zone, day]) => {
        const schedule = scheduleOrNone(text);
        fc.pre(schedule !== undefined);
        if (schedule === undefined) return;
        const timeZone = zoneOf(zone);
        const atOnce = nextOccurrences(schedule, { from: Date.parse(day) - DAY, count: 40, timeZone });

        const oneByOne: number[] = [];
        for (let from = Date.parse(day) - DAY; oneByOne.length < atOnce.length; from = oneByOne.at(-1) ?? from) {
          oneByOne.push(...nextOccurrences(schedule, { from, count: 1, timeZone }));
        }

        expect(oneByOne).toEqual(atOnce);
      }),
      { numRuns: 100 },
    );
  });
});

/** Some expressions name a day that no month has. */
function scheduleOrNone(text: string): ReturnType<typeof scheduleOf> | undefined {
  try {
    return scheduleOf(text);
  } catch {
    return undefined;
  }
}
