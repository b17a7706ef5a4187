import type { JsonObject, JsonValue } from '../json.ts';

/**
 * The compiled, validated form of a pipeline: plain JSON, named by the hash of its canonical text. Runs keep the plan they
 * began with, so this shape only ever grows; a change that old plans would not survive raises `format`.
 */
export interface Plan {
  readonly format: 1;
  readonly pipeline: string;
  /** In document order. */
  readonly nodes: readonly PlanNode[];
  /** `spec.output`: alias → path. */
  readonly output?: Readonly<Record<string, string>>;
  /** JSON Schema (2020-12) the run input must fulfil. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
}

export interface RetryPolicy {
  /** Attempts in total, at least 1. */
  readonly maxAttempts: number;
  readonly delayMs: number;
  readonly backoff: number;
  readonly maxDelayMs: number;
}

export interface PlanNode {
  readonly name: string;
  /** Canonical kind: `function_node`, `expression_node`. */
  readonly kind: string;
  /** Nodes whose results are this node's data, in declared order. */
  readonly dependencies: readonly string[];
  /** Nodes this one only waits for (`wait_for`). */
  readonly waitFor: readonly string[];
  readonly when?: string;
  /** A skip by `when` fails the run. */
  readonly critical: boolean;
  readonly requiredInputs: readonly string[];
  readonly inputMapping?: Readonly<Record<string, JsonValue>>;
  readonly strictMapping: boolean;
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Name of the node that handles this one's failure. */
  readonly onError?: string;
  /** Runs only if one of the nodes it handles failed. */
  readonly onlyOnError: boolean;
  /** Nodes that name this one in `on_error`. */
  readonly handles?: readonly string[];
  /** What the node's kind reads, validated by its schema. */
  readonly spec: JsonObject;
}
