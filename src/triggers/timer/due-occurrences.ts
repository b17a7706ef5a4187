import { newestOccurrences, type OccurrenceRange, occurrencesAfter, periodMs, type TimerSchedule } from './timer-schedule.ts';

/** What becomes of occurrences that nobody was there for: nothing, a run for the newest, or a run for each. */
export type CatchUp = 'skip' | 'latest' | 'all';

/** An occurrence that is no older than this is on time. */
const ON_TIME_AT_LEAST_MS = 2 * 60_000;
const ON_TIME_AT_MOST_MS = 10 * 60_000;
const EARLY_AT_MOST_MS = 1_000;

export interface DueOccurrence {
  /** Unix milliseconds. */
  readonly time: number;
  readonly isCatchUp: boolean;
}

export interface DueOccurrences {
  /** Ascending. */
  readonly due: readonly DueOccurrence[];
  /** Up to where nothing is due any more once those are dealt with. */
  readonly decidedUntil: number;
  /** Those that were missed and are left. */
  readonly passedOver?: OccurrenceRange;
}

interface DueOptions {
  /** Up to where occurrences were dealt with before. */
  readonly after: number;
  readonly now: number;
  readonly catchUp: CatchUp;
  /** How many may be due at once; the newest are. */
  readonly limit: number;
}

/**
 * Which occurrences are due. One is on time for a period of its schedule, at least two minutes and at most ten: a host that has to
 * be woken, or that takes a timer over from another one, needs as long. A host that calls a moment too early is in time as well.
 */
export function dueOccurrences(schedule: TimerSchedule, { after, now, catchUp, limit }: DueOptions): DueOccurrences {
  const [next] = occurrencesAfter(schedule, { after, until: now + EARLY_AT_MOST_MS, count: 1 });
  if (next === undefined) return { due: [], decidedUntil: after };
  const period = periodMs(schedule, now);
  const lateBefore = now - Math.min(ON_TIME_AT_MOST_MS, Math.max(ON_TIME_AT_LEAST_MS, period));
  const until = now + Math.min(EARLY_AT_MOST_MS, period / 4);
  const onTime = newestOccurrences(schedule, { after: Math.max(after, lateBefore - 1), until, limit });
  const wanted = { skip: 0, latest: onTime.times.length === 0 ? 1 : 0, all: limit - onTime.times.length }[catchUp];
  const late = newestOccurrences(schedule, { after, until: lateBefore - 1, limit: wanted });
  const due = [
    ...late.times.map((time) => ({ time, isCatchUp: true })),
    ...onTime.times.map((time) => ({ time, isCatchUp: false })),
  ];
  const first = late.others?.first ?? onTime.others?.first;
  const last = onTime.others?.last ?? late.others?.last;
  return {
    due,
    decidedUntil: Math.max(after, due.at(-1)?.time ?? after, last ?? after),
    ...(first === undefined || last === undefined ? {} : { passedOver: { first, last } }),
  };
}

/**
 * Since when a schedule is silent: the first occurrence that nobody dealt with, if it was more than `silentAfterMs` ago, or (without
 * that) if the one after it is over as well. A schedule that has been looked at in time is not silent.
 */
export function silentSince(
  schedule: TimerSchedule,
  { after, now, silentAfterMs }: { readonly after: number; readonly now: number; readonly silentAfterMs?: number | undefined },
): number | undefined {
  const until = now - (silentAfterMs ?? ON_TIME_AT_LEAST_MS);
  const [first, second] = occurrencesAfter(schedule, { after, until, count: 2 });
  return silentAfterMs === undefined && second === undefined ? undefined : first;
}
