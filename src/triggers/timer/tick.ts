import { isoTime } from '../../expression/time.ts';
import { DependencyUnavailableError } from '../../ports/errors.ts';
import type { RunStore } from '../../ports/run-store.ts';
import type { Trigger } from '../trigger.ts';
import { type CarryOutDependencies, carryOut, followUp, hasOutlived } from './carry-out.ts';
import { type DueNow, decide, lookAt } from './decide.ts';
import type { PassedOver, ScheduleState, StoredSchedule } from './schedule-state.ts';
import type { TimerSource } from './source.ts';

/** Each race that is lost was won by somebody whose decision counts. */
const MAX_RACES = 10;

/**
 * Starts the runs of those occurrences of a trigger that are due, once each, however many workers are called at a time: one
 * conditional write decides, then the decision is carried out. Whoever dies in between is followed by the next call. Costs one read,
 * and one write if anything is due. Whatever a store throws goes through; nothing is lost by it.
 */
export function tick(trigger: Trigger<TimerSource>, dependencies: CarryOutDependencies): Promise<void> {
  return onState(trigger, dependencies, async (look, stored) => {
    const isWanted = trigger.source.overlap !== 'allow' && look.due.length + look.state.queued.length > 0;
    const decision = decide(look, trigger, isWanted && (await isBusy(look.state, dependencies.runs)));
    const isOverlong = stored !== undefined && hasOutlived(stored.state, dependencies.clock.now());
    if (!decision.isChange && !isOverlong) return { result: undefined };
    if (!(await dependencies.schedules.write(trigger.name, decision.state, stored))) return undefined;
    tellPassedOver(decision.passedOver, decision.state, trigger, dependencies);
    await carryOut(decision.starting, trigger, dependencies);
    return { result: undefined };
  });
}

/** Does something that builds on a trigger's state, again if somebody else changes the state meanwhile (`undefined`). */
export async function onState<Result>(
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
  work: (look: DueNow, stored: StoredSchedule | undefined) => Promise<{ readonly result: Result } | undefined>,
): Promise<Result> {
  const { schedules, clock, processStartedAt } = dependencies;
  for (let race = 0; race < MAX_RACES; race += 1) {
    const stored = await schedules.read(trigger.name);
    const state = stored && { ...stored.state, starting: await followUp(stored.state, trigger, dependencies) };
    const done = await work(lookAt(state, trigger, { now: clock.now(), processStartedAt }), stored);
    if (done !== undefined) return done.result;
  }
  throw new DependencyUnavailableError(`The state of the trigger '${trigger.name}' was changed by others ${MAX_RACES} times.`);
}

/** Whether the trigger's last run has yet to end, or another process may be about to start it. */
export async function isBusy({ starting, lastRunId }: ScheduleState, runs: RunStore): Promise<boolean> {
  if (lastRunId === undefined) return false;
  const run = await runs.read(lastRunId);
  return run === null ? starting.length > 0 : run.finishedAt === undefined;
}

function tellPassedOver(
  passedOver: readonly PassedOver[],
  { lastRunId }: ScheduleState,
  { name, source }: Trigger<TimerSource>,
  { log }: CarryOutDependencies,
): void {
  const why = {
    late: 'occurrences were missed and have no run',
    overlap: 'occurrences have no run, since the run before them has not ended',
    queue_full: 'occurrences have no run, since too many wait already',
  };
  const bounds = {
    late: { catchUp: source.catchUp, limit: source.maxCatchUp },
    overlap: {},
    queue_full: { limit: source.maxQueued },
  };
  for (const { first, last, reason } of passedOver) {
    const before = reason === 'overlap' && lastRunId !== undefined ? { runId: lastRunId } : {};
    log('warn', why[reason], { trigger: name, first: isoTime(first), last: isoTime(last), ...bounds[reason], ...before });
  }
}
