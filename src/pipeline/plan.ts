import type { JsonObject, JsonValue } from '../json.ts';

/**
 * The compiled, validated form of a pipeline: plain JSON, named by the hash of its text. Runs keep the plan they
 * began with, so this shape only ever grows; a change that old plans would not survive raises `format`.
 */
export interface Plan {
  readonly format: 1;
  readonly pipeline: string;
  /** `metadata.version`, as text. */
  readonly version?: string;
  /** In document order. */
  readonly nodes: readonly PlanNode[];
  /** `spec.output`: alias → path. */
  readonly output?: Readonly<Record<string, string>>;
  /** JSON Schema (2020-12) the run input must fulfil. */
  readonly inputSchema?: JsonObject;
  readonly outputSchema?: JsonObject;
  /** Nodes of the run's own graph that are at work at the same time; the default of `limits.ts` if absent. */
  readonly maxConcurrentNodes?: number;
  /** `pipeline_timeout`: the run fails when it has taken longer. */
  readonly timeoutMs?: number;
  readonly ports?: Readonly<Record<string, PlanPort>>;
  /** `spec.services`: name → registered class and its configuration. */
  readonly services?: Readonly<Record<string, PlanService>>;
  /** `spec.state_machines`: entity → machine. */
  readonly stateMachines?: Readonly<Record<string, PlanStateMachine>>;
}

/** One adapter of a port. References to secrets (`${…}`) are still references here: a plan never holds a secret. */
export interface PlanAdapter {
  /** Registered name. */
  readonly adapter: string;
  readonly config: JsonObject;
}

export interface PlanPort {
  /** One, or the members of a pool in declared order. */
  readonly adapters: readonly PlanAdapter[];
  readonly strategy?: 'round_robin' | 'failover';
  /** The first is the innermost. */
  readonly middleware: readonly { readonly name: string; readonly options: JsonObject }[];
  /** For a port of a node that `type_ports` declares: the kind whose nodes share it. */
  readonly ofKind?: string;
}

export interface PlanService {
  readonly class: string;
  readonly config: JsonObject;
}

export interface PlanStateMachine {
  readonly initial: string;
  /** From state → the states it may go to, with the guard (an expression) if there is one. */
  readonly transitions: Readonly<Record<string, readonly { readonly to: string; readonly guard?: string }[]>>;
  /** Registered transition handlers, called in order. */
  readonly onTransition: readonly string[];
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
  /** Of one attempt; 0 if it may take as long as it likes. */
  readonly timeoutMs: number;
  readonly retry: RetryPolicy;
  /** Name of the node that handles this one's failure. */
  readonly onError?: string;
  /** Runs only if one of the nodes it handles failed. */
  readonly onlyOnError: boolean;
  /** Nodes that name this one in `on_error`. */
  readonly handles?: readonly string[];
  /** Name of the node that takes over when this one has waited in vain. */
  readonly onTimeout?: string;
  /** Nodes that name this one in `on_timeout`: it runs only if one of them waited in vain. */
  readonly handlesTimeout?: readonly string[];
  /** Ports that this node has instead of the pipeline's: its own, and those of its kind. */
  readonly ports?: Readonly<Record<string, PlanPort>>;
  /** Inner graphs by key: `body` of a loop; `then`, `else` of an if-else; `0`, `1`, …, `else` of a switch. */
  readonly bodies?: Readonly<Record<string, PlanBody>>;
  /** What the node's kind reads, validated by its schema. */
  readonly spec: JsonObject;
}

/** A graph within a node, run once or once for each item. */
export interface PlanBody {
  readonly nodes: readonly PlanNode[];
  /** What the body amounts to: the result of the last node that was not skipped, or a mapping of all results. */
  readonly result: 'last' | 'map';
  readonly maxConcurrentNodes: number;
}
