import { EventType, type HistoryEvent, isScheduling, type TaskFailure, type TaskSucceeded } from './history.ts';

/**
 * The history of a failed execution without its failures, so that running it again repeats only what failed. A retried task that failed
 * in the end goes with all its attempts and the timers between them; one that succeeded in the end stays.
 */
export function rewindHistory(history: readonly HistoryEvent[]): HistoryEvent[] {
  const firstAttempt = new Map<number, number>();
  for (const event of history) if (isScheduling(event)) firstAttempt.set(event.EventId, event.RetryOf ?? event.EventId);
  const taskOf = (id: number) => firstAttempt.get(id) ?? id;
  const failed = new Set<number>();
  for (const event of history) if (isTaskFailure(event)) failed.add(taskOf(event.TaskScheduledId));
  for (const event of history) if (isTaskSuccess(event)) failed.delete(taskOf(event.TaskScheduledId));
  return history.filter((event) => {
    if (event.EventType === EventType.ExecutionCompleted) return false;
    // A failed child is run again in place, under the id it has: its creation stays, unless it is one of several attempts.
    if (event.EventType === EventType.SubOrchestrationInstanceCreated && event.RetryOf === undefined) return true;
    const task = taskIdOf(event);
    return task === undefined || !failed.has(taskOf(task));
  });
}

/** Instance ids of the sub-orchestrations that failed. */
export function failedChildren(history: readonly HistoryEvent[]): string[] {
  const failed = new Set(history.filter(isTaskFailure).map((event) => event.TaskScheduledId));
  return history.flatMap((event) =>
    event.EventType === EventType.SubOrchestrationInstanceCreated && failed.has(event.EventId) ? [event.InstanceId] : [],
  );
}

function taskIdOf(event: HistoryEvent): number | undefined {
  if (isScheduling(event)) return event.EventId;
  if (event.EventType === EventType.TimerFired) return event.TimerId;
  return isTaskFailure(event) || isTaskSuccess(event) ? event.TaskScheduledId : undefined;
}

function isTaskFailure(event: HistoryEvent): event is TaskFailure {
  return event.EventType === EventType.TaskFailed || event.EventType === EventType.SubOrchestrationInstanceFailed;
}

function isTaskSuccess(event: HistoryEvent): event is TaskSucceeded {
  return event.EventType === EventType.TaskCompleted || event.EventType === EventType.SubOrchestrationInstanceCompleted;
}
