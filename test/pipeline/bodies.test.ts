import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import { catalog, compileNodes, summary } from './catalog.ts';
import { composite, computed, edgesOf, planned, step } from './graph-text.ts';

function bodyOf(node: PlanNode | undefined, key = 'body'): readonly PlanNode[] | undefined {
  return node?.bodies?.[key]?.nodes;
}

describe('the body of a composite node', () => {
  it('connects its nodes as a pipeline does: by references, else in order', () => {
    const body = [step('p'), step('q'), computed('r', 'x: "p.got"'), step('s', ', dependencies: []'), step('t', ', wait_for: s')];

    const [node] = planned([composite('c', `mode: times, count: 2, body: [${body.join(', ')}]`)]);

    expect(edgesOf(bodyOf(node))).toEqual({ p: '', q: 'p', r: 'p', s: '', t: '(s)' });
  });

  it('makes the composite node depend on what it reads from outside', () => {
    const inner = composite('d', `mode: if-else, condition: "rate.v > item", body: [${computed('x', 'y: "{{ base.v }}"')}]`);
    const body = [computed('p', 'x: "item * rate.v"'), inner];

    const nodes = planned([
      step('base'),
      step('rate'),
      step('last'),
      composite('c', `mode: for-each, items: $input.xs, body: [${body.join(', ')}]`),
    ]);

    expect(edgesOf(nodes)).toMatchObject({ c: 'rate base' });
    expect(edgesOf(bodyOf(nodes.at(-1)))).toEqual({ p: '', d: 'p' });
  });

  it('does not take names that the loop binds for nodes', () => {
    const body = computed('p', 'x: "[sku, n, $item, $index, $total, $is_first, $is_last, sku.v]", z: "{{ sku.v }} {{ n }}"');

    const nodes = planned([
      step('sku'),
      step('n'),
      step('last'),
      composite('c', `mode: for-each, items: xs, item_var: sku, index_var: n, body: [${body}]`),
    ]);

    expect(edgesOf(nodes)).toMatchObject({ c: 'last' });
  });

  it('may have nodes of names that are used outside, which then are meant', () => {
    const nodes = planned([
      step('a'),
      step('b'),
      composite('c', `mode: times, count: 1, body: [${step('a')}, ${computed('x', 'y: "a.got"')}]`),
    ]);

    expect(edgesOf(nodes)).toEqual({ a: '', b: 'a', c: 'b' });
    expect(edgesOf(bodyOf(nodes.at(-1)))).toEqual({ a: '', x: 'a' });
  });

  it('may be the name of a step', () => {
    const [node] = planned([composite('c', 'mode: times, count: 1, body: show')]);

    expect(node?.bodies).toMatchObject({
      body: {
        result: 'last',
        maxConcurrentNodes: 10,
        nodes: [{ name: 'body', kind: 'function_node', dependencies: [], spec: { fn: 'show' } }],
      },
    });
  });

  it.each([
    ['mode: for-each, items: xs, body: []', { body: { nodes: [], result: 'last', maxConcurrentNodes: 10 } }],
    ['mode: for-each, items: xs', undefined],
    ['mode: while, condition: x, body: null', undefined],
  ])('may be empty or absent: %s', (spec, bodies) => {
    const [node] = planned([composite('c', spec)]);

    expect(node?.bodies).toEqual(bodies);
  });

  it('has limits of its own', () => {
    const slow = composite('d', `mode: times, count: 1, body: [${step('q')}]`);

    const [node] = planned([
      composite(
        'c',
        `mode: times, count: 1, max_concurrent_nodes: 3, default_node_timeout: 5s, body: [${step('p')}, ${slow}, ${step('r', '', ', timeout: 7')}]`,
      ),
    ]);

    expect(node?.bodies?.['body']?.maxConcurrentNodes).toBe(3);
    expect(bodyOf(node)?.map(({ timeoutMs }) => timeoutMs)).toEqual([5_000, 0, 7_000]);
    expect(bodyOf(bodyOf(node)?.[1])?.[0]?.timeoutMs).toBe(5_000);
  });

  it('goes by the branch it belongs to', () => {
    const nodes = planned([
      composite(
        'i',
        'mode: if-else, condition: x, then_body: show, else_body: [{kind: function_node, metadata: {name: e}, spec: {fn: kw}}]',
      ),
      composite('s', 'mode: switch, branches: [{condition: x, action: go}, {condition: y, body: show}], else_body: kw'),
    ]);

    expect(nodes.map(({ bodies = {} }) => Object.keys(bodies))).toEqual([
      ['then', 'else'],
      ['1', 'else'],
    ]);
  });

  it('routes among its own nodes', () => {
    const body = [
      composite('r', 'mode: switch, route_downstream: true, branches: [{condition: "item > 1", action: p}]'),
      step('p'),
    ];

    const [node] = planned([composite('c', `mode: for-each, items: xs, body: [${body.join(', ')}]`)]);

    expect(bodyOf(node)?.[1]).toMatchObject({ dependencies: ['r'], when: "r.result == 'p'" });
  });

  it.each([
    ['step_unknown', '{kind: function_node, metadata: {name: p}, spec: {fn: ^shwo}}'],
    ['node_kind_unknown', '{kind: ^functoin_node, metadata: {name: p}}'],
    ['name_unknown', '{kind: function_node, metadata: {name: p}, spec: {fn: show, when: "^$itm > 1"}}'],
    ['warning field_unknown', '{kind: function_node, metadata: {name: p}, spec: {fn: show, ^timout: 1}}'],
    ['dependency_unknown', '{kind: function_node, metadata: {name: p}, dependencies: [^a], spec: {fn: show}}'],
    ['dependency_outside', '{kind: function_node, metadata: {name: p}, dependencies: [^c], spec: {fn: show}}'],
    ['type_mapping', '^text'],
    ['field_missing', '^{kind: function_node, spec: {fn: show}}'],
  ])('is checked as precisely as a pipeline: %s at the mark in %s', (code, marked) => {
    const line = composite('c', `mode: for-each, items: xs, body: [${marked}]`);

    const { diagnostics } = compileNodes([line.replace('^', '')]);

    expect(summary(diagnostics)).toEqual([`6:${'  - '.length + line.indexOf('^') + 1} ${code}`]);
  });

  it('may read fields that nobody declared, and name a node as the loop names its item', () => {
    const body = [step('item'), step('p', '', ', input_mapping: {x: order.total, y: $item.v, z: sku}')];

    const { diagnostics } = compileNodes([composite('c', `mode: for-each, items: xs, body: [${body.join(', ')}]`)]);

    expect(diagnostics).toEqual([]);
  });

  it.each([
    ['$itm > 1', "Did you mean '$item'?"],
    ['$body > 1', 'Loops bind it: use it in the body of a composite_node whose mode has it.'],
    ['$x > 1', 'Use $input or $ctx.'],
  ])('tells what could be meant by a name in %s', (when, expected) => {
    const loop = when.startsWith('$itm') ? 'mode: for-each, items: xs' : 'mode: if-else, condition: y';

    const { diagnostics } = compileNodes([composite('c', `${loop}, body: [${step('p', '', `, when: ${when}`)}]`)]);

    expect(diagnostics).toMatchObject([{ code: 'name_unknown', remedy: expected }]);
  });

  it('tells cycles and doubled names within it', () => {
    const body = [step('p', ', dependencies: [q]'), step('q', ', dependencies: [p]'), step('q')];

    const { diagnostics } = compileNodes([composite('c', `mode: times, count: 1, body: [${body.join(', ')}]`)]);

    expect(diagnostics.map(({ code }) => code)).toEqual(['cycle', 'node_duplicate']);
  });

  it('is checked although something else is wrong with its node', () => {
    const { diagnostics } = compileNodes([
      composite('c', 'mode: fr-each, body: [{kind: function_node, metadata: {name: p}, spec: {fn: nope}}]'),
    ]);

    expect(diagnostics.map(({ code }) => code)).toEqual(['value_invalid', 'step_unknown']);
  });

  it.each([
    [16, []],
    [17, ['graph_depth']],
  ])('may hold composite nodes %i deep: %j', (depth, expected) => {
    let node = step('leaf');
    for (let level = 0; level < depth; level++) node = composite('c', `mode: times, count: 1, body: [${node}]`);

    const { diagnostics } = compileNodes([node]);

    expect(diagnostics.map(({ code }) => code)).toEqual(expected);
  });

  it('counts towards the nodes of the pipeline', () => {
    const body = Array.from(
      { length: 1_000 },
      (_, index) => `{kind: data_node, metadata: {name: n${index}}, spec: {output: {}}}`,
    ).join(', ');

    const { diagnostics } = compileNodes([
      composite('c', `mode: times, count: 1, body: [${body}]`),
      composite('d', `mode: times, count: 1, body: [${body}]`),
    ]);

    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['node_limit']);
  });
});

describe('a body in a file of its own', () => {
  const main = (keys = '') =>
    `kind: Pipeline\nmetadata: {name: main}\nspec:\n  nodes:\n    - ${composite('c', `mode: for-each, items: xs, body_pipeline: parts/one.yaml${keys}`)}\n`;
  const files = (texts: Readonly<Record<string, string>>) => ({ variables: {}, readFile: (path: string) => texts[path] });

  it('gives a mapping of its results, and may read what the loop binds', () => {
    const one = `kind: Pipeline\nmetadata: {name: one}\nspec:\n  nodes:\n    - ${computed('p', 'x: "$item + item.v"')}\n    - ${step('q')}\n`;

    const { plan, diagnostics } = compilePipeline(main(), 'main.yaml', catalog, files({ 'parts/one.yaml': one }));

    expect(diagnostics).toEqual([]);
    expect(plan?.nodes[0]?.bodies?.['body']).toMatchObject({
      result: 'map',
      nodes: [{ name: 'p' }, { name: 'q', dependencies: ['p'] }],
    });
  });

  it('may read fields of its input in mappings, whatever they are', () => {
    const one = `kind: Pipeline\nmetadata: {name: one}\nspec:\n  nodes:\n    - ${step('p', '', ', input_mapping: {x: order.total}')}\n`;
    const text = `kind: Pipeline\nmetadata: {name: main}\nspec:\n  nodes:\n    - ${composite('c', 'mode: if-else, condition: x, body_pipeline: one.yaml')}\n`;

    const { diagnostics } = compilePipeline(text, 'main.yaml', catalog, files({ 'one.yaml': one }));

    expect(diagnostics).toEqual([]);
  });

  it('must be there', () => {
    const { diagnostics } = compilePipeline(main(), 'main.yaml', catalog, files({}));

    const column = (main().split('\n')[4] ?? '').indexOf('parts/') + 1;
    expect(summary(diagnostics)).toEqual([`5:${column} body_not_found`]);
  });

  it('must not lead back to a file it is in', () => {
    const one = `kind: Pipeline\nmetadata: {name: one}\nspec:\n  nodes:\n    - ${composite('c', 'mode: times, count: 1, body_pipeline: ../main.yaml')}\n`;

    const { diagnostics } = compilePipeline(main(), 'main.yaml', catalog, files({ 'parts/one.yaml': one, 'main.yaml': main() }));

    expect(diagnostics.map(({ code, file }) => [code, file])).toEqual([['body_cycle', 'parts/one.yaml']]);
  });

  it('excludes one in its place', () => {
    const { diagnostics } = compilePipeline(
      main(', body: show'),
      'main.yaml',
      catalog,
      files({ 'parts/one.yaml': 'kind: Pipeline\nmetadata: {name: one}\nspec: {nodes: []}' }),
    );

    expect(diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['body_twice']);
  });
});
