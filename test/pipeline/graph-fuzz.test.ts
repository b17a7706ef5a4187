import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import { catalog } from './catalog.ts';

const NAMES = ['a', 'b', 'c', 'd', 'm', 'm_x', 'm_y', 'item', 'n-1'];
const name = fc.constantFrom(...NAMES);
const text = fc.oneof(
  name,
  name.map((other) => `${other}.v + 1`),
  name.map((other) => `{{ ${other}.v }} of {{name}}`),
  fc.constantFrom('$input.x', '$item', 'show', '1 +', '', '{{', '{% if x %}', '3'),
);
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(text, fc.integer({ min: -1, max: 4 }), fc.boolean(), fc.constant(null));
const MODES = ['for-each', 'times', 'while', 'if-else', 'switch', 'loop'];

/** A value that fits its key more often than not. */
const mostly = (likely: fc.Arbitrary<JsonValue>) => fc.oneof({ arbitrary: likely, weight: 8 }, { arbitrary: scalar, weight: 1 });

const { nodes } = fc.letrec<{ nodes: JsonValue; node: JsonValue; body: JsonValue }>((tie) => ({
  nodes: fc.array(tie('node'), { maxLength: 5 }),
  body: fc.oneof({ depthSize: 'small' }, fc.constantFrom('show', 'nope'), tie('nodes')),
  node: fc.oneof(
    shaped('function_node', {
      fn: fc.constant('show'),
      input_mapping: fc.dictionary(name, text, { maxKeys: 2 }),
      on_error: name,
    }),
    shaped('expression_node', { expressions: fc.dictionary(fc.constantFrom('x', 'y', 'a'), text, { maxKeys: 2 }) }),
    shaped('composite_node', {
      mode: fc.constantFrom(...MODES),
      body: tie('body'),
      else_body: tie('body'),
      condition: text,
      items: text,
      count: fc.integer({ min: 0, max: 3 }),
      branches: fc.array(fc.record({ condition: text, action: name, body: tie('body') }, { requiredKeys: ['condition'] }), {
        maxLength: 2,
      }),
      route_downstream: fc.boolean(),
      state_update: fc.dictionary(name, text, { maxKeys: 2 }),
    }),
    shaped('wait_node', { event_key: text, timeout: fc.constant('5s'), on_timeout: name }),
    shaped('macro_invocation', {
      macro: fc.constantFrom('m1', 'm2', 'm3'),
      inputs: fc.dictionary(fc.constantFrom('p', 'q'), scalar, { maxKeys: 1 }),
    }),
  ),
}));

function shaped(kind: string, keys: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<JsonValue> {
  const spec = fc.record(
    Object.fromEntries(Object.entries({ ...keys, when: text }).map(([key, value]) => [key, mostly(value)])),
    {
      requiredKeys: Object.keys(keys).slice(0, 1),
    },
  );
  const places = { dependencies: fc.array(name, { maxLength: 2 }), wait_for: name };
  return fc
    .record({ metadata: name.map((own) => ({ name: own })), spec, ...places }, { requiredKeys: ['metadata', 'spec'] })
    .map((node) => ({ kind, ...node }));
}

/** Runs a graph as if every node succeeded, and all inner graphs; the names of nodes that never get their turn. */
function stuckIn(graph: readonly PlanNode[]): readonly string[] {
  const done = new Set<string>();
  let waiting = [...graph];
  for (let before = -1; before !== waiting.length; ) {
    before = waiting.length;
    for (const node of waiting)
      if ([...node.dependencies, ...node.waitFor].every((other) => done.has(other))) done.add(node.name);
    waiting = waiting.filter((node) => !done.has(node.name));
  }
  const inner = graph.flatMap(({ bodies = {} }) => Object.values(bodies).flatMap((body) => stuckIn(body.nodes)));
  return [...waiting.map((node) => node.name), ...inner];
}

function namesTwice(graph: readonly PlanNode[]): boolean {
  return new Set(graph.map((node) => node.name)).size !== graph.length;
}

describe('a graph of any shape', () => {
  it('is refused with diagnostics, or compiles into graphs whose every node gets its turn', () => {
    const macro = (own: string) => fc.record({ kind: fc.constant('Macro'), metadata: fc.constant({ name: own }), nodes });
    const documents = fc.tuple(nodes, macro('m1'), macro('m2'));
    let compiled = 0;

    fc.assert(
      fc.property(documents, ([pipelineNodes, ...macros]) => {
        const pipeline = { kind: 'Pipeline', metadata: { name: 'p' }, spec: { nodes: pipelineNodes } };
        const source = [pipeline, ...macros].map((document) => JSON.stringify(document)).join('\n---\n');

        const { plan, diagnostics } = compilePipeline(source, 'p.yaml', catalog);

        const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
        expect(plan === undefined).toBe(hasErrors);
        expect(stuckIn(plan?.nodes ?? [])).toEqual([]);
        expect(namesTwice(plan?.nodes ?? [])).toBe(false);
        if (plan !== undefined && plan.nodes.length > 1) compiled += 1;
      }),
      { numRuns: 1_000, seed: 7 },
    );

    expect(compiled).toBeGreaterThan(10);
  });
});
