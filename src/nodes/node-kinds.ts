import { agentNode } from './agent-node.ts';
import { apiCallNode } from './api-call-node.ts';
import { compositeNode } from './composite-node.ts';
import { dataNode } from './data-node.ts';
import { expressionNode } from './expression-node.ts';
import { functionNode } from './function-node.ts';
import { llmNode } from './llm-node.ts';
import { macroInvocation } from './macro-invocation.ts';
import type { NodeKind } from './node-kind.ts';
import { pipelineNode } from './pipeline-node.ts';
import { serviceCallNode } from './service-call-node.ts';
import type { StepRegistry } from './steps.ts';
import { transitionNode } from './transition-node.ts';
import { waitNode } from './wait-node.ts';

/** Every kind of node, by its canonical name. */
export function nodeKinds(steps: StepRegistry): ReadonlyMap<string, NodeKind> {
  const kinds: readonly NodeKind[] = [
    functionNode(steps),
    expressionNode(steps),
    dataNode,
    llmNode,
    agentNode(steps),
    serviceCallNode,
    apiCallNode,
    transitionNode,
    compositeNode,
    waitNode,
    pipelineNode,
    macroInvocation,
  ];
  return new Map(kinds.map((kind) => [kind.kind, kind]));
}
