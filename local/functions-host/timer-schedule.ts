import { type Ncrontab, NcrontabError, nextWallTime, parseNcrontab } from './ncrontab.ts';
import { timeSpanMs } from './time-span.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** The real host looks at this many occurrences to tell how often a schedule fires. */
const OCCURRENCES_LOOKED_AT = 10;

/** When a timer fires, in the zone of this process. */
export interface TimerSchedule {
  /** The first time after `after`, Unix milliseconds; undefined if there is none. */
  next(after: number): number | undefined;
}

/**
 * Parses an NCRONTAB expression or an interval (`hh:mm:ss`, `d.hh:mm:ss`).
 *
 * @throws NcrontabError
 */
export function parseTimerSchedule(text: string): TimerSchedule {
  const intervalMs = timeSpanMs(text);
  if (intervalMs === undefined) {
    const ncrontab = parseNcrontab(text);
    return { next: (after) => nextOccurrence(ncrontab, after) };
  }
  if (intervalMs === 0) throw new NcrontabError(text, 'the interval is zero');
  return { next: (after) => after + intervalMs };
}

/** Whether the schedule ever fires twice within a minute; such a timer is not monitored. */
export function isMoreFrequentThanMinutely(schedule: TimerSchedule, now: number): boolean {
  let earlier = schedule.next(now);
  for (let count = 1; count < OCCURRENCES_LOOKED_AT && earlier !== undefined; count += 1) {
    const later = schedule.next(earlier);
    if (later !== undefined && later - earlier < MINUTE_MS) return true;
    earlier = later;
  }
  return false;
}

function nextOccurrence(ncrontab: Ncrontab, after: number): number | undefined {
  const wall = nextWallTime(ncrontab, toWall(after));
  return wall === undefined ? undefined : toInstant(wall);
}

function toWall(instant: number): number {
  return instant - new Date(instant).getTimezoneOffset() * MINUTE_MS;
}

/** A time skipped in spring counts by the offset before it (02:30 fires at 03:30); one repeated in autumn is its second. */
function toInstant(wall: number): number {
  const at = new Date(wall);
  const instant = new Date(
    at.getUTCFullYear(),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ).getTime();
  const hourLater = instant + HOUR_MS;
  return toWall(hourLater) === wall ? hourLater : instant;
}
