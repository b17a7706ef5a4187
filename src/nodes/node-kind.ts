import type { Scope } from '../expression/scope.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { NodeDefinition } from '../pipeline/node-definition.ts';
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
  readonly effect: false;
  /** @throws ExpressionError, PermanentError */
  evaluate(spec: JsonObject, evaluation: Evaluation): JsonValue;
}

/** A kind whose nodes do something in the world, or may take long. */
export interface EffectNodeKind extends NodeDefinition {
  readonly effect: true;
  run(spec: JsonObject, input: JsonValue, context: StepContext): Promise<JsonValue>;
}

export type NodeKind = PureNodeKind | EffectNodeKind;
