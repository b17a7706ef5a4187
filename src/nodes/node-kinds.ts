import { expressionNode } from './expression-node.ts';
import { functionNode } from './function-node.ts';
import type { NodeKind } from './node-kind.ts';
import type { StepRegistry } from './steps.ts';

/** Every kind of node, by its canonical name. */
export function nodeKinds(steps: StepRegistry): ReadonlyMap<string, NodeKind> {
  return new Map([functionNode(steps), expressionNode].map((kind) => [kind.kind, kind]));
}
