import type { Trigger } from '../trigger.ts';
import type { CarryOutDependencies } from './carry-out.ts';
import { occurrenceRunId } from './occurrence-event.ts';
import type { PlannedOccurrence } from './schedule-state.ts';
import type { TimerSource } from './source.ts';
import { type OccurrenceStart, startOccurrence } from './start-occurrence.ts';
import { isBusy, onState } from './tick.ts';
import { occurrenceBefore, occurrencesAfter } from './timer-schedule.ts';

/** Which run is asked for: one for now, known by a key, or that of an occurrence which has had none. Unix milliseconds. */
export type RunNowRequest = { readonly key: string } | { readonly occurrence: number };

export type RunNow =
  | OccurrenceStart
  /** The trigger lets no run begin before the last one has ended. */
  | { readonly kind: 'busy'; readonly runId: string | undefined }
  /** The schedule has no occurrence at that time, or it is yet to come. */
  | { readonly kind: 'no_occurrence' };

/** Starts a run of a timer trigger by hand, once for what it is asked by. `overlap` holds for it as for any other. */
export async function runNow(
  request: RunNowRequest,
  trigger: Trigger<TimerSource>,
  dependencies: CarryOutDependencies,
): Promise<RunNow> {
  const { schedules, clock, runs } = dependencies;
  const now = clock.now();
  if ('occurrence' in request && !isPast(request.occurrence, trigger, now)) return { kind: 'no_occurrence' };
  return onState<RunNow>(trigger, dependencies, async ({ state }, stored) => {
    const planned = { decidedAt: state.decidedAt };
    const occurrence: PlannedOccurrence =
      'occurrence' in request
        ? {
            ...planned,
            time: request.occurrence,
            previousTime: occurrenceBefore(trigger.source, request.occurrence),
            isCatchUp: true,
          }
        : { ...planned, time: now, previousTime: state.lastStarted ?? null, isCatchUp: false, requestKey: request.key };
    const lastRunId = occurrenceRunId(trigger.name, occurrence);
    const isFree = trigger.source.overlap === 'allow' || (await runs.read(lastRunId)) !== null;
    if (isFree) return { result: await startOccurrence(occurrence, trigger, dependencies) };
    if (await isBusy(state, runs)) return { result: { kind: 'busy', runId: state.lastRunId } };
    const next = { ...state, starting: [...state.starting, occurrence], lastRunId };
    if (!(await schedules.write(trigger.name, next, stored))) return undefined;
    const result = await startOccurrence(occurrence, trigger, dependencies);
    dependencies.startedHere.add(trigger.name, occurrence);
    return { result };
  });
}

function isPast(time: number, { source }: Trigger<TimerSource>, now: number): boolean {
  return time <= now && occurrencesAfter(source, { after: time - 1, count: 1 })[0] === time;
}
