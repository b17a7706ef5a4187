import type { Clock } from '../ports/clock.ts';
import type { ScheduleStates } from '../triggers/timer/schedule-state.ts';
import { readTimerHealth } from '../triggers/timer/timer-health.ts';
import { type Trigger, triggersOf } from '../triggers/trigger.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';

export interface ListTriggersDependencies {
  readonly triggers: readonly Trigger[];
  readonly schedules: ScheduleStates;
  /** Whether somebody has switched a trigger's function off. */
  readonly isDisabled: (trigger: string) => boolean;
  readonly processStartedAt: number;
  readonly clock: Clock;
}

/** `GET /triggers`: the triggers of the app, and how its timers do. */
export async function listTriggers(_request: ApiRequest, dependencies: ListTriggersDependencies): Promise<ApiResponse> {
  const { triggers } = dependencies;
  const timers = new Map(
    (await readTimerHealth(triggersOf(triggers, 'timer'), dependencies)).map(({ trigger, ...timer }) => [trigger, timer]),
  );
  const listed = triggers.map(({ name, source, pipeline }) => {
    const timer = timers.get(name);
    return { name, type: source.type, pipeline: pipeline.name, ...(timer === undefined ? {} : { timer }) };
  });
  return jsonResponse(200, { triggers: listed }, { 'cache-control': 'no-store' });
}
