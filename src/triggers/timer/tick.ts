import { isoTime } from '../../expression/time.ts';
import { DependencyUnavailableError } from '../../ports/errors.ts';
import type { RunStore } from '../../ports/run-store.ts';
import type { Trigger } from '../trigger.ts';
import { type DueNow, decide, lookAt } from './decide.ts';
import type { PassedOver, PlannedOccurrence, RefusedOccurrence, ScheduleState, ScheduleStates } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { type StartDependencies, startOccurrence } from './start-occurrence.ts';

export interface TickDependencies extends StartDependencies {
  readonly schedules: ScheduleStates;
  /** What this process itself has started, by trigger: it need not be started again. */
  readonly startedHere: Map<string, string>;
  /** Unix milliseconds. */
  readonly processStartedAt: number;
}

/** What was decided by another process is left to it for so long. */
const LEFT_ALONE_MS = 10_000;
/** Whoever decided and died is followed within a minute, so what is older is a relic; its run may have been purged since. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 3_600_000;
/** Each race that is lost was won by somebody whose decision counts. */
const MAX_RACES = 10;

/**
 * Starts the runs of those occurrences of a trigger that are due, once each, however many workers are called at a time: one
 * conditional write decides, then the decision is carried out. Whoever dies in between is followed by the next call. Costs one read,
 * and one write if anything is due. Whatever a store throws goes through; nothing is lost by it.
 */
export async function tick(trigger: Trigger<TimerSource>, dependencies: TickDependencies): Promise<void> {
  const { schedules, clock, startedHere, processStartedAt } = dependencies;
  for (let race = 0; race < MAX_RACES; race += 1) {
    const stored = await schedules.read(trigger.name);
    const left = stored === undefined ? [] : await followUp(stored.state, trigger, dependencies);
    const state = stored === undefined ? undefined : { ...stored.state, starting: left };
    const look = lookAt(state, trigger, { now: clock.now(), processStartedAt });
    const decision = decide(look, trigger, await isBusy(look, trigger, dependencies.runs));
    if (!decision.isChange) return;
    if (await schedules.write(trigger.name, decision.state, stored)) {
      tellPassedOver(decision.passedOver, decision.state, trigger, dependencies);
      await carryOut(decision.starting, decision.state, trigger, dependencies);
      if (left.length === 0) startedHere.set(trigger.name, fingerprint(decision.state));
      return;
    }
  }
  throw new DependencyUnavailableError(`The state of the trigger '${trigger.name}' was changed by others ${MAX_RACES} times.`);
}

/** Whether a decision of this state may still have to be carried out by somebody else than who made it. */
export function isLeft(
  trigger: string,
  state: ScheduleState,
  { startedHere, clock }: Pick<TickDependencies, 'startedHere' | 'clock'>,
) {
  const isOpen = state.starting.length > 0 && startedHere.get(trigger) !== fingerprint(state);
  return isOpen && clock.now() - state.decidedAt >= LEFT_ALONE_MS;
}

/** Carries out what a process that died had decided. @returns what another one may be at work on */
async function followUp(
  state: ScheduleState,
  trigger: Trigger<TimerSource>,
  dependencies: TickDependencies,
): Promise<readonly PlannedOccurrence[]> {
  const { startedHere, log, clock } = dependencies;
  if (startedHere.get(trigger.name) === fingerprint(state)) return [];
  if (!isLeft(trigger.name, state, dependencies)) return state.starting;
  if (clock.now() - state.decidedAt > FORGOTTEN_AFTER_MS) {
    const occurrences = state.starting.map(({ time }) => isoTime(time));
    log('warn', 'occurrences were decided too long ago to be started again', { trigger: trigger.name, occurrences });
  } else {
    await carryOut(state.starting, state, trigger, dependencies);
  }
  startedHere.set(trigger.name, fingerprint(state));
  return [];
}

function fingerprint({ decidedAt, starting }: ScheduleState): string {
  return JSON.stringify([decidedAt, starting.map(({ time, requestKey }) => [time, requestKey])]);
}

/** Whether the trigger's last run has yet to end, if that makes a difference. */
export async function isBusy(
  { state, due }: Pick<DueNow, 'state' | 'due'>,
  { source }: Trigger<TimerSource>,
  runs: RunStore,
): Promise<boolean> {
  if (source.overlap === 'allow' || due.length + state.queued.length === 0) return false;
  if (state.starting.length > 0) return true;
  if (state.lastRunId === undefined) return false;
  const run = await runs.read(state.lastRunId);
  return run !== null && run.finishedAt === undefined;
}

/** Oldest first, one after the other: a hundred of them must not meet the stores at once. */
async function carryOut(
  starting: readonly PlannedOccurrence[],
  state: ScheduleState,
  trigger: Trigger<TimerSource>,
  dependencies: TickDependencies,
): Promise<void> {
  let refused: RefusedOccurrence | undefined;
  for (const occurrence of starting) {
    const start = await startOccurrence(occurrence, trigger, dependencies);
    if (start.kind !== 'rejected') continue;
    refused = { time: occurrence.time, code: start.rejection.code, message: start.rejection.message };
  }
  if (refused !== undefined) await noteRefused(refused, state, trigger, dependencies);
}

/** So that whoever asks how the trigger does is told. If somebody else writes meanwhile, it stays in the log only. */
async function noteRefused(
  lastRefused: RefusedOccurrence,
  { decidedAt }: ScheduleState,
  { name }: Trigger<TimerSource>,
  { schedules }: TickDependencies,
): Promise<void> {
  const stored = await schedules.read(name);
  if (stored?.state.decidedAt === decidedAt) await schedules.write(name, { ...stored.state, lastRefused }, stored);
}

function tellPassedOver(
  passedOver: readonly PassedOver[],
  { lastRunId }: ScheduleState,
  { name, source }: Trigger<TimerSource>,
  { log }: TickDependencies,
): void {
  const why = {
    late: 'occurrences were missed and have no run',
    overlap: 'occurrences have no run, since the run before them has not ended',
    queue_full: 'occurrences have no run, since too many wait already',
  };
  for (const { first, last, reason } of passedOver) {
    const bounds = {
      late: { catchUp: source.catchUp, limit: source.maxCatchUp },
      overlap: {},
      queue_full: { limit: source.maxQueued },
    };
    const before = reason === 'overlap' && lastRunId !== undefined ? { runId: lastRunId } : {};
    log('warn', why[reason], { trigger: name, first: isoTime(first), last: isoTime(last), ...bounds[reason], ...before });
  }
}
