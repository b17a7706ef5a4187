import type { OrchestratorResult, OrchestratorState } from './actions.ts';
import { UnsupportedActionError } from './errors.ts';
import {
  type EventRaised,
  EventType,
  eventName,
  type FailureDetails,
  type HistoryEvent,
  isScheduling,
  type SchedulingEvent,
  stamped,
} from './history.ts';
import { childInstanceId } from './instance-id.ts';
import { type Replay, replay, type TimerLimits } from './replay.ts';
import type { ScheduledTask } from './scheduled-task.ts';

/** One run of an orchestrator function over its history, as far as the decision about it needs to know. */
export interface Episode {
  readonly orchestrator: string;
  readonly executionId: string;
  /** All events up to now, the new ones included. */
  readonly history: readonly HistoryEvent[];
  readonly result: OrchestratorResult;
  readonly now: number;
  readonly limits: TimerLimits;
}

export interface Failure {
  readonly reason: string;
  readonly details?: FailureDetails | undefined;
}

/** What becomes of the instance after an episode. */
export type Verdict =
  | { readonly kind: 'running' }
  /** `output` is JSON text. */
  | { readonly kind: 'completed'; readonly output: string }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** `input` is JSON text. */
  | {
      readonly kind: 'continuedAsNew';
      readonly input: string | null;
      readonly carriedOver: ReadonlySet<EventRaised>;
      /** Names of events that were raised before the call and not awaited: they are lost, as in Azure. */
      readonly dropped: readonly string[];
    };

export interface EpisodeDecision {
  /** To append to the history, behind the new events. */
  readonly events: readonly HistoryEvent[];
  readonly newTasks: readonly ScheduledTask[];
  /** Ids that may still be answered; timers beyond these are cancelled. */
  readonly open: ReadonlySet<number>;
  /** JSON text, if the function set one. */
  readonly customStatus: string | undefined;
  readonly verdict: Verdict;
}

/** Decides what an episode changes: new history, new work and the instance's fate. */
export function decide(episode: Episode): EpisodeDecision {
  const { result, orchestrator } = episode;
  if (result.kind === 'broken') return failed(episode, `Orchestrator function '${orchestrator}' failed: ${result.message}`);
  let mirror: Replay;
  try {
    mirror = replay(result.state.actions.flat(), episode.history, episode.limits);
  } catch (error) {
    if (error instanceof UnsupportedActionError)
      return failed(episode, `Orchestrator function '${orchestrator}' failed: ${error.message}`);
    throw error;
  }
  const known = new Map(episode.history.filter(isScheduling).map((event) => [event.EventId, event]));
  const drift = findDrift(mirror.scheduled, known);
  if (drift !== undefined) return failed(episode, nonDeterministic(orchestrator, drift));
  const newTasks = mirror.scheduled.filter((task) => task.status === 'due' && !known.has(task.id));
  const verdict = judge(episode, result, mirror);
  return {
    events: [...newTasks.map((task) => schedulingEvent(task, episode)), ...closingEvents(verdict, episode.now)],
    newTasks: verdict.kind === 'running' ? newTasks : [],
    open: mirror.open,
    customStatus: customStatusOf(result.state),
    verdict,
  };
}

function judge(episode: Episode, result: Exclude<OrchestratorResult, { kind: 'broken' }>, mirror: Replay): Verdict {
  const { orchestrator } = episode;
  const { state } = result;
  if (result.kind === 'threw' && !state.error) {
    const reason = `Orchestrator function '${orchestrator}' failed: it threw something without a message. Throw an Error with a message.`;
    return { kind: 'failed', failure: { reason } };
  }
  const ended = state.isDone === true || result.kind === 'threw';
  // The extension ends an execution only when its function has ended and none of its tasks is open.
  if (ended && mirror.settled && mirror.open.size === 0) return ending(orchestrator, state, mirror);
  if (mirror.open.size > 0 || mirror.waiting) return { kind: 'running' };
  const reason =
    `Orchestrator function '${orchestrator}' is stalled: it has not ended, and nothing it waits for is open. ` +
    'It awaited a cancelled timer, threw undefined, or yielded an already scheduled task in a second Task.any or Task.all.';
  return { kind: 'failed', failure: { reason } };
}

function ending(orchestrator: string, state: OrchestratorState, mirror: Replay): Verdict {
  if (state.error) {
    const reason = `Orchestrator function '${orchestrator}' failed: ${state.error}`;
    return { kind: 'failed', failure: { reason, details: state.failureDetails } };
  }
  if (mirror.continueAsNew !== undefined) {
    const input = jsonText(mirror.continueAsNew.input) ?? null;
    return { kind: 'continuedAsNew', input, carriedOver: mirror.carriedOver, dropped: mirror.unawaited };
  }
  return { kind: 'completed', output: jsonText(state.output) ?? 'null' };
}

function failed(episode: Episode, reason: string): EpisodeDecision {
  const verdict: Verdict = { kind: 'failed', failure: { reason } };
  return { events: closingEvents(verdict, episode.now), newTasks: [], open: new Set(), customStatus: undefined, verdict };
}

function closingEvents(verdict: Verdict, now: number): HistoryEvent[] {
  const closing: HistoryEvent[] = [stamped(EventType.OrchestratorCompleted, now)];
  if (verdict.kind === 'completed' || verdict.kind === 'failed') {
    closing.unshift({
      ...stamped(EventType.ExecutionCompleted, now),
      OrchestrationStatus: verdict.kind === 'completed' ? 'Completed' : 'Failed',
      Result: verdict.kind === 'completed' ? verdict.output : verdict.failure.reason,
    });
  }
  return closing;
}

function schedulingEvent(task: ScheduledTask, { executionId, now }: Episode): SchedulingEvent {
  const { id, work, retryOf } = task;
  switch (work.kind) {
    case 'activity':
      return { ...stamped(EventType.TaskScheduled, now, id), Name: work.name, Version: '', Input: null, RetryOf: retryOf };
    case 'timer':
      return { ...stamped(EventType.TimerCreated, now, id), FireAt: new Date(work.fireAt).toISOString(), RetryOf: retryOf };
    case 'subOrchestration':
      return {
        ...stamped(EventType.SubOrchestrationInstanceCreated, now, id),
        Name: work.name,
        Version: work.version ?? '',
        InstanceId: work.instanceId ?? childInstanceId(executionId, id),
        Input: null,
        RetryOf: retryOf,
      };
  }
}

const EVENT_TYPE_OF = {
  activity: EventType.TaskScheduled,
  subOrchestration: EventType.SubOrchestrationInstanceCreated,
  timer: EventType.TimerCreated,
} as const;

/** The first difference between what this replay scheduled and what the history says was scheduled. */
function findDrift(scheduled: readonly ScheduledTask[], known: ReadonlyMap<number, SchedulingEvent>): string | undefined {
  for (const task of scheduled) {
    const event = known.get(task.id);
    if (event === undefined) continue;
    const { work } = task;
    const sameKind = event.EventType === EVENT_TYPE_OF[work.kind];
    const sameName = work.kind === 'timer' || !('Name' in event) || event.Name.toLowerCase() === work.name.toLowerCase();
    if (!sameKind || !sameName) return `task ${task.id} was ${describeEvent(event)} and is now ${describeWork(task)}`;
  }
  for (const [id, event] of known) {
    if (id >= scheduled.length) return `task ${id} was ${describeEvent(event)} and is not scheduled any more`;
  }
  return undefined;
}

function nonDeterministic(orchestrator: string, drift: string): string {
  return (
    `Orchestrator function '${orchestrator}' failed: non-deterministic orchestration detected: ${drift}. ` +
    'Its code changed while it ran, it depends on something else than its history, or it reused a scheduled task in a second combinator.'
  );
}

function describeEvent(event: SchedulingEvent): string {
  return 'Name' in event ? `${eventName(event)} '${event.Name}'` : eventName(event);
}

function describeWork({ work }: ScheduledTask): string {
  return work.kind === 'timer' ? 'a timer' : `${work.kind} '${work.name}'`;
}

/** The SDK sends no falsy status, and so can't clear one. */
function customStatusOf(state: OrchestratorState): string | undefined {
  return state.customStatus === null ? undefined : jsonText(state.customStatus);
}

function jsonText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
