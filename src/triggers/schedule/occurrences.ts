import type { Cron, Schedule } from './schedule.ts';
import { TimeZone, type ZoneSpan } from './time-zone.ts';
import { nextWallTime } from './wall-time.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const TWO_DAYS_MS = 2 * DAY_MS;
/** The end of the year 9999, beyond which the host knows no time. */
const LAST = Date.UTC(10_000, 0) - 1;

interface OccurrenceOptions {
  /** Unix milliseconds; occurrences are later than that. An interval counts from it, as the host counts from its last run. */
  readonly from: number;
  /** Unix milliseconds, included; by default the end of the year 9999. */
  readonly until?: number;
  /** How many, at most. */
  readonly count: number;
  /** UTC, unless it is given. */
  readonly timeZone?: TimeZone | undefined;
}

/**
 * The next times at which a schedule fires, in Unix milliseconds, ascending.
 *
 * Where the clocks of the zone are put forward, the times that are skipped count as one: the first of them fires, later by as much
 * as was skipped, so 02:30 at 03:30. Where they are put back, a time that comes twice fires the first time. Only a schedule that
 * runs on through the hours (one whose hours, minutes or seconds have neighbours, as in `*` or `1-5`) fires in both. So does the
 * host, which counts on from its last run; here, which times those are never depends on `from`.
 */
export function nextOccurrences(schedule: Schedule, { from, until = LAST, count, timeZone }: OccurrenceOptions): number[] {
  const times: number[] = [];
  if (count < 1) return times;
  for (const time of 'cron' in schedule
    ? calendarTimes(schedule.cron, from, timeZone)
    : intervalTimes(schedule.intervalMs, from)) {
    if (time > until) break;
    times.push(time);
    if (times.length >= count) break;
  }
  return times;
}

/** The wall time, skipped at the beginning of a span, that counts for all that are skipped there; undefined if none is. */
export function skippedWallTime(cron: Cron, { start, offset, offsetBefore }: ZoneSpan): number | undefined {
  if (offset <= offsetBefore) return undefined;
  const wall = nextWallTime(cron, start + offsetBefore);
  return wall !== undefined && wall < start + offset ? wall : undefined;
}

function* intervalTimes(intervalMs: number, from: number): Generator<number> {
  for (let time = from + intervalMs; time <= LAST; time += intervalMs) yield time;
}

function* calendarTimes(cron: Cron, after: number, timeZone = TimeZone.UTC): Generator<number> {
  let from = Math.floor(after / SECOND_MS) * SECOND_MS + SECOND_MS;
  let span = timeZone.spanAround(from);
  for (;;) {
    const moved = movedTime(cron, span, from);
    const regular = regularTime(cron, span, from);
    const next = Math.min(moved ?? LAST + 1, regular ?? LAST + 1);
    if (next < span.end && next <= LAST) {
      yield next;
      from = next + SECOND_MS;
    } else if (span.endsWithChange) {
      from = span.end;
    } else if (regular === undefined) {
      return;
    } else {
      from = Math.max(span.end, quietUntil(cron, span));
    }
    if (from > LAST) return;
    if (from >= span.end) span = timeZone.spanAround(from);
  }
}

/** Nothing is due before, whatever happens to the clocks on the way: put back, they show times of the day before once more. */
function quietUntil(cron: Cron, { end, offset }: ZoneSpan): number {
  const wall = nextWallTime(cron, end + offset - DAY_MS);
  return wall === undefined ? end : wall - offset - TWO_DAYS_MS;
}

function movedTime(cron: Cron, span: ZoneSpan, from: number): number | undefined {
  const wall = skippedWallTime(cron, span);
  return wall === undefined || wall - span.offsetBefore < from ? undefined : wall - span.offsetBefore;
}

function regularTime(cron: Cron, { start, offset, offsetBefore }: ZoneSpan, from: number): number | undefined {
  const fromWall = from + offset;
  const wall = nextWallTime(cron, runsThrough(cron) ? fromWall : Math.max(fromWall, start + offsetBefore));
  return wall === undefined ? undefined : wall - offset;
}

/** Whether a schedule means "every so often" rather than certain times of a day, by the host's measure. */
function runsThrough({ hours, minutes, seconds }: Cron): boolean {
  return [hours, minutes, seconds].some((values) => values.some((value, index) => values[index + 1] === value + 1));
}
