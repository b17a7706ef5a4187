import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reading } from './reading.ts';

function range(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

const EVERY = {
  seconds: range(0, 59),
  minutes: range(0, 59),
  hours: range(0, 23),
  days: range(1, 31),
  months: range(1, 12),
  weekdays: range(0, 6),
};

const LONG = `${'0,'.repeat(500)}0 * * * * *`;

describe('NCRONTAB', () => {
  it.each([
    ['* * * * * *', {}],
    ['*/5 * * * *', { seconds: [0], minutes: range(0, 55, 5) }],
    ['  30   0 8 * *  * ', { seconds: [30], minutes: [0], hours: [8] }],
    ['0 0 9-17/4 * * MON-FRI', { seconds: [0], minutes: [0], hours: [9, 13, 17], weekdays: range(1, 5) }],
    ['0 10/20 * * * *', { seconds: [0], minutes: [10, 30, 50] }],
    ['5,1,3-4,3,*/30 * * * * *', { seconds: [0, 1, 3, 4, 5, 30] }],
    ['007 * * * * *', { seconds: [7] }],
    ['2/70 * * * * *', { seconds: [2] }],
    ['5-5/10 * * * * *', { seconds: [5] }],
    ['0 0 0 1 jan,july SUN', { seconds: [0], minutes: [0], hours: [0], days: [1], months: [1, 7], weekdays: [0] }],
    ['* * * * D-D Saturday', { months: [12], weekdays: [6] }],
    ['* * * * F-AP/2 th-fri', { months: [2, 4], weekdays: [4, 5] }],
  ])('%j is read as the host reads it', (text, expected) => {
    const { schedule, faults } = reading(text);

    expect(faults).toEqual([]);
    expect(schedule).toEqual({ cron: { ...EVERY, ...expected } });
  });

  it.each([
    ['TY6', '* * * *', 'cron_fields', 0, '4 fields, and needs 6'],
    ['TY7', '60 * * * * *', 'cron_range', 0, 'second 0–59'],
    ['TY8', '*/0 * * * * *', 'cron_step', 2, 'every second'],
    ['TY9', '0 0 0 * * 7', 'cron_range', 10, 'day-of-week 0–6'],
    ['TY10', '0 0 0 31 2 *', 'cron_never_fires', 6, 'never fires'],
    ['TY11', '0 0 22-2 * * *', 'cron_range_reversed', 4, 'swap it to 2-22'],
    ['TY12', '24:00:00', 'timespan_suspect', 0, '24 days'],
    ['TY13 nickname', '@daily', 'cron_dialect', 0, '0 0 0 * * *'],
    ['TY13 last day', '0 0 0 L * *', 'cron_dialect', 6, '0 0 0 28 * *'],
    ['TY13 no value', '0 0 0 ? * MON', 'cron_dialect', 6, '0 0 0 * * MON'],
    ['nothing', '', 'cron_fields', 0, '0 fields'],
    ['a year', '0 0 0 1 1 * 2027', 'cron_fields', 12, '7 fields'],
    ['a word', 'daily', 'cron_fields', 0, '1 field,'],
    ['an unknown nickname', '@reboot', 'cron_dialect', 0, 'Write six fields'],
    ['a weekday of a week', '0 0 0 * * MON#1', 'cron_dialect', 10, '0 0 0 1-7 * MON'],
    ['a fifth weekday', '0 0 0 * * MON#5', 'cron_dialect', 10, '0 0 0 29-31 * MON'],
    ['a last weekday', '0 0 0 * * FRIL', 'cron_dialect', 10, '0 0 0 22-28 * FRI'],
    ['a working day', '0 0 0 15W * *', 'cron_dialect', 6, '0 0 0 15 * *'],
    ['a hash of Jenkins', 'H * * * * *', 'cron_dialect', 0, 'chooses no value'],
    ['an hour too many', '0 0 24 * * *', 'cron_range', 4, 'hour 0–23'],
    ['the end of a range', '0 0-60 * * * *', 'cron_range', 4, 'minute 0–59'],
    ['day zero', '0 0 0 0 * *', 'cron_range', 6, 'day 1–31'],
    ['a number without end', `${'9'.repeat(40)} * * * * *`, 'cron_range', 0, 'second 0–59'],
    ['a reversed range of names', '0 0 0 * * FRI-MON', 'cron_range_reversed', 10, "'5-6,0-1'"],
    ['a negative step', '*/-5 * * * * *', 'cron_step', 2, 'above 0'],
    ['no step', '*/ * * * * *', 'cron_step', 2, 'above 0'],
    ['two steps', '*/5/2 * * * * *', 'cron_step', 2, 'above 0'],
    ['a step of nothing', '0 /5 * * * *', 'cron_syntax', 2, 'empty'],
    ['an empty place', '0 0 1,,2 * * *', 'cron_syntax', 6, 'empty'],
    ['a comma at the end', '0 0 1, * * *', 'cron_syntax', 6, 'empty'],
    ['a negative number', '0 0 -1 * * *', 'cron_syntax', 4, 'no value'],
    ['a range from any', '0 0 *-5 * * *', 'cron_syntax', 4, 'no value'],
    ['two dashes', '0 0 1-2-3 * * *', 'cron_syntax', 6, 'no value'],
    ['another notation of numbers', '0x10 * * * * *', 'cron_syntax', 0, 'no value'],
    ['a tab', '0 0\t0 * * *', 'cron_syntax', 3, 'only spaces'],
    ['a line break at the end', '0 0 0 * * *\n', 'cron_syntax', 11, 'only spaces'],
    ['a name where there is none', '0 0 0 MON * *', 'cron_name', 6, 'from 1 to 31'],
    ['a wrong name', '0 0 0 * * FRE', 'cron_name', 10, "'FRI'"],
    ['a name too long', '0 0 0 * * MONDAYS', 'cron_name', 10, 'no name'],
    ['a name for several', '0 0 0 * J *', 'cron_name', 8, 'January or June or July'],
    ['the 30th of February', '0 0 0 30,31 FEB MON', 'cron_never_fires', 6, 'never fires'],
    ['the 31st of short months', '0 0 31 4,6,9,11 *', 'cron_never_fires', 4, 'never fires'],
    ['a novel', LONG, 'schedule_too_long', 0, '1000'],
  ])('%s (%.40j) is %s at %i', (_, text, code, offset, telling) => {
    const { schedule, faults } = reading(text);

    expect(schedule).toBeUndefined();
    expect(faults.map((fault) => [fault.code, fault.offset])).toEqual([[code, offset]]);
    expect(`${faults[0]?.message} ${faults[0]?.remedy}`).toContain(telling);
  });

  it('tells every fault of a schedule at once', () => {
    const { faults } = reading('61 0,x,-1 5-2 ? FOO 9');

    expect(faults.map(({ code, offset }) => [code, offset])).toEqual([
      ['cron_range', 0],
      ['cron_name', 5],
      ['cron_syntax', 7],
      ['cron_range_reversed', 10],
      ['cron_dialect', 14],
      ['cron_name', 16],
      ['cron_range', 20],
    ]);
  });
});

describe('an interval', () => {
  it.each([
    ['00:05:00', 300_000],
    ['1.00:00:00', 86_400_000],
    ['2.03:04:05', 183_845_000],
    ['2:03:04:05', 183_845_000],
    ['00:05', 300_000],
    ['1.00:30', 88_200_000],
    [' 23:59:59 ', 86_399_000],
    ['00:00:00.5', 500],
    ['00:00:01.1234567', 1_123],
  ])('%j is %i milliseconds', (text, intervalMs) => {
    const { schedule, faults } = reading(text);

    expect(faults).toEqual([]);
    expect(schedule).toEqual({ intervalMs });
  });

  it.each([
    ['00:00:00', 'timespan_invalid', 'not above zero'],
    ['-00:05:00', 'timespan_invalid', 'not above zero'],
    ['00:60:00', 'timespan_invalid', 'out of range'],
    ['1.24:00:00', 'timespan_invalid', 'out of range'],
    ['25:61:00', 'timespan_invalid', 'out of range'],
    ['60:00', 'timespan_invalid', 'out of range'],
    ['1.2:03:04:05', 'timespan_invalid', 'out of range'],
    ['10675200.00:00:00', 'timespan_invalid', 'out of range'],
    ['24:05:30', 'timespan_suspect', "24 days and 05:30:00. Write '24.05:30:00' for days, or '1.00:05:30' for hours."],
    ['5', 'timespan_suspect', "5 days. Write '5.00:00:00' for days, or '05:00:00' for hours."],
  ])('%j is %s', (text, code, telling) => {
    const { schedule, faults } = reading(text);

    expect(schedule).toBeUndefined();
    expect(faults.map((fault) => fault.code)).toEqual([code]);
    expect(`${faults[0]?.message} ${faults[0]?.remedy}`).toContain(telling);
  });
});

describe('a setting', () => {
  it.each([
    ['%CRON%', { CRON: '0 0 8 * * *' }],
    ['0 0 %HOUR% * * *', { HOUR: '8' }],
    ['%A% 8 * * %B%', { A: '0 0', B: '*' }],
  ])('of %j is put in its place', (text, settings) => {
    const { schedule } = reading(text, settings);

    expect(schedule).toEqual(reading('0 0 8 * * *').schedule);
  });

  it('is put in once: what it holds is no reference', () => {
    const { faults } = reading('0 0 %A% * * *', { A: '%B%', B: '8' });

    expect(faults.map(({ code }) => code)).toEqual(['cron_syntax']);
  });

  it.each([
    ['%NOPE%', 'setting_undefined', 0],
    ['0 0 %NOPE% * * *', 'setting_undefined', 4],
    ['0 0 %toString% * * *', 'setting_undefined', 4],
    ['0 0 8 * * %A', 'cron_syntax', 10],
    ['0 0 8 * * %%', 'cron_syntax', 10],
    ['0 %M% %H% * * 9', 'cron_range', 14],
    ['0 %M% 99 * * *', 'cron_range', 6],
    ['%ALL%', 'cron_range', 0],
  ])('fault of %j is %s at %i', (text, code, offset) => {
    const { faults } = reading(text, { M: '1,2,3,4,5', H: '8', ALL: '0 0 99 * * *' });

    expect(faults.map((fault) => [fault.code, fault.offset])).toEqual([[code, offset]]);
  });

  it.each(['sk-secret', '0 0 sk-secret * * *', '@sk-secret', 'sk-secret:00:00', '99:99:99', '0 0 0 ? * SUN#9'])(
    'whose value is %j does not show it in a message',
    (value) => {
      const { faults } = reading('%KEY%', { KEY: value });

      expect(faults.length).toBeGreaterThan(0);
      expect(JSON.stringify(faults)).not.toMatch(/secret|99|SUN/);
    },
  );
});

it('any text is a schedule, or has faults at places of its own', () => {
  const piece = fc.constantFrom(
    ...'0 1 5 59 * / - , ? L W # : . % @ H MON jan x +  '.split(' '),
    ' ',
    ' ',
    '\t',
    '%A%',
    '\ud83e\udd86',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');

      const { schedule, faults } = reading(text, { A: '0 */5' });

      expect(schedule === undefined).toBe(faults.length > 0);
      for (const { offset, message, remedy } of faults) {
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(text.length);
        expect(message).toMatch(/\.$/);
        expect(remedy).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});
