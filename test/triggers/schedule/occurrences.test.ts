import { describe, expect, it } from 'vitest';
import { nextOccurrences } from '../../../src/triggers/schedule/occurrences.ts';
import { localText, scheduleOf, zoneOf } from './reading.ts';

function inUtc(text: string, from: string, count: number): string[] {
  return nextOccurrences(scheduleOf(text), { from: Date.parse(from), count }).map((time) => new Date(time).toISOString());
}

/** Local times with offsets. */
function inZone(text: string, zoneName: string, from: string, count: number): string[] {
  const timeZone = zoneOf(zoneName);
  const times = nextOccurrences(scheduleOf(text), { from: Date.parse(from), count, timeZone });
  return times.map((time) => localText(time, timeZone));
}

describe('the next occurrences', () => {
  it.each([
    ['0 */5 * * * *', '2026-11-21T10:02:03.5Z', ['2026-11-21T10:05:00.000Z', '2026-11-21T10:10:00.000Z']],
    ['30 15 10 * * *', '2026-11-21T10:15:30Z', ['2026-11-22T10:15:30.000Z', '2026-11-23T10:15:30.000Z']],
    ['30 15 10 * * *', '2026-11-21T10:15:29.999Z', ['2026-11-21T10:15:30.000Z']],
    [
      '0 0 0 13 * FRI',
      '2026-01-01T00:00:00Z',
      ['2026-02-13T00:00:00.000Z', '2026-03-13T00:00:00.000Z', '2026-11-13T00:00:00.000Z'],
    ],
    ['0 0 0 29 2 *', '2026-11-21T00:00:00Z', ['2028-02-29T00:00:00.000Z', '2032-02-29T00:00:00.000Z']],
    ['0 0 0 29 2 *', '2096-11-21T00:00:00Z', ['2104-02-29T00:00:00.000Z']],
    ['0 0 0 31 * *', '2026-01-31T00:00:00Z', ['2026-03-31T00:00:00.000Z', '2026-05-31T00:00:00.000Z']],
    ['59 59 23 31 12 *', '2026-12-31T23:59:58Z', ['2026-12-31T23:59:59.000Z', '2027-12-31T23:59:59.000Z']],
    ['01:30:00', '2026-11-21T00:00:10Z', ['2026-11-21T01:30:10.000Z', '2026-11-21T03:00:10.000Z']],
    ['00:00:00.5', '2026-11-21T00:00:00Z', ['2026-11-21T00:00:00.500Z', '2026-11-21T00:00:01.000Z']],
  ])('of %s after %s are %j', (text, from, expected) => {
    const times = inUtc(text, from, expected.length);

    expect(times).toEqual(expected);
  });

  it.each([
    ['SUN', '2032-02-29T00:00:00.000Z'],
    ['MON', '2044-02-29T00:00:00.000Z'],
    ['SAT', '2048-02-29T00:00:00.000Z'],
  ])('come to %s the 29th of February, decades away', (weekday, expected) => {
    const times = inUtc(`0 0 0 29 2 ${weekday}`, '2026-01-01T00:00:00Z', 1);

    expect(times).toEqual([expected]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])('find every 29th of February of weekday %i in four hundred years', (weekday) => {
    const all = Array.from({ length: 400 }, (_, index) => Date.UTC(2000 + index, 1, 29)).filter((time) => {
      const date = new Date(time);
      return date.getUTCDate() === 29 && date.getUTCDay() === weekday;
    });

    const times = nextOccurrences(scheduleOf(`0 0 0 29 2 ${weekday}`), { from: Date.UTC(2000, 0), count: all.length });

    expect(times).toEqual(all);
  });

  it('end with the year 9999', () => {
    const times = inUtc('0 0 0 31 12 *', '9998-01-01T00:00:00Z', 5);
    const intervals = inUtc('300.00:00:00', '9998-12-31T00:00:00Z', 5);

    expect(times).toEqual(['9998-12-31T00:00:00.000Z', '9999-12-31T00:00:00.000Z']);
    expect(intervals).toEqual(['9999-10-27T00:00:00.000Z']);
  });

  it('are none if none are asked for', () => {
    const times = inUtc('* * * * * *', '2026-01-01T00:00:00Z', 0);

    expect(times).toEqual([]);
  });
});

describe('where the clocks are put forward', () => {
  it.each([
    ['0 30 2 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', ['2027-03-28 03:30 +02:00', '2027-03-29 02:30 +02:00']],
    ['0 30 2 * * *', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-08 03:30 -04:00', '2026-03-09 02:30 -04:00']],
    ['0 15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T12:00Z', ['2026-10-04 02:45 +11:00', '2026-10-05 02:15 +11:00']],
    ['0 30 2 * * *', 'Australia/Sydney', '2026-10-03T10:00Z', ['2026-10-04 03:30 +11:00', '2026-10-05 02:30 +11:00']],
    ['0 30 0 * * *', 'Africa/Cairo', '2026-04-23T12:00Z', ['2026-04-24 01:30 +03:00', '2026-04-25 00:30 +03:00']],
    [
      '0 0 12 * * *',
      'Pacific/Apia',
      '2011-12-29T10:00Z',
      ['2011-12-29 12:00 -10:00', '2011-12-31 12:00 +14:00', '2012-01-01 12:00 +14:00'],
    ],
    ['0 0 12 30 * *', 'Pacific/Apia', '2011-12-01T00:00Z', ['2011-12-31 12:00 +14:00', '2012-01-30 12:00 +14:00']],
  ])('%s in %s fires as much later: %4$j', (text, zone, from, expected) => {
    const times = inZone(text, zone, from, expected.length);

    expect(times).toEqual(expected);
  });

  it('all times that are skipped are one, like the first of them', () => {
    const times = inZone('0 */10 2 * * *', 'Europe/Berlin', '2027-03-27T12:00Z', 2);

    expect(times).toEqual(['2027-03-28 03:00 +02:00', '2027-03-29 02:00 +02:00']);
  });

  it('a time that is skipped and one that comes anyway are one', () => {
    const times = inZone('0 30 * * * *', 'Europe/Berlin', '2027-03-28T00:00Z', 3);

    expect(times).toEqual(['2027-03-28 01:30 +01:00', '2027-03-28 03:30 +02:00', '2027-03-28 04:30 +02:00']);
  });

  it('the moved time is the same whenever one asks', () => {
    const asked = ['2027-03-28T00:59:59Z', '2027-03-28T01:00:00Z', '2027-03-28T01:29:59Z', '2027-03-28T01:30:00Z'].map(
      (from) => inZone('0 30 2 * * *', 'Europe/Berlin', from, 1)[0],
    );

    expect(asked).toEqual([...Array(3).fill('2027-03-28 03:30 +02:00'), '2027-03-29 02:30 +02:00']);
  });
});

describe('where the clocks are put back', () => {
  it('a schedule that runs on fires in both, though nothing else is due for days', () => {
    const times = inZone('0 0 0-1 * * 0/3', 'Antarctica/Troll', '2026-10-24T22:30Z', 2);

    expect(times).toEqual(['2026-10-25 01:00 +02:00', '2026-10-25 01:00 +00:00']);
  });

  it.each([
    ['0 30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00Z', ['2026-10-25 02:30 +02:00', '2026-10-26 02:30 +01:00']],
    ['0 30 1 * * *', 'America/New_York', '2026-10-31T12:00Z', ['2026-11-01 01:30 -04:00', '2026-11-02 01:30 -05:00']],
    ['0 45 1 * * *', 'Australia/Lord_Howe', '2026-04-04T10:00Z', ['2026-04-05 01:45 +11:00', '2026-04-06 01:45 +10:30']],
    ['0 30 2 * * *', 'Pacific/Auckland', '2026-04-04T10:00Z', ['2026-04-05 02:30 +13:00', '2026-04-06 02:30 +12:00']],
    ['0 0,20,40 1 * * *', 'America/New_York', '2026-11-01T05:30Z', ['2026-11-01 01:40 -04:00', '2026-11-02 01:00 -05:00']],
  ])('%s in %s fires once, the first time: %4$j', (text, zone, from, expected) => {
    const times = inZone(text, zone, from, expected.length);

    expect(times).toEqual(expected);
  });

  it.each([
    ['0 0 * * * *', ['2026-11-01 00:00 -04:00', '2026-11-01 01:00 -04:00', '2026-11-01 01:00 -05:00', '2026-11-01 02:00 -05:00']],
    [
      '0 40 0-1 * * *',
      ['2026-11-01 00:40 -04:00', '2026-11-01 01:40 -04:00', '2026-11-01 01:40 -05:00', '2026-11-02 00:40 -05:00'],
    ],
    [
      '0 0,1 1 * * *',
      [
        '2026-11-01 01:00 -04:00',
        '2026-11-01 01:01 -04:00',
        '2026-11-01 01:00 -05:00',
        '2026-11-01 01:01 -05:00',
        '2026-11-02 01:00 -05:00',
      ],
    ],
    [
      '0 0,1 1 1 11 *',
      [
        '2026-11-01 01:00 -04:00',
        '2026-11-01 01:01 -04:00',
        '2026-11-01 01:00 -05:00',
        '2026-11-01 01:01 -05:00',
        '2027-11-01 01:00 -04:00',
      ],
    ],
  ])('%s runs on through both hours: %j', (text, expected) => {
    const times = inZone(text, 'America/New_York', '2026-11-01T03:59:59Z', expected.length);

    expect(times).toEqual(expected);
  });

  it('a time is not repeated for whoever asks within the repeated hour', () => {
    const times = inZone('0 30 2 * * *', 'Europe/Berlin', '2026-10-25T01:10Z', 1);

    expect(times).toEqual(['2026-10-26 02:30 +01:00']);
  });
});
