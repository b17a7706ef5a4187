import { isoTime } from '../../expression/time.ts';
import type { Trigger } from '../trigger.ts';
import type { PlannedOccurrence, RefusedOccurrence, ScheduleState, ScheduleStates } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { type StartDependencies, startOccurrence } from './start-occurrence.ts';

export interface CarryOutDependencies extends StartDependencies {
  readonly schedules: ScheduleStates;
  /** What this process itself has started, by trigger: it need not be started again. */
  readonly startedHere: Map<string, string>;
}

/** What was decided by another process is left to it for so long. */
const LEFT_ALONE_MS = 10_000;
/** Whoever decided and died is followed within a minute, so what is older is a relic; its run may have been purged since. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;

/** Starts what was decided. Oldest first, one after the other: a hundred of them must not meet the stores at once. */
export async function carryOut(
  starting: readonly PlannedOccurrence[],
  state: ScheduleState,
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
): Promise<void> {
  let refused: RefusedOccurrence | undefined;
  for (const occurrence of starting) {
    const start = await startOccurrence(occurrence, trigger, dependencies);
    if (start.kind !== 'rejected') continue;
    refused = { time: occurrence.time, code: start.rejection.code, message: start.rejection.message };
  }
  if (refused !== undefined) await noteRefused(refused, state, trigger, dependencies);
}

/** Carries out what a process that died had decided. @returns what another one may be at work on */
export async function followUp(
  state: ScheduleState,
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
): Promise<readonly PlannedOccurrence[]> {
  const { startedHere, log, clock } = dependencies;
  if (isStartedHere(trigger.name, state, startedHere)) return [];
  if (!isLeft(trigger.name, state, dependencies)) return state.starting;
  if (clock.now() - state.decidedAt > FORGOTTEN_AFTER_MS) {
    const occurrences = state.starting.map(({ time }) => isoTime(time));
    log('warn', 'occurrences were decided too long ago to be started again', { trigger: trigger.name, occurrences });
  } else {
    await carryOut(state.starting, state, trigger, dependencies);
  }
  noteStarted(trigger.name, state, startedHere);
  return [];
}

/** Whether a decision of this state may still have to be carried out by somebody else than who made it. */
export function isLeft(
  trigger: string,
  state: ScheduleState,
  { startedHere, clock }: Pick<CarryOutDependencies, 'startedHere' | 'clock'>,
): boolean {
  return !isStartedHere(trigger, state, startedHere) && clock.now() - state.decidedAt >= LEFT_ALONE_MS;
}

/** Remembers that all this state had to start is started. */
export function noteStarted(trigger: string, state: ScheduleState, startedHere: Map<string, string>): void {
  startedHere.set(trigger, fingerprint(state));
}

function isStartedHere(trigger: string, state: ScheduleState, startedHere: ReadonlyMap<string, string>): boolean {
  return state.starting.length === 0 || startedHere.get(trigger) === fingerprint(state);
}

function fingerprint({ decidedAt, starting }: ScheduleState): string {
  return JSON.stringify([decidedAt, starting.map(({ time, requestKey }) => [time, requestKey])]);
}

/** So that whoever asks how the trigger does is told. If somebody else writes meanwhile, it stays in the log only. */
async function noteRefused(
  lastRefused: RefusedOccurrence,
  { decidedAt }: ScheduleState,
  { name }: Trigger<TimerSource>,
  { schedules }: CarryOutDependencies,
): Promise<void> {
  const stored = await schedules.read(name);
  if (stored?.state.decidedAt === decidedAt) await schedules.write(name, { ...stored.state, lastRefused }, stored);
}
