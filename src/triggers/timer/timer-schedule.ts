import { nextOccurrences } from '../schedule/occurrences.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { TimeZone } from '../schedule/time-zone.ts';

const SECOND_MS = 1_000;
/** How many occurrences tell how often a schedule fires. */
const LOOKED_AT = 4;
/** No schedule pauses for longer: a given day of the week comes back to the 29th of February within that time. */
const LONGEST_PAUSE_MS = 41 * 366 * 86_400_000;

/** When a timer trigger fires. */
export interface TimerSchedule {
  readonly schedule: Schedule;
  readonly timeZone: TimeZone;
}

interface Span {
  /** Unix milliseconds, excluded. */
  readonly after: number;
  /** Unix milliseconds, included. */
  readonly until: number;
}

/**
 * The next occurrences after a time, ascending. Those of an interval are its multiples since 1970: whoever asks, and whatever was
 * forgotten, finds the same ones.
 */
export function occurrencesAfter(
  { schedule, timeZone }: TimerSchedule,
  { after, until, count }: { readonly after: number; readonly until?: number; readonly count: number },
): number[] {
  const from = 'intervalMs' in schedule ? Math.floor(after / schedule.intervalMs) * schedule.intervalMs : after;
  return nextOccurrences(schedule, { from, count, timeZone, ...(until === undefined ? {} : { until }) });
}

/** The newest occurrences of a span of time, ascending, and the range of the others. How long the span is makes no difference to the work. */
export function newestOccurrences(
  schedule: TimerSchedule,
  { after, until, limit }: Span & { readonly limit: number },
): { readonly times: readonly number[]; readonly others?: OccurrenceRange } {
  const [first, ...rest] = occurrencesAfter(schedule, { after, until, count: limit + 1 });
  if (first === undefined) return { times: [] };
  if (rest.length < limit) return { times: [first, ...rest] };
  const times: number[] = [];
  for (let last = lastOccurrence(schedule, { after, until }); last !== undefined; ) {
    if (times.length >= limit) return { times, others: { first, last } };
    times.unshift(last);
    last = lastOccurrence(schedule, { after, until: last - 1 });
  }
  return { times };
}

export interface OccurrenceRange {
  readonly first: number;
  readonly last: number;
}

/** The shortest time between occurrences, as far as those after `now` tell. */
export function periodMs(schedule: TimerSchedule, now: number): number {
  const times = occurrencesAfter(schedule, { after: now, count: LOOKED_AT });
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}

/** The occurrence before a time; null if there was none. */
export function occurrenceBefore(schedule: TimerSchedule, time: number): number | null {
  return lastOccurrence(schedule, { after: Math.max(0, time - LONGEST_PAUSE_MS), until: time - 1 }) ?? null;
}

function lastOccurrence(schedule: TimerSchedule, { after, until }: Span): number | undefined {
  const next = (from: number) => occurrencesAfter(schedule, { after: from, until, count: 1 })[0];
  if (until <= after || next(after) === undefined) return undefined;
  // Nothing comes between `low` and the answer but what `low` itself still has before it.
  let [low, high] = [after, until];
  while (high - low > SECOND_MS) {
    const middle = Math.floor((low + high) / 2);
    if (next(middle) === undefined) high = middle;
    else low = middle;
  }
  return next(low);
}
