import { describe, expect, it } from 'vitest';
import { findSkippedTime } from '../../../src/triggers/schedule/skipped-times.ts';
import { scheduleOf, zoneOf } from './reading.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

describe('a time that the clocks skip', () => {
  it('is warned of, with the day, the time it fires at instead and the next ones (TY15)', () => {
    const warning = findSkippedTime(scheduleOf('0 30 2 * * *'), zoneOf('Europe/Berlin'), NOW);

    expect(warning).toMatchObject({
      code: 'schedule_time_skipped',
      message:
        'The clocks of Europe/Berlin skip 02:30:00 on 2027-03-28: the schedule fires at 2027-03-28 03:30:00 instead, then at 2027-03-29 02:30:00, 2027-03-30 02:30:00.',
    });
  });

  it.each([
    ['0 */10 2 * * *', 'Europe/Berlin', 'skip 02:00:00 on 2027-03-28: the schedule fires at 2027-03-28 03:00:00'],
    ['0 15 2 * * *', 'Australia/Lord_Howe', 'skip 02:15:00 on 2027-10-03: the schedule fires at 2027-10-03 02:45:00'],
    ['0 30 2 14 3 *', 'America/New_York', 'skip 02:30:00 on 2027-03-14: the schedule fires at 2027-03-14 03:30:00'],
  ])('%s in %s is told: %s', (text, zone, telling) => {
    const warning = findSkippedTime(scheduleOf(text), zoneOf(zone), NOW);

    expect(warning?.message).toContain(telling);
  });

  it.each([
    ['another time', '0 30 3 * * *', 'Europe/Berlin'],
    ['another day', '0 30 2 29 3 *', 'Europe/Berlin'],
    ['a time that comes anyway', '0 30 * * * *', 'Europe/Berlin'],
    ['a zone without summer time', '0 30 2 * * *', 'Asia/Kolkata'],
    ['an interval', '01:00:00', 'Europe/Berlin'],
  ])('is not warned of for %s (%s in %s)', (_, text, zone) => {
    const warning = findSkippedTime(scheduleOf(text), zoneOf(zone), NOW);

    expect(warning).toBeUndefined();
  });

  it('is not warned of once it is over', () => {
    const change = Date.parse('2026-03-29T01:30:00Z');

    const before = findSkippedTime(scheduleOf('0 30 2 29 3 *'), zoneOf('Europe/Berlin'), change - 1);
    const after = findSkippedTime(scheduleOf('0 30 2 29 3 *'), zoneOf('Europe/Berlin'), change);

    expect(before?.message).toContain('2026-03-29');
    expect(after).toBeUndefined();
  });
});
