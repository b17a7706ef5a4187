import type { JsonValue } from '../../src/json.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import type { Facts } from '../../src/run/data-flow.ts';
import { gate } from '../../src/run/gate.ts';
import { stepContext } from '../nodes/step-context.ts';

const steps = new StepRegistry([
  defineStep('const', () => ({ v: 1, name: 'n' })),
  defineStep('echo', (input) => input),
  defineStep('show', (input) => ({ got: input })),
  defineStep('num', () => 42),
  defineStep('none', () => null),
  defineStep('one', () => ({ a: 1 })),
  defineStep('two', () => ({ b: 2 })),
  defineStep('nullv', () => ({ v: null })),
  defineStep('boom', () => {
    throw new PermanentError('boom', 'boom');
  }),
  defineStep(
    'kw',
    (input) => {
      const given = typeof input === 'object' && input !== null ? input : {};
      return { b: 5, c: null, ...given };
    },
    { params: ['a', 'b', 'c'] },
  ),
]);

export interface Outcome {
  readonly results: Readonly<Record<string, JsonValue>>;
  readonly failure?: { readonly node: string; readonly code: string; readonly message: string };
}

/**
 * Runs a pipeline given by its nodes, one after the other, with one attempt each, through the same gate and kinds as the runtime.
 * A failure without a handler ends it.
 */
export async function runInOrder(nodes: readonly string[], input: JsonValue): Promise<Outcome> {
  const kinds = nodeKinds(steps);
  const text = ['kind: Pipeline', 'metadata: {name: t}', 'spec:', '  nodes:', ...nodes.map((node) => `  - ${node}`)].join('\n');
  const { plan, diagnostics } = compilePipeline(text, 't.yaml', { kinds: [...kinds.values()], steps });
  if (plan === undefined) throw new Error(diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));

  const results = new Map<string, JsonValue>();
  const waiting = [...plan.nodes];
  for (let node = takeDue(waiting, results); node !== undefined; node = takeDue(waiting, results)) {
    const facts: Facts = { input, results, now: 0, runId: 'run-1', pipeline: plan.pipeline };
    const decision = gate(node, facts);
    if (decision.kind === 'skip') {
      results.set(node.name, decision.result);
      continue;
    }
    if (decision.kind === 'fail')
      return { results: Object.fromEntries(results), failure: { node: node.name, ...decision.error } };
    try {
      results.set(node.name, await work(node, decision, facts));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const { message } = error;
      if (node.onError === undefined)
        return { results: Object.fromEntries(results), failure: { node: node.name, code: codeOf(error), message } };
      results.set(node.name, { _error: { node: node.name, type: error.name, message } });
    }
  }
  return { results: Object.fromEntries(results) };

  async function work(
    node: PlanNode,
    decision: Extract<ReturnType<typeof gate>, { kind: 'run' }>,
    facts: Facts,
  ): Promise<JsonValue> {
    const kind = kinds.get(node.kind);
    if (kind === undefined) throw new Error(`No kind ${node.kind}`);
    if (kind.role === 'effect') return kind.run(node.spec, decision.input, stepContext(node.name));
    if (kind.role !== 'pure') throw new Error(`A ${kind.kind} cannot run here.`);
    const dependencies = node.dependencies.map((name) => [name, results.get(name) ?? null] as const);
    return kind.evaluate(node.spec, { input: decision.input, scope: decision.scope, now: facts.now, dependencies });
  }
}

function takeDue(waiting: PlanNode[], results: ReadonlyMap<string, JsonValue>): PlanNode | undefined {
  const index = waiting.findIndex((node) => [...node.dependencies, ...node.waitFor].every((name) => results.has(name)));
  return index < 0 ? undefined : waiting.splice(index, 1)[0];
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
