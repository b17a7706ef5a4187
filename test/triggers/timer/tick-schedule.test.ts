import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parseTimerSchedule } from '../../../local/functions-host/timer-schedule.ts';
import { nextOccurrences } from '../../../src/triggers/schedule/occurrences.ts';
import { processClocks, tickSchedule } from '../../../src/triggers/timer/tick-schedule.ts';
import { occurrencesAfter, type TimerSchedule } from '../../../src/triggers/timer/timer-schedule.ts';
import { scheduleOf, zoneOf } from '../schedule/reading.ts';

const NOW = Date.UTC(2026, 10, 21);
const YEAR = 366 * 86_400_000;

function schedule(text: string, zone = 'UTC'): TimerSchedule {
  return { schedule: scheduleOf(text), timeZone: zoneOf(zone) };
}

describe('what the host is given', () => {
  it.each([
    ['0 30 8 * * MON-FRI', 'UTC', '0 30 8 * * 1,2,3,4,5'],
    ['0 30 8 * * MON-FRI', 'Europe/Berlin', '0 30 6,7 * * *'],
    ['0 15 0 1 * *', 'Asia/Kathmandu', '0 30 18 * * *'],
    ['0 */20 * * * *', 'Australia/Lord_Howe', '0 0,10,20,30,40,50 * * * *'],
    ['*/10 * * * * *', 'America/New_York', '0,10,20,30,40,50 * * * * *'],
    ['00:15:00', 'UTC', '0 0,15,30,45 * * * *'],
    ['00:07:00', 'UTC', '0 * * * * *'],
    ['00:00:45', 'UTC', '0,15,30,45 * * * * *'],
    ['06:00:00', 'UTC', '0 0 0,6,12,18 * * *'],
    ['1.12:00:00', 'UTC', '0 0 0,12 * * *'],
  ])('for %s in %s is %s', (text, zone, wanted) => {
    const ticks = tickSchedule(schedule(text, zone), zoneOf('UTC'), NOW);

    expect(ticks).toBe(wanted);
    expect(parseTimerSchedule(ticks).next(NOW)).toBeGreaterThan(NOW);
  });

  it.each([
    ['', '0 30 1,2 * * *'],
    ['UTC', '0 30 1,2 * * *'],
    ['Europe/Berlin', '0 30 2,3,4 * * *'],
    ['Nowhere/AtAll', '0 30 1,2 * * *'],
  ])('is by the clocks of the process, though its zone is called %j', (name, wanted) => {
    vi.stubEnv('TZ', name);
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });

    const ticks = tickSchedule(schedule('0 30 3 * * *', 'Europe/Berlin'), processClocks, NOW);

    expect(ticks).toBe(wanted);
  });

  it.each([
    ['Pacific/Pago_Pago', 'Pacific/Kiritimati', '0 30 23 * * *'],
    ['Pacific/Kiritimati', 'Pacific/Pago_Pago', '0 30 1 * * *'],
  ])('is a time of the day, though the clocks of the host in %s are more than a day from those in %s', (host, zone, wanted) => {
    const ticks = tickSchedule(schedule('0 30 0 * * *', zone), zoneOf(host), NOW);

    expect(ticks).toBe(wanted);
  });

  it('calls at every occurrence of a year, in whatever zones schedule and host are', () => {
    const text = fc.constantFrom(
      '0 30 2 * * *',
      '0 5,50 */5 * * *',
      '0 0 23 31 12 *',
      '0 59 23 28-31 * SUN',
      '15 1 0 29 2 *',
      '05:00:00',
    );
    const names = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Chatham', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    const zones = fc.constantFrom(...names.map(zoneOf));
    const hosts = fc.constantFrom(...['UTC', 'Asia/Kolkata', 'America/Phoenix'].map(zoneOf));
    fc.assert(
      fc.property(text, zones, hosts, (expression, timeZone, host) => {
        const of = { schedule: scheduleOf(expression), timeZone };

        const ticks = scheduleOf(tickSchedule(of, host, NOW));

        const wanted = occurrencesAfter(of, { after: NOW, until: NOW + YEAR, count: 100 });
        const missed = wanted.filter((time) => nextOccurrences(ticks, { from: time - 1, count: 1, timeZone: host })[0] !== time);
        expect(missed).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
