import type { JsonValue } from '../json.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { FailureRecord, Payload, RunFinish } from '../ports/run-store.ts';

/** What an ending is told with besides the end itself. */
export interface RunIdentity {
  readonly runId: string;
  readonly pipeline: string;
  readonly eventKey: string;
  readonly traceParent?: string;
}

/** How a run ended, with its output put where it fits. */
export type StoredEnd =
  | { readonly status: 'completed'; readonly output: Payload }
  | { readonly status: 'failed'; readonly error: FailureRecord }
  | { readonly status: 'cancelled'; readonly reason: string };

/** The record of how a run ended, with the event that announces it. `now` is Unix time in milliseconds. */
export function runFinish(run: RunIdentity, end: StoredEnd, now: number): RunFinish {
  const finishedAt = new Date(now).toISOString();
  const event: RunEvent = {
    id: `${run.runId}.${end.status}`,
    type: `hexdag.run.${end.status}`,
    source: `/pipelines/${run.pipeline}`,
    subject: run.runId,
    time: finishedAt,
    data: { runId: run.runId, pipeline: run.pipeline, key: run.eventKey, status: end.status, ...describe(end) },
    ...(run.traceParent === undefined ? {} : { traceparent: run.traceParent }),
  };
  if (end.status === 'cancelled') return { status: 'cancelled', finishedAt, error: cancelled(end.reason), outbox: [event] };
  return { ...end, finishedAt, outbox: [event] };
}

function describe(end: StoredEnd): Record<string, JsonValue> {
  if (end.status === 'failed') {
    const { type, code, message, node } = end.error;
    return { error: { type, code, message, node: node ?? null } };
  }
  if (end.status === 'cancelled') return { reason: end.reason };
  return 'value' in end.output ? { output: end.output.value } : { outputArtifact: { ...end.output.blob } };
}

function cancelled(reason: string): FailureRecord {
  return { type: 'RunCancelled', code: 'run_cancelled', message: reason, retryable: false };
}
