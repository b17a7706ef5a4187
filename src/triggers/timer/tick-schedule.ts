import { CRON_FIELDS, type CronField } from '../schedule/cron-field.ts';
import type { Cron } from '../schedule/schedule.ts';
import type { TimeZone } from '../schedule/time-zone.ts';
import type { TimerSchedule } from './timer-schedule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;
/** Long enough to see what the clocks of a zone do in a year. */
const LOOKED_AHEAD_DAYS = 400;
const STEP_DAYS = 7;

/** What a zone's clocks are ahead of UTC, in milliseconds. */
type Clocks = Pick<TimeZone, 'offsetAt'>;

/** Those of this process and of its host, whatever they are called: without `TZ` or its data they may have no name. */
export const processClocks: Clocks = { offsetAt: (instant) => -new Date(instant).getTimezoneOffset() * MINUTE_MS };

/**
 * The NCRONTAB for the host's timer of a trigger, which only has to call at every occurrence: a host knows one zone, UTC in Azure.
 * So it calls at the minutes and hours that an occurrence may have by any offset of the zone's clocks, some of them in vain. That is
 * twice a day for a daily schedule, not each minute, since each call is paid for. What the host misses, `watchTimers` finds.
 */
export function tickSchedule({ schedule, timeZone }: TimerSchedule, host: Clocks, now: number): string {
  const cron = 'cron' in schedule ? schedule.cron : multiplesOf(schedule.intervalMs / 1_000);
  const ahead = 'cron' in schedule ? offsetsOf(timeZone, now) : [0];
  const shifts = offsetsOf(host, now).flatMap((hostOffset) => ahead.map((offset) => hostOffset - offset));
  if (shifts.every((shift) => shift === 0)) return textOf(cron);
  const times = cron.hours.flatMap((hour) =>
    cron.minutes.flatMap((minute) => shifts.map((shift) => (hour * 60 + minute + shift + 2 * DAY_MINUTES) % DAY_MINUTES)),
  );
  const minutes = ascending(times.map((time) => time % 60));
  const hours = ascending(times.map((time) => Math.floor(time / 60)));
  return textOf({ ...everyDay(), seconds: cron.seconds, minutes, hours });
}

/** Minutes that a zone's clocks are ahead of UTC, now and within the next year. */
function offsetsOf(zone: Clocks, now: number): readonly number[] {
  const times = Array.from({ length: LOOKED_AHEAD_DAYS / STEP_DAYS + 1 }, (_, week) => now + week * STEP_DAYS * DAY_MS);
  return [...new Set(times.map((time) => Math.round(zone.offsetAt(time) / MINUTE_MS)))];
}

/** Times that hold every multiple of an interval since 1970. */
function multiplesOf(intervalSeconds: number): Cron {
  const [seconds, minutes, hours] = CRON_FIELDS;
  const step = divisor(intervalSeconds, 60);
  const minuteStep = step < 60 ? 1 : divisor(intervalSeconds / 60, 60);
  const hourStep = minuteStep < 60 ? 1 : divisor(intervalSeconds / 3_600, 24);
  return {
    ...everyDay(),
    seconds: every(seconds, step),
    minutes: every(minutes, minuteStep),
    hours: every(hours, hourStep),
  };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

function everyDay(): Pick<Cron, 'days' | 'months' | 'weekdays'> {
  const [, , , days, months, weekdays] = CRON_FIELDS;
  return { days: every(days), months: every(months), weekdays: every(weekdays) };
}

function every({ min, max }: CronField, step = 1): readonly number[] {
  return Array.from({ length: Math.floor((max - min) / step) + 1 }, (_, index) => min + index * step);
}

function ascending(values: readonly number[]): readonly number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}

function textOf({ seconds, minutes, hours, days, months, weekdays }: Cron): string {
  const values = [seconds, minutes, hours, days, months, weekdays];
  return CRON_FIELDS.map(({ min, max }, index) => {
    const field = values[index] ?? [];
    return field.length === max - min + 1 ? '*' : field.join(',');
  }).join(' ');
}
