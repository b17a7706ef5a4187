import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isMoreFrequentThanMinutely, parseTimerSchedule } from '../../../local/functions-host/timer-schedule.ts';

let zone: string | undefined;

beforeEach(() => {
  zone = process.env['TZ'];
  process.env['TZ'] = 'UTC';
});

afterEach(() => {
  process.env['TZ'] = zone ?? 'UTC';
});

function occurrences(schedule: string, after: string, count: number): string[] {
  const { next } = parseTimerSchedule(schedule);
  const times: string[] = [];
  for (let at = next(Date.parse(after)); at !== undefined && times.length < count; at = next(at)) {
    times.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return times;
}

describe('a schedule', () => {
  it.each([
    ['0 */5 * * * *', '2026-11-21T10:02:03.5Z', ['2026-11-21T10:05:00Z', '2026-11-21T10:10:00Z']],
    ['*/5 * * * *', '2026-11-21T10:02:03Z', ['2026-11-21T10:05:00Z', '2026-11-21T10:10:00Z']],
    ['30 15 10 * * *', '2026-11-21T10:15:30Z', ['2026-11-22T10:15:30Z', '2026-11-23T10:15:30Z']],
    ['0 0 9-17/4 * * MON-FRI', '2026-11-20T13:00:00Z', ['2026-11-20T17:00:00Z', '2026-11-23T09:00:00Z']],
    ['0 0 0 1 jan,july *', '2026-11-21T00:00:00Z', ['2027-01-01T00:00:00Z', '2027-07-01T00:00:00Z']],
    ['0 10/20 * * * *', '2026-11-21T10:00:00Z', ['2026-11-21T10:10:00Z', '2026-11-21T10:30:00Z']],
    ['0 0 22-2 * * *', '2026-11-21T01:00:00Z', ['2026-11-21T02:00:00Z', '2026-11-21T03:00:00Z']],
    ['0 0 0 29 2 *', '2026-11-21T00:00:00Z', ['2028-02-29T00:00:00Z', '2032-02-29T00:00:00Z']],
    ['01:30:00', '2026-11-21T00:00:00Z', ['2026-11-21T01:30:00Z', '2026-11-21T03:00:00Z']],
    ['2.00:00:00', '2026-11-21T00:00:00Z', ['2026-11-23T00:00:00Z', '2026-11-25T00:00:00Z']],
    ['00:00:00.5', '2026-11-21T00:00:00Z', ['2026-11-21T00:00:00.500Z', '2026-11-21T00:00:01Z']],
  ])('%s after %s fires at %j', (schedule, after, expected) => {
    const times = occurrences(schedule, after, expected.length);

    expect(times).toEqual(expected);
  });

  it('with a day and a day of week fires only when both fit', () => {
    const times = occurrences('0 0 0 13 * FRI', '2026-01-01T00:00:00Z', 3);

    expect(times).toEqual(['2026-02-13T00:00:00Z', '2026-03-13T00:00:00Z', '2026-11-13T00:00:00Z']);
  });

  it('for a day that no month has never fires', () => {
    const times = occurrences('0 0 0 31 2 *', '2026-01-01T00:00:00Z', 1);

    expect(times).toEqual([]);
  });

  it('for an hour that spring skips fires an hour later', () => {
    process.env['TZ'] = 'America/New_York';

    const times = occurrences('0 30 2 * * *', '2026-03-07T12:00:00Z', 2);

    expect(times).toEqual(['2026-03-08T07:30:00Z', '2026-03-09T06:30:00Z']);
  });

  it('for an hour that autumn repeats fires once', () => {
    process.env['TZ'] = 'America/New_York';

    const times = occurrences('0 30 1 * * *', '2026-10-31T12:00:00Z', 2);

    expect(times).toEqual(['2026-11-01T06:30:00Z', '2026-11-02T06:30:00Z']);
  });

  it.each([
    ['* * * *', '4 fields'],
    ['60 * * * * *', 'second "60" is not within 0 to 59'],
    ['*/0 * * * * *', 'step 0'],
    ['0x10 * * * * *', 'second "0x10" is not within'],
    ['0 0 0 * * 7', 'day of week "7" is not within 0 to 6'],
    ['@daily', '1 fields'],
    ['0 0 0 L * *', 'day "L"'],
    ['0 0 0 ? * MON', 'day "?" cannot be read'],
    ['0 0 0 1,,2 * *', 'day "" cannot be read'],
    ['00:00:00', 'the interval is zero'],
  ])('%s is refused, naming the fault', (schedule, fault) => {
    const parse = () => parseTimerSchedule(schedule);

    expect(parse).toThrow(expect.objectContaining({ code: 'ncrontab_invalid', message: expect.stringContaining(fault) }));
  });

  it.each([
    ['* * * * *', false],
    ['*/30 * * * * *', true],
    ['0,30 0 12 * * *', true],
    ['00:01:00', false],
    ['00:00:59', true],
  ])('%s fires more often than once a minute: %s', (schedule, expected) => {
    const frequent = isMoreFrequentThanMinutely(parseTimerSchedule(schedule), Date.UTC(2026, 0, 1));

    expect(frequent).toBe(expected);
  });
});
