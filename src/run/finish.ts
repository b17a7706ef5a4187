import type { JsonValue } from '../json.ts';
import type { FailureRecord, Payload, RunFinish } from '../ports/run-store.ts';
import { describeFailure, endedEvent, type RunIdentity } from './run-events.ts';

/** How a run ended, with its output put where it fits. */
export type StoredEnd =
  | { readonly status: 'completed'; readonly output: Payload }
  | { readonly status: 'failed'; readonly error: FailureRecord }
  | { readonly status: 'cancelled'; readonly reason: string };

/** The record of how a run ended, with the event that announces it. `now` is Unix time in milliseconds. */
export function runFinish(run: RunIdentity, end: StoredEnd, now: number): RunFinish {
  const finishedAt = new Date(now).toISOString();
  const retry = run.retry === undefined ? {} : { retry: run.retry };
  const outbox = [endedEvent(run, end.status, finishedAt, describe(end))];
  if (end.status === 'cancelled') return { status: 'cancelled', finishedAt, error: cancelled(end.reason), ...retry, outbox };
  return { ...end, finishedAt, ...retry, outbox };
}

function describe(end: StoredEnd): Record<string, JsonValue> {
  if (end.status === 'failed') return { error: describeFailure(end.error) };
  if (end.status === 'cancelled') return { reason: end.reason };
  return 'value' in end.output ? { output: end.output.value } : { outputArtifact: { ...end.output.blob } };
}

function cancelled(reason: string): FailureRecord {
  return { type: 'RunCancelled', code: 'run_cancelled', message: reason, retryable: false };
}
