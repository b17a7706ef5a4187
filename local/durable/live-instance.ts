import { EventType, type ExecutionStarted, type HistoryEvent, type ParentLink, stamped } from './history.ts';
import { eventText } from './history-text.ts';
import type { LiveStatus } from './store.ts';

/** Something that happened to an instance and waits for its next episode. */
export interface Message {
  readonly event: HistoryEvent;
  /** The event's JSON. */
  readonly text: string;
  /** The stored row that holds it until it is history. The start of an execution has none: it follows from the instance itself. */
  readonly row?: { readonly table: 'inbox' | 'work'; readonly id: number };
}

export function toMessage(event: HistoryEvent, row?: { readonly table: 'inbox' | 'work'; readonly id: number }): Message {
  return { event, text: eventText(event), ...(row && { row }) };
}

/** A scheduled activity or timer. */
export interface OpenWork {
  readonly row: number;
  /** Stops a timer. */
  readonly cancel?: () => void;
}

export interface CachedHistory {
  readonly events: readonly HistoryEvent[];
  /** The same events as JSON texts joined by commas. */
  readonly text: string;
}

export interface InstanceOrigin {
  readonly key: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string;
  readonly input: string | null;
  readonly createdAt: number;
  readonly parent: ParentLink | null;
  readonly traceParent: string | null;
}

/** An instance that has not ended, as the engine holds it in memory. The store has the same, less what is still being committed. */
export class LiveInstance {
  readonly key: number;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly createdAt: number;
  readonly parent: ParentLink | null;
  readonly traceParent: string | null;
  /** By task id. */
  readonly work = new Map<number, OpenWork>();
  readonly endListeners = new Set<() => void>();
  executionId: string;
  input: string | null;
  status: LiveStatus = 'Pending';
  episodes = 0;
  mailbox: Message[] = [];
  history: CachedHistory | undefined;
  /** An episode runs, or the instance's creation is not committed yet. */
  busy = false;
  ended = false;

  constructor(origin: InstanceOrigin) {
    this.key = origin.key;
    this.id = origin.instanceId;
    this.executionId = origin.executionId;
    this.name = origin.name;
    this.version = origin.version;
    this.input = origin.input;
    this.createdAt = origin.createdAt;
    this.parent = origin.parent;
    this.traceParent = origin.traceParent;
  }

  /** The message that starts the current execution. */
  startMessage(now: number): Message {
    const { parent } = this;
    const event: ExecutionStarted = {
      ...stamped(EventType.ExecutionStarted, now),
      Name: this.name,
      Version: this.version,
      Input: null,
      Tags: null,
      ParentInstance: parent && {
        Name: parent.name,
        OrchestrationInstance: { InstanceId: parent.instanceId, ExecutionId: parent.executionId },
        TaskScheduleId: parent.taskId,
        Version: '',
      },
      OrchestrationInstance: { InstanceId: this.id, ExecutionId: this.executionId },
    };
    return toMessage(event);
  }

  /** What the mailbox asks for next. A suspended instance keeps its messages; only resuming or terminating it lets them through. */
  nextStep(): 'idle' | 'suspend' | 'terminate' | 'run' {
    if (this.ended || this.mailbox.length === 0) return 'idle';
    let suspended = false;
    for (const { event } of this.mailbox) {
      if (event.EventType === EventType.ExecutionTerminated) return 'terminate';
      if (event.EventType === EventType.ExecutionSuspended) suspended = true;
      if (event.EventType === EventType.ExecutionResumed) suspended = false;
    }
    if (!suspended) return 'run';
    return this.status === 'Suspended' ? 'idle' : 'suspend';
  }

  /** Drops the work that an event answers. */
  forget(event: HistoryEvent): void {
    if ('TimerId' in event) this.work.delete(event.TimerId);
    else if (event.EventType === EventType.TaskCompleted || event.EventType === EventType.TaskFailed) {
      this.work.delete(event.TaskScheduledId);
    }
  }

  /** Drops work that nobody waits for any more. */
  abandon(taskId: number): void {
    this.work.get(taskId)?.cancel?.();
    this.work.delete(taskId);
  }
}
