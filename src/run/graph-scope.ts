import type { Lookup } from '../expression/scope.ts';
import type { JsonValue } from '../json.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import type { FailureRecord, Payload } from '../ports/run-store.ts';

/** One graph of a run: the pipeline's own, or a body of a composite node for one item. */
export interface GraphScope {
  /** What the paths of its nodes begin with; empty for the pipeline's own. */
  readonly prefix: string;
  readonly nodes: readonly PlanNode[];
  /** What its first nodes are given: the run's input, or the body's context. */
  readonly input: JsonValue;
  /** Names outside the graph. */
  readonly outer?: Lookup;
  readonly maxConcurrentNodes: number;
  /** The graph was entered by the task at hand, so all of its nodes are that task's to begin. */
  readonly fresh: boolean;
}

/** Where a graph stands after all that needs no effect was settled. */
export type GraphState =
  | { readonly kind: 'open' }
  | { readonly kind: 'done'; readonly result: Payload; readonly value: JsonValue }
  | { readonly kind: 'failed'; readonly error: FailureRecord };

export const OPEN: GraphState = { kind: 'open' };
