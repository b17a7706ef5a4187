/** Numbers of the history events; the SDK recognises numbers only. */
export const EventType = {
  ExecutionStarted: 0,
  ExecutionCompleted: 1,
  ExecutionTerminated: 3,
  TaskScheduled: 4,
  TaskCompleted: 5,
  TaskFailed: 6,
  SubOrchestrationInstanceCreated: 7,
  SubOrchestrationInstanceCompleted: 8,
  SubOrchestrationInstanceFailed: 9,
  TimerCreated: 10,
  TimerFired: 11,
  OrchestratorStarted: 12,
  OrchestratorCompleted: 13,
  EventRaised: 15,
  ExecutionSuspended: 19,
  ExecutionResumed: 20,
  ExecutionRewound: 21,
} as const;

type EventTypes = typeof EventType;

const NAMES = new Map<number, string>(Object.entries(EventType).map(([name, type]) => [type, name]));

export function eventName(event: HistoryEvent): string {
  return NAMES.get(event.EventType) ?? String(event.EventType);
}

/** Failure of a task in the spelling of the history. */
export interface FailureDetails {
  readonly ErrorType: string;
  readonly ErrorMessage: string;
  readonly StackTrace?: string | undefined;
  readonly IsNonRetriable: boolean;
  readonly Properties?: Readonly<Record<string, unknown>> | undefined;
}

/** The parent's side of a sub-orchestration. */
export interface ParentLink {
  readonly instanceId: string;
  readonly executionId: string;
  readonly taskId: number;
  readonly name: string;
}

interface EventOf<T extends number> {
  readonly EventType: T;
  /** Task id on events that schedule something, else -1. */
  readonly EventId: number;
  /** ISO 8601. */
  readonly Timestamp: string;
}

export interface ExecutionStarted extends EventOf<EventTypes['ExecutionStarted']> {
  readonly Name: string;
  readonly Version: string;
  readonly Input: null;
  readonly Tags: null;
  readonly ParentInstance: object | null;
  readonly OrchestrationInstance: { readonly InstanceId: string; readonly ExecutionId: string };
}

interface TaskScheduled extends EventOf<EventTypes['TaskScheduled']> {
  readonly Name: string;
  readonly Version: string;
  readonly Input: null;
  /** Task id of the first attempt, if this is a later one. */
  readonly RetryOf?: number | undefined;
}

interface SubOrchestrationInstanceCreated extends EventOf<EventTypes['SubOrchestrationInstanceCreated']> {
  readonly Name: string;
  readonly Version: string;
  readonly InstanceId: string;
  readonly Input: null;
  readonly RetryOf?: number | undefined;
}

interface TimerCreated extends EventOf<EventTypes['TimerCreated']> {
  readonly FireAt: string;
  /** Task id of the first attempt, if this timer separates two attempts of a retried task. */
  readonly RetryOf?: number | undefined;
}

export interface TaskSucceeded extends EventOf<EventTypes['TaskCompleted'] | EventTypes['SubOrchestrationInstanceCompleted']> {
  readonly TaskScheduledId: number;
  /** JSON text. */
  readonly Result: string;
}

export interface TaskFailure extends EventOf<EventTypes['TaskFailed'] | EventTypes['SubOrchestrationInstanceFailed']> {
  readonly TaskScheduledId: number;
  readonly Reason: string;
  readonly Details: string;
  readonly FailureDetails?: FailureDetails | undefined;
}

interface TimerFired extends EventOf<EventTypes['TimerFired']> {
  readonly TimerId: number;
  readonly FireAt: string;
}

export interface EventRaised extends EventOf<EventTypes['EventRaised']> {
  readonly Name: string;
  /** JSON text. */
  readonly Input: string | null;
}

interface ExecutionCompleted extends EventOf<EventTypes['ExecutionCompleted']> {
  readonly OrchestrationStatus: 'Completed' | 'Failed' | 'Terminated';
  readonly Result: string | null;
}

interface ExecutionTerminated extends EventOf<EventTypes['ExecutionTerminated']> {
  readonly Input: string | null;
}

interface ExecutionReasoned
  extends EventOf<EventTypes['ExecutionSuspended'] | EventTypes['ExecutionResumed'] | EventTypes['ExecutionRewound']> {
  readonly Reason: string | null;
}

type EpisodeBoundary = EventOf<EventTypes['OrchestratorStarted'] | EventTypes['OrchestratorCompleted']>;

/** Events that open a task; their `EventId` is its id. */
export type SchedulingEvent = TaskScheduled | SubOrchestrationInstanceCreated | TimerCreated;

export type HistoryEvent =
  | EpisodeBoundary
  | ExecutionStarted
  | SchedulingEvent
  | TaskSucceeded
  | TaskFailure
  | TimerFired
  | EventRaised
  | ExecutionCompleted
  | ExecutionTerminated
  | ExecutionReasoned;

/** Events that answer a task of one execution, and mean nothing to the next. */
export function isAnswer(event: HistoryEvent): event is TaskSucceeded | TaskFailure | TimerFired {
  return 'TaskScheduledId' in event || 'TimerId' in event;
}

export function isScheduling(event: HistoryEvent): event is SchedulingEvent {
  return (
    event.EventType === EventType.TaskScheduled ||
    event.EventType === EventType.TimerCreated ||
    event.EventType === EventType.SubOrchestrationInstanceCreated
  );
}

/** What every event has, for a thing that happened at `at` (Unix milliseconds). */
export function stamped<T extends number>(type: T, at: number, id = -1): EventOf<T> {
  return { EventType: type, EventId: id, Timestamp: new Date(at).toISOString() };
}
