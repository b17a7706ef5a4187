import type { JsonValue } from '../json.ts';
import { INLINE_RESULT_BYTES } from '../limits.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { RunFinish } from '../ports/run-store.ts';
import type { RunEnd } from './outcome.ts';

/** What an ending is told with besides the end itself. */
export interface RunIdentity {
  readonly runId: string;
  readonly pipeline: string;
  readonly eventKey: string;
  readonly traceParent?: string;
}

/** The record of how a run ended, with the event that announces it. `now` is Unix time in milliseconds. */
export function runFinish(run: RunIdentity, end: RunEnd, now: number): RunFinish {
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
  return { ...end, finishedAt, outbox: [event] };
}

function describe(end: RunEnd): Record<string, JsonValue> {
  if (end.status === 'failed') {
    const { type, code, message, node } = end.error;
    return { error: { type, code, message, node: node ?? null } };
  }
  // An event must fit a message; whoever wants more reads the run.
  const fits = Buffer.byteLength(JSON.stringify(end.output)) <= INLINE_RESULT_BYTES;
  return fits ? { output: end.output } : { outputOmitted: true };
}
