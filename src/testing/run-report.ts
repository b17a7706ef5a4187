import type { JsonObject, JsonValue } from '../json.ts';
import type { Diagnostic } from '../pipeline/diagnostic.ts';
import type { FailureRecord } from '../ports/run-store.ts';

/** A node that waits for an event. */
export interface WaitingNode {
  /** Its path; for one of a child run, with the path of the node that started that run before it. */
  readonly node: string;
  readonly eventKey: string;
  /** How long it waits in all; null if forever. */
  readonly timeoutSeconds: number | null;
}

/**
 * `suspended`: waits for an event, or was still at work when it was looked at. `invalid`: never ran, because the pipeline does not
 * compile or its input does not fit.
 */
export type RunReportStatus = 'completed' | 'failed' | 'suspended' | 'cancelled' | 'invalid';

/** How a run stands. */
export interface RunReport {
  readonly status: RunReportStatus;
  /** What each node of the pipeline gave: its result, `{_skipped: true, …}` or `{_error: …}`. Nodes that have not ended are absent. */
  readonly results: JsonObject;
  /** `spec.output` of a completed run; null before, and without one. */
  readonly output: JsonValue;
  readonly error?: FailureRecord;
  /** Why it is `invalid`. */
  readonly diagnostics: readonly Diagnostic[];
  readonly waiting: readonly WaitingNode[];
}

/** The report of a run that cannot be. */
export function invalidRun(diagnostics: readonly Diagnostic[], error?: FailureRecord): RunReport {
  return { status: 'invalid', results: {}, output: null, diagnostics, waiting: [], ...(error === undefined ? {} : { error }) };
}
