import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { FailureRecord, NodeRecord, RunRecord } from '../ports/run-store.ts';
import type { WaitRecord } from '../ports/wait-store.ts';
import type { RunOutcome } from './advance-task.ts';

/** What an event tells of its run, besides what happened. */
export interface RunIdentity {
  readonly runId: string;
  readonly pipeline: string;
  readonly eventKey: string;
  readonly traceParent?: string;
  readonly retry?: number;
}

/** Longer paths, and those of other characters, are told by their hash in ids. */
const PLAIN_PATH = /^[\w[\]~.-]{1,60}$/;

export function startedEvent(run: RunRecord): RunEvent {
  return runEvent(run, 'started', run.acceptedAt, { trigger: run.trigger });
}

export function endedEvent(run: RunIdentity, status: RunOutcome, time: string, about: Record<string, JsonValue>): RunEvent {
  return runEvent(run, status, time, about);
}

/** A node waits for an event from outside. */
export function waitingEvent(run: RunIdentity, { node, eventKey, openedAt, until }: WaitRecord): RunEvent {
  const about = { node, eventKey, until: until ?? null };
  return { ...runEvent(run, 'waiting', openedAt, about), id: `${idOf(run)}:waiting:${pathInId(node)}` };
}

/** A node with an effect has ended: with its result, which the run's record holds, or with an error after its last attempt. */
export function nodeEvent(run: RunIdentity, record: NodeRecord): RunEvent {
  const { node, kind, status, attempt, startedAt, finishedAt, error } = record;
  const about = { node, kind, attempt, startedAt, ...(error === undefined ? {} : { error: describeFailure(error) }) };
  return {
    ...runEvent(run, status, finishedAt, about),
    id: `${idOf(run)}:node:${pathInId(node)}`,
    type: `hexdag.node.${status}`,
  };
}

export function describeFailure({ type, code, message, node }: FailureRecord): JsonValue {
  return { type, code, message, node: node ?? null };
}

function runEvent(run: RunIdentity, status: string, time: string, about: Record<string, JsonValue>): RunEvent {
  return {
    id: `${idOf(run)}:${status}`,
    type: `hexdag.run.${status}`,
    source: `/pipelines/${run.pipeline}`,
    subject: run.runId,
    time,
    data: { runId: run.runId, pipeline: run.pipeline, key: run.eventKey, status, ...about },
    ...(run.traceParent === undefined ? {} : { traceparent: run.traceParent }),
  };
}

/** What happens again in a retry is another event. */
function idOf({ runId, retry }: RunIdentity): string {
  return retry === undefined ? runId : `${runId}:retry-${retry}`;
}

/** Ids are message ids of at most 128 characters, and ids of signed deliveries, in which a dot would end the id. */
function pathInId(path: string): string {
  if (PLAIN_PATH.test(path)) return path.replaceAll('.', '/');
  return `*${createHash('sha256').update(path).digest('hex').slice(0, 24)}`;
}
