import type { Lookup, Scope } from '../expression/scope.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { NodeDefinition } from '../pipeline/node-definition.ts';
import type { NodeResources } from './node-resources.ts';
import type { StepContext } from './step-context.ts';

/** What a pure node computes with. */
export interface Evaluation {
  readonly input: JsonValue;
  readonly scope: Scope;
  /** Unix milliseconds, from the durable context. */
  readonly now: number;
  /** Results of the node's dependencies, in declared order. */
  readonly dependencies: readonly (readonly [name: string, result: JsonValue])[];
}

/** A kind whose nodes compute their result from data alone. */
export interface PureNodeKind extends NodeDefinition {
  readonly role: 'pure';
  /** @throws ExpressionError, PermanentError */
  evaluate(spec: JsonObject, evaluation: Evaluation): JsonValue;
}

/** What an effect node is given besides its input. */
export interface NodeContext extends StepContext {
  /** Names in the node's texts: its input's fields, then nodes, then the run's input. */
  readonly scope: Lookup;
  /** Fields of the input that the node's `input_mapping` names. */
  readonly mapped?: ReadonlySet<string>;
  /** Unix milliseconds, from the durable context: what expressions and templates see as the time. */
  readonly now: number;
  /** Ports, services and state machines of the node's pipeline. */
  readonly resources: NodeResources;
}

/** A kind whose nodes do something in the world, or may take long. */
export interface EffectNodeKind extends NodeDefinition {
  readonly role: 'effect';
  run(spec: JsonObject, input: JsonValue, context: NodeContext): Promise<JsonValue>;
}

/** A kind that the run engine itself carries out; what it needs to know is in the plan. */
export interface EngineNodeKind extends NodeDefinition {
  readonly role: 'composite' | 'wait' | 'child' | 'macro';
}

export type NodeKind = PureNodeKind | EffectNodeKind | EngineNodeKind;
