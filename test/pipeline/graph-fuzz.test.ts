import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonValue } from '../../src/json.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import { catalog } from './catalog.ts';

const NAMES = ['a', 'b', 'c', 'm'];
const name = fc.constantFrom(...NAMES);
const text = fc.oneof(
  { arbitrary: name, weight: 4 },
  { arbitrary: name.map((other) => `${other}.v + 1`), weight: 4 },
  { arbitrary: name.map((other) => `${other}_${other}.v`), weight: 4 },
  { arbitrary: fc.constantFrom('$input.x', 'show', 'x > 1'), weight: 8 },
  { arbitrary: fc.constantFrom('$item', '1 +', '', '{{', '{% if x %}', '{{ a.v }} of {{name}}'), weight: 1 },
);
const scalar: fc.Arbitrary<JsonValue> = fc.oneof(text, fc.integer({ min: -1, max: 4 }), fc.boolean(), fc.constant(null));

/** A value that fits its key nearly always. */
const mostly = (likely: fc.Arbitrary<JsonValue>) => fc.oneof({ arbitrary: likely, weight: 40 }, { arbitrary: scalar, weight: 1 });

const { nodes } = fc.letrec<{ nodes: JsonValue; node: JsonValue; body: JsonValue }>((tie) => ({
  nodes: fc.uniqueArray(tie('node'), {
    maxLength: 4,
    selector: (node) => JSON.stringify(isJsonObject(node) && node['metadata']),
  }),
  body: fc.oneof({ depthSize: 'small' }, fc.constant('show'), tie('nodes')),
  node: fc.oneof(
    shaped('function_node', {
      fn: fc.constant('show'),
      input_mapping: fc.dictionary(fc.constantFrom('k', 'l'), text, { maxKeys: 2 }),
    }),
    shaped('function_node', { fn: fc.constant('show'), on_error: name }),
    shaped('expression_node', { expressions: fc.dictionary(fc.constantFrom('x', 'y'), text, { minKeys: 1, maxKeys: 2 }) }),
    shaped('composite_node', { mode: fc.constant('for-each'), items: text, body: tie('body') }),
    shaped('composite_node', { mode: fc.constant('if-else'), condition: text, body: tie('body'), else_body: tie('body') }),
    shaped('composite_node', {
      mode: fc.constant('switch'),
      branches: fc.array(fc.record({ condition: text, action: name, body: tie('body') }), { minLength: 1, maxLength: 2 }),
      route_downstream: fc.boolean(),
    }),
    shaped('composite_node', { mode: fc.constant('while'), condition: text, body: tie('body') }),
    shaped('wait_node', { event_key: text, timeout: fc.constant('5s'), on_timeout: name }),
    shaped('macro_invocation', { macro: fc.constantFrom('m1', 'm2') }),
  ),
}));

/** A node with all of these keys, and sometimes with those that every kind has. */
function shaped(kind: string, keys: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<JsonValue> {
  const own = fc.record(Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, mostly(value)])));
  const when = fc.option(text, { freq: 4 }).map((condition) => (condition === null ? {} : { when: condition }));
  const dependencies = fc
    .option(fc.array(name, { maxLength: 2 }), { freq: 4 })
    .map((names) => (names === null ? {} : { dependencies: names }));
  return fc.tuple(name, own, when, dependencies).map(([ownName, spec, condition, places]) => {
    return { metadata: { name: ownName }, kind, spec: { ...spec, ...condition }, ...places };
  });
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
    const macro = (own: string) =>
      nodes.map((list) => {
        const renamed = JSON.parse(JSON.stringify(list).replaceAll(/"metadata":\{"name":"/g, '$&{{name}}_'));
        return { kind: 'Macro', metadata: { name: own }, nodes: renamed };
      });
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
      { numRuns: 600, seed: 7 },
    );

    expect(compiled).toBeGreaterThan(5);
  });
});
