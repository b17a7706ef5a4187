import type { Change, Fate, Outgoing } from './change.ts';
import type { StartRequest } from './directory.ts';
import type { EpisodeDecision, Failure, Verdict } from './episode.ts';
import { EventType, type HistoryEvent, type ParentLink, stamped } from './history.ts';
import { eventText, historyText } from './history-text.ts';
import { childInstanceId } from './instance-id.ts';
import type { CachedHistory, LiveInstance, Message } from './live-instance.ts';
import type { ScheduledTask, TaskWork } from './scheduled-task.ts';
import type { NewWork } from './store.ts';

/** What a step needs of the world around its instance. */
export interface Surroundings {
  readonly now: number;
  nextId(): number;
  newExecutionId(): string;
  live(instanceId: string): LiveInstance | undefined;
  /** A message that gets a row in the inbox of its receiver. */
  inboxMessage(event: HistoryEvent): Message;
  /** Creates a child in memory, or says why not. */
  admitChild(child: StartRequest, parent: ParentLink): LiveInstance | Error;
}

/** A run of an orchestrator function: the history it had, and the messages that are new to it. */
export interface OpenEpisode {
  readonly past: CachedHistory;
  readonly batch: readonly Message[];
  readonly fresh: readonly HistoryEvent[];
  readonly freshTexts: readonly string[];
}

/** Takes all messages of the instance into an episode. */
export function openEpisode(instance: LiveInstance, past: CachedHistory, now: number): OpenEpisode {
  const batch = [...instance.mailbox];
  // A timer may be called a moment early; the orchestrator must not see a clock before the time it waited for.
  const due = batch.map(({ event }) => (event.EventType === EventType.TimerFired ? Date.parse(event.FireAt) : 0));
  const started = stamped(EventType.OrchestratorStarted, Math.max(now, ...due));
  return {
    past,
    batch,
    fresh: [started, ...batch.map((message) => message.event)],
    freshTexts: [eventText(started), ...batch.map((message) => message.text)],
  };
}

/** Everything that follows from an episode's decision. */
export function afterEpisode(
  instance: LiveInstance,
  episode: OpenEpisode,
  decision: EpisodeDecision,
  around: Surroundings,
): Change {
  const { verdict } = decision;
  const work: NewWork[] = [];
  const children: LiveInstance[] = [];
  const outgoing: Outgoing[] = [];
  for (const task of decision.newTasks) {
    if (task.work.kind === 'subOrchestration') startChild(instance, task, task.work, around, children, outgoing);
    else work.push(newWork(instance, task.id, task.work, around));
  }
  const carriedOver = verdict.kind === 'continuedAsNew' ? episode.batch.filter((message) => isCarriedOver(message, verdict)) : [];
  return {
    instance,
    now: around.now,
    consumed:
      verdict.kind === 'continuedAsNew' ? episode.batch.filter((message) => !carriedOver.includes(message)) : episode.batch,
    history: historyText([...episode.freshTexts, ...decision.events.map(eventText)], true),
    newWork: work,
    abandoned: abandonedWork(instance, episode.batch, verdict, decision.open),
    children,
    outgoing: [...outgoing, ...messageToParent(instance, verdict, around)],
    customStatus: decision.customStatus,
    fate: fateOf(verdict, around),
  };
}

export function suspension(instance: LiveInstance, now: number): Change {
  // The messages stay, the suspending one too: they become history when the instance runs again.
  return { ...nothing(instance, now), fate: { kind: 'live', status: 'Suspended' } };
}

export function termination(instance: LiveInstance, around: Surroundings): Change {
  const terminated = instance.mailbox.find(({ event }) => event.EventType === EventType.ExecutionTerminated)?.event;
  const reason = terminated?.EventType === EventType.ExecutionTerminated ? terminated.Input : null;
  const text = `Orchestrator function '${instance.name}' was terminated${reason ? `: ${reason}` : ''}.`;
  return abortion(instance, { reason: text }, 'Terminated', reason === null ? null : JSON.stringify(reason), around);
}

/** The end of an instance whose episode the engine itself could not run. */
export function engineFailure(instance: LiveInstance, error: unknown, around: Surroundings): Change {
  const message = error instanceof Error ? error.message : String(error);
  const reason = `Orchestrator function '${instance.name}' failed: the host could not run it: ${message}`;
  return abortion(instance, { reason }, 'Failed', JSON.stringify(reason), around);
}

function abortion(
  instance: LiveInstance,
  failure: Failure,
  status: 'Failed' | 'Terminated',
  output: string | null,
  around: Surroundings,
): Change {
  const { now } = around;
  const completed = { ...stamped(EventType.ExecutionCompleted, now), OrchestrationStatus: status, Result: output };
  const boundary = (type: 12 | 13) => eventText(stamped(type, now));
  const messages = instance.mailbox.map((message) => message.text);
  const events = [
    boundary(EventType.OrchestratorStarted),
    ...messages,
    eventText(completed),
    boundary(EventType.OrchestratorCompleted),
  ];
  return {
    ...nothing(instance, now),
    consumed: [...instance.mailbox],
    history: historyText(events, true),
    abandoned: [...instance.work.keys()],
    outgoing: messageToParent(instance, { kind: 'failed', failure }, around),
    fate: { kind: 'ended', status, output },
  };
}

function nothing(instance: LiveInstance, now: number): Omit<Change, 'fate'> {
  return {
    instance,
    now,
    consumed: [],
    history: '',
    newWork: [],
    abandoned: [],
    children: [],
    outgoing: [],
    customStatus: undefined,
  };
}

function newWork(
  instance: LiveInstance,
  taskId: number,
  work: Exclude<TaskWork, { kind: 'subOrchestration' }>,
  around: Surroundings,
): NewWork {
  const row = { id: around.nextId(), instance: instance.key, taskId };
  if (work.kind === 'timer') return { ...row, name: null, input: null, fireAt: work.fireAt };
  return { ...row, name: work.name, input: jsonText(work.input), fireAt: null };
}

function startChild(
  instance: LiveInstance,
  { id }: ScheduledTask,
  work: Extract<TaskWork, { kind: 'subOrchestration' }>,
  around: Surroundings,
  children: LiveInstance[],
  outgoing: Outgoing[],
): void {
  const request: StartRequest = {
    name: work.name,
    instanceId: work.instanceId ?? childInstanceId(instance.executionId, id),
    input: jsonText(work.input),
    version: work.version,
    traceParent: instance.traceParent ?? undefined,
  };
  const link = { instanceId: instance.id, executionId: instance.executionId, taskId: id, name: instance.name };
  const child = around.admitChild(request, link);
  if (!(child instanceof Error)) {
    children.push(child);
    return;
  }
  const failed = stamped(EventType.SubOrchestrationInstanceFailed, around.now);
  outgoing.push({
    to: instance,
    message: around.inboxMessage({ ...failed, TaskScheduledId: id, Reason: child.message, Details: '' }),
  });
}

function abandonedWork(instance: LiveInstance, batch: readonly Message[], verdict: Verdict, open: ReadonlySet<number>): number[] {
  const answered = new Set(batch.flatMap(({ row }) => (row?.table === 'work' ? [row.id] : [])));
  return [...instance.work]
    .filter(([taskId, work]) => !answered.has(work.row) && (verdict.kind !== 'running' || !open.has(taskId)))
    .map(([taskId]) => taskId);
}

function messageToParent(instance: LiveInstance, verdict: Verdict, around: Surroundings): Outgoing[] {
  const link = instance.parent;
  if (link === null || verdict.kind === 'running' || verdict.kind === 'continuedAsNew') return [];
  const parent = around.live(link.instanceId);
  if (parent === undefined || parent.executionId !== link.executionId) return [];
  return [{ to: parent, message: around.inboxMessage(childOutcome(link.taskId, verdict, around.now)) }];
}

function childOutcome(taskId: number, verdict: Extract<Verdict, { kind: 'completed' | 'failed' }>, now: number): HistoryEvent {
  if (verdict.kind === 'completed') {
    const event = stamped(EventType.SubOrchestrationInstanceCompleted, now);
    return { ...event, TaskScheduledId: taskId, Result: verdict.output };
  }
  const { reason, details } = verdict.failure;
  const event = stamped(EventType.SubOrchestrationInstanceFailed, now);
  return { ...event, TaskScheduledId: taskId, Reason: reason, Details: '', FailureDetails: details };
}

function fateOf(verdict: Verdict, around: Surroundings): Fate {
  switch (verdict.kind) {
    case 'running':
      return { kind: 'live', status: 'Running' };
    case 'completed':
      return { kind: 'ended', status: 'Completed', output: verdict.output };
    case 'failed':
      return { kind: 'ended', status: 'Failed', output: JSON.stringify(verdict.failure.reason) };
    case 'continuedAsNew':
      return { kind: 'restarted', executionId: around.newExecutionId(), input: verdict.input };
  }
}

function isCarriedOver({ event }: Message, verdict: Extract<Verdict, { kind: 'continuedAsNew' }>): boolean {
  return event.EventType === EventType.EventRaised && verdict.carriedOver.has(event);
}

function jsonText(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
