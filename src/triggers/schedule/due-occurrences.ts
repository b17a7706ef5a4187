import { isoTime } from '../../expression/time.ts';
import { nextOccurrences } from './occurrences.ts';
import type { Schedule } from './schedule.ts';
import type { TimeZone } from './time-zone.ts';

const SECOND_MS = 1_000;

interface DueOptions {
  /** The last occurrence that was dealt with, Unix milliseconds. */
  readonly after: number;
  readonly now: number;
  readonly timeZone?: TimeZone | undefined;
}

interface CatchUpOptions extends DueOptions {
  /** Until it is older than this, an occurrence is on time and fires anyway. */
  readonly graceMs: number;
  /** Which of those that are late fire all the same: none, the newest (unless one is on time), or all. */
  readonly catchUp: 'skip' | 'latest' | 'all';
  /** How many may fire now. The others are due when asked again. */
  readonly limit: number;
}

interface DueOccurrences {
  /** What to fire, oldest first. */
  readonly due: readonly number[];
  /** Up to where everything is dealt with once those have fired: `after` of the next look. */
  readonly doneUntil: number;
  /** The first and the last of the late ones that are passed over. */
  readonly skipped?: { readonly first: number; readonly last: number };
}

/** Which occurrences of a schedule fire now. For how long nobody has looked makes no difference to the work. */
export function dueOccurrences(schedule: Schedule, options: CatchUpOptions): DueOccurrences {
  const { after, now, timeZone, graceMs, catchUp, limit } = options;
  const late = catchUp === 'all' ? undefined : lastOccurrence(schedule, { ...options, now: now - graceMs - 1 });
  const due = nextOccurrences(schedule, { from: late ?? after, until: now, count: limit, timeZone });
  if (late === undefined) return { due, doneUntil: due.at(-1) ?? after };
  const isMadeUpFor = catchUp === 'latest' && due.length === 0;
  const [first = late] = nextOccurrences(schedule, { from: after, count: 1, timeZone });
  const last = isMadeUpFor ? lastOccurrence(schedule, { ...options, now: late - 1 }) : late;
  return {
    due: isMadeUpFor ? [late] : due,
    doneUntil: due.at(-1) ?? late,
    ...(last === undefined ? {} : { skipped: { first, last } }),
  };
}

/** The first occurrence that should have fired more than `graceMs` ago and has not; undefined while the schedule is as it should be. */
export function silentSince(schedule: Schedule, options: DueOptions & { readonly graceMs: number }): number | undefined {
  const { after, now, timeZone, graceMs } = options;
  const [next] = nextOccurrences(schedule, { from: after, until: now - graceMs - 1, count: 1, timeZone });
  return next;
}

/** The key of the event that an occurrence is: whoever fires it, and however often, it is the same. */
export function occurrenceKey(trigger: string, scheduledTime: number): string {
  return `${trigger}/${isoTime(scheduledTime)}`;
}

/** The newest occurrence after `after` that is not later than `now`. */
function lastOccurrence(schedule: Schedule, { after, now, timeZone }: DueOptions): number | undefined {
  if ('intervalMs' in schedule) {
    const count = Math.floor((now - after) / schedule.intervalMs);
    return count < 1 ? undefined : after + count * schedule.intervalMs;
  }
  const next = (from: number) => nextOccurrences(schedule, { from, count: 1, timeZone })[0] ?? Number.POSITIVE_INFINITY;
  if (next(after) > now) return undefined;
  let [low, high] = [after, now];
  while (high - low > SECOND_MS) {
    const middle = Math.floor((low + high) / 2);
    if (next(middle) <= now) low = middle;
    else high = middle;
  }
  return next(low);
}
