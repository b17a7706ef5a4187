import type { JsonValue } from '../json.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { FailureRecord, Payload } from '../ports/run-store.ts';

/** How a node ended. Travels through the durable history, so it stays small: large results are references. */
export interface NodeOutcome {
  readonly node: string;
  readonly status: 'completed' | 'skipped' | 'failed';
  /** What other nodes see: the result, the skip marker, or `{_error: …}`. */
  readonly result: Payload;
  readonly error?: FailureRecord;
}

/** How a run ended. */
export type RunEnd =
  | { readonly status: 'completed'; readonly output: JsonValue }
  | { readonly status: 'failed'; readonly error: FailureRecord };

/** What the dependents of a failed node see of it. */
export function failedResult(node: string, error: FailureRecord): Payload {
  return { value: { _error: { node, type: error.type, message: error.message } } };
}

/** `path` is the node's in the run. */
export function failedOutcome(path: string, node: PlanNode, error: FailureRecord): NodeOutcome {
  return { node: path, status: 'failed', result: failedResult(node.name, error), error: { ...error, node: path } };
}
