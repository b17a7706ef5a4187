import type { JsonValue } from '../../src/json.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';
import { type StepDefinition, StepRegistry } from '../../src/nodes/steps.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import type { Facts } from '../../src/run/data-flow.ts';
import { gate } from '../../src/run/gate.ts';
import { stepContext } from './step-context.ts';

export interface PipelineSurroundings {
  readonly input?: JsonValue;
  readonly ports?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly StepDefinition[];
}

/** Compiles a pipeline and runs its nodes in document order, one attempt each; gives all results. The first failure is thrown. */
export async function runPipeline(
  nodes: readonly string[],
  { input = {}, ports = {}, steps: given = [] }: PipelineSurroundings,
): Promise<Readonly<Record<string, JsonValue>>> {
  const steps = new StepRegistry(given);
  const kinds = nodeKinds(steps);
  const text = ['kind: Pipeline', 'metadata: {name: t}', 'spec:', '  nodes:', ...nodes.map((node) => `  - ${node}`)].join('\n');
  const { plan, diagnostics } = compilePipeline(text, 't.yaml', { kinds: [...kinds.values()], steps });
  if (plan === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));

  const results = new Map<string, JsonValue>();
  for (const node of plan.nodes) {
    results.set(node.name, await resultOf(node, { input, results, now: 0, runId: 'run-1', pipeline: 't' }));
  }
  return Object.fromEntries(results);

  async function resultOf(node: PlanNode, facts: Facts): Promise<JsonValue> {
    const decision = gate(node, facts);
    if (decision.kind === 'skip') return decision.result;
    if (decision.kind === 'fail') throw new Error(decision.error.message);
    const kind = kinds.get(node.kind);
    const { scope } = decision;
    if (kind?.role === 'effect') {
      const resources = { ...NO_RESOURCES, port: (name: string) => ports[name] };
      return kind.run(node.spec, decision.input, { ...stepContext(node.name), scope, resources });
    }
    if (kind?.role === 'pure') return kind.evaluate(node.spec, { input: decision.input, scope, now: 0, dependencies: [] });
    throw new Error(`A ${node.kind} cannot run here.`);
  }
}
