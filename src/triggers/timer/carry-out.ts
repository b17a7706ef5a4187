import { isoTime } from '../../expression/time.ts';
import type { Trigger } from '../trigger.ts';
import { occurrenceRunId } from './occurrence-event.ts';
import type { PlannedOccurrence, RefusedOccurrence, ScheduleState, ScheduleStates } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { type StartDependencies, startOccurrence } from './start-occurrence.ts';
import type { StartedHere } from './started-here.ts';

export interface CarryOutDependencies extends StartDependencies {
  readonly schedules: ScheduleStates;
  readonly startedHere: StartedHere;
  /** Unix milliseconds. */
  readonly processStartedAt: number;
}

/** What another process has decided is left to it for so long. */
const LEFT_ALONE_MS = 10_000;
/** After this, what is started is taken off the list, which otherwise waits for the next occurrence. */
const LISTED_FOR_MS = 3_600_000;
/** Runs are kept for a day at least: that there is none of a younger decision means that there was none. */
const FORGOTTEN_AFTER_MS = 20 * 3_600_000;

/** Starts what was decided. Oldest first, one after the other: a hundred of them must not meet the stores at once. */
export async function carryOut(
  starting: readonly PlannedOccurrence[],
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
): Promise<void> {
  let refused: RefusedOccurrence | undefined;
  for (const occurrence of starting) {
    const start = await startOccurrence(occurrence, trigger, dependencies);
    dependencies.startedHere.add(trigger.name, occurrence);
    if (start.kind !== 'rejected') continue;
    refused = { time: occurrence.time, code: start.rejection.code, message: start.rejection.message };
  }
  if (refused !== undefined) await noteRefused(refused, trigger, dependencies);
}

/** Carries out what a process that died had decided. @returns what another one may be at work on */
export async function followUp(
  { starting }: ScheduleState,
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
): Promise<readonly PlannedOccurrence[]> {
  const { startedHere, log, clock, runs } = dependencies;
  const open = starting.filter((occurrence) => !startedHere.has(trigger.name, occurrence));
  const left = open.filter((occurrence) => isLeft(occurrence, dependencies));
  for (const occurrence of left) {
    const run = await runs.read(occurrenceRunId(trigger.name, occurrence));
    const isForgotten = run === null && clock.now() - occurrence.decidedAt > FORGOTTEN_AFTER_MS;
    if (isForgotten) {
      const facts = { trigger: trigger.name, scheduledTime: isoTime(occurrence.time) };
      log('warn', 'an occurrence was decided so long ago that its run may have been and gone; nobody starts it again', facts);
    }
    // A run that is stored and not yet at work is the business of the sweep over all runs.
    if (run === null && !isForgotten) await carryOut([occurrence], trigger, dependencies);
    else startedHere.add(trigger.name, occurrence);
  }
  startedHere.keepOnly(trigger.name, starting);
  return open.filter((occurrence) => !left.includes(occurrence));
}

/** Whether this state lists what somebody else than who decided it has to carry out. */
export function hasLeft({ starting }: ScheduleState, trigger: Trigger<TimerSource>, dependencies: CarryOutDependencies): boolean {
  const { startedHere } = dependencies;
  return starting.some((one) => !startedHere.has(trigger.name, one) && isLeft(one, dependencies));
}

/** Whether this state lists what has been started long ago, and could be taken for something left once its run is purged. */
export function hasOutlived({ starting }: ScheduleState, now: number): boolean {
  return starting.some(({ decidedAt }) => now - decidedAt >= LISTED_FOR_MS);
}

/** What is older than this process was left by one that died, or is at work in another one: starting it again does no harm. */
function isLeft(
  { decidedAt }: PlannedOccurrence,
  { clock, processStartedAt }: Pick<CarryOutDependencies, 'clock' | 'processStartedAt'>,
): boolean {
  return decidedAt < processStartedAt || clock.now() - decidedAt >= LEFT_ALONE_MS;
}

/** So that whoever asks how the trigger does is told. If somebody else writes meanwhile, it stays in the log only. */
async function noteRefused(
  lastRefused: RefusedOccurrence,
  { name }: Trigger<TimerSource>,
  { schedules }: CarryOutDependencies,
): Promise<void> {
  const stored = await schedules.read(name);
  if (stored !== undefined) await schedules.write(name, { ...stored.state, lastRefused }, stored);
}
