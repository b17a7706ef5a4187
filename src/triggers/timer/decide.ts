import { canonicalHash } from '../../canonical-json.ts';
import type { Trigger } from '../trigger.ts';
import { type DueOccurrences, dueOccurrences } from './due-occurrences.ts';
import { occurrenceRunId } from './occurrence-event.ts';
import type { PassedOver, PassedOverReason, PlannedOccurrence, QueuedOccurrence, ScheduleState } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import type { TimerSchedule } from './timer-schedule.ts';

interface LookSettings {
  readonly now: number;
  /** When this process started, Unix milliseconds: where a schedule begins that was never seen before. */
  readonly processStartedAt: number;
}

export interface DueNow extends DueOccurrences {
  readonly state: ScheduleState;
  /** The schedule was never seen before, or was another one. */
  readonly isNew: boolean;
}

export interface Decision {
  readonly state: ScheduleState;
  /** What is to be started now; part of `state.starting`, which may hold some of before as well. */
  readonly starting: readonly PlannedOccurrence[];
  readonly passedOver: readonly PassedOver[];
  /** Whether there is anything to store. */
  readonly isChange: boolean;
}

/** Names a schedule and its zone, so that a change of them can be told. */
export function scheduleName({ schedule, timeZone }: TimerSchedule): string {
  return canonicalHash({ schedule, timeZone: timeZone.name }).slice(0, 16);
}

/**
 * Which of a trigger's occurrences are due. A schedule that was never seen before, or was changed, has none of the time before this
 * process: what would have been due then, nobody asked for.
 */
export function lookAt(
  state: ScheduleState | undefined,
  { source }: Trigger<TimerSource>,
  { now, processStartedAt }: LookSettings,
): DueNow {
  const schedule = scheduleName(source);
  const isNew = state?.schedule !== schedule;
  const after = decidedUntil(state, source, { processStartedAt });
  const known = { starting: [], queued: [], ...state, schedule, decidedUntil: after, decidedAt: now };
  return { state: known, isNew, ...dueOccurrences(source, { after, now, catchUp: source.catchUp, limit: source.maxCatchUp }) };
}

/** Up to where nothing is to be decided any more. */
export function decidedUntil(
  state: ScheduleState | undefined,
  source: TimerSchedule,
  { processStartedAt }: Pick<LookSettings, 'processStartedAt'>,
): number {
  const isKnown = state !== undefined && state.schedule === scheduleName(source);
  return isKnown ? state.decidedUntil : Math.max(state?.decidedUntil ?? 0, processStartedAt);
}

/** Which of the occurrences that are due or wait start now; `isBusy`: the run before them has not ended. */
export function decide(
  { state, due, decidedUntil: until, passedOver: late, isNew }: DueNow,
  { name, source }: Trigger<TimerSource>,
  isBusy: boolean,
): Decision {
  const { starting, queued, overlapping } = order([...state.queued, ...due], source, isBusy);
  const planned = chain(starting, state);
  const last = planned.at(-1);
  const passedOver = [
    ...(late === undefined ? [] : [{ ...late, reason: 'late' as const }]),
    ...rangeOf(overlapping, source.overlap === 'queue' ? 'queue_full' : 'overlap'),
  ];
  const lastPassedOver = passedOver.at(-1);
  return {
    state: {
      ...state,
      decidedUntil: until,
      starting: [...state.starting, ...planned],
      queued,
      ...(last === undefined ? {} : { lastStarted: last.time, lastRunId: occurrenceRunId(name, last) }),
      ...(lastPassedOver === undefined ? {} : { lastPassedOver }),
    },
    starting: planned,
    passedOver,
    isChange: isNew || until > state.decidedUntil || planned.length > 0 || queued.length !== state.queued.length,
  };
}

interface Order {
  readonly starting: readonly QueuedOccurrence[];
  readonly queued: readonly QueuedOccurrence[];
  /** What neither starts nor waits. */
  readonly overlapping: readonly QueuedOccurrence[];
}

function order(line: readonly QueuedOccurrence[], { overlap, maxQueued }: TimerSource, isBusy: boolean): Order {
  if (overlap === 'allow') return { starting: line, queued: [], overlapping: [] };
  const starting = isBusy ? [] : line.slice(0, 1);
  const rest = line.slice(starting.length);
  const places = overlap === 'queue' ? maxQueued : 0;
  return { starting, queued: rest.slice(0, places), overlapping: rest.slice(places) };
}

function chain(
  occurrences: readonly QueuedOccurrence[],
  { lastStarted, decidedAt }: ScheduleState,
): readonly PlannedOccurrence[] {
  return occurrences.map(({ time, isCatchUp }, index) => ({
    time,
    previousTime: occurrences[index - 1]?.time ?? lastStarted ?? null,
    isCatchUp,
    decidedAt,
  }));
}

function rangeOf(occurrences: readonly QueuedOccurrence[], reason: PassedOverReason): readonly PassedOver[] {
  const [first, last] = [occurrences[0], occurrences.at(-1)];
  return first === undefined || last === undefined ? [] : [{ first: first.time, last: last.time, reason }];
}
