import type { Cron } from './schedule.ts';

/**
 * Wall times are milliseconds of a calendar without time zone, as `Date.UTC` counts them: what a clock on the wall shows, whatever
 * the place.
 */

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
/** A given day of the week comes back to the 29th of February within 40 years, even where a century has no leap day. */
const HORIZON_MS = 41 * 366 * DAY_MS;
/** Times end with the year 9999, as the host's do. */
const LAST_DAY = Date.UTC(9999, 11, 31);

/** The first wall time of a schedule at or after `from`; undefined if there is none up to the year 9999. */
export function nextWallTime(cron: Cron, from: number): number | undefined {
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  const todayAt = fitsDay(cron, new Date(today)) ? nextTimeOfDay(cron, Math.ceil((from - today) / SECOND_MS)) : undefined;
  if (todayAt !== undefined) return today + todayAt * SECOND_MS;
  const day = nextDay(cron, today + DAY_MS);
  const dayAt = nextTimeOfDay(cron, 0);
  return day === undefined || dayAt === undefined ? undefined : day + dayAt * SECOND_MS;
}

function fitsDay({ days, months, weekdays }: Cron, date: Date): boolean {
  return months.includes(date.getUTCMonth() + 1) && days.includes(date.getUTCDate()) && weekdays.includes(date.getUTCDay());
}

function nextDay(cron: Cron, from: number): number | undefined {
  const end = Math.min(from + HORIZON_MS, LAST_DAY);
  for (let day = from; day <= end; ) {
    const date = new Date(day);
    if (fitsDay(cron, date)) return day;
    const isMonth = cron.months.includes(date.getUTCMonth() + 1);
    day = isMonth ? day + DAY_MS : Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  }
  return undefined;
}

/** Seconds since midnight. */
function nextTimeOfDay({ hours, minutes, seconds }: Cron, from: number): number | undefined {
  for (const hour of hours) {
    if ((hour + 1) * 3_600 <= from) continue;
    for (const minute of minutes) {
      const start = hour * 3_600 + minute * 60;
      const second = start + 60 <= from ? undefined : seconds.find((value) => start + value >= from);
      if (second !== undefined) return start + second;
    }
  }
  return undefined;
}
