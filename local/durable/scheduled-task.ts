import { type Action, ActionType } from './actions.ts';

/** What a task does. */
export type TaskWork =
  | { readonly kind: 'activity'; readonly name: string; readonly input: unknown }
  | {
      readonly kind: 'subOrchestration';
      readonly name: string;
      readonly input: unknown;
      readonly instanceId: string | undefined;
      readonly version: string | undefined;
    }
  | { readonly kind: 'timer'; readonly fireAt: number };

/** A task that took an id. */
export interface ScheduledTask {
  readonly id: number;
  readonly work: TaskWork;
  /** Id of the first attempt, for the attempts and timers of a retried task that come after it. */
  readonly retryOf?: number | undefined;
  /** `held`: it has its id, but the time to perform it has not come. */
  readonly status: 'due' | 'held' | 'cancelled';
}

type CallAction = Extract<Action, { functionName: string }>;

/** What a call of an activity or a sub-orchestration, retried or not, does. */
export function workOf(action: CallAction): TaskWork {
  if (action.actionType === ActionType.CallActivity || action.actionType === ActionType.CallActivityWithRetry) {
    return { kind: 'activity', name: action.functionName, input: action.input };
  }
  return {
    kind: 'subOrchestration',
    name: action.functionName,
    input: action.input,
    instanceId: action.instanceId || undefined,
    version: action.version ?? undefined,
  };
}
