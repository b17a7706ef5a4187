import { describe, expect, it } from 'vitest';
import { compileNodes, summary } from './catalog.ts';
import { composite, computed, edgesOf, planned, step } from './graph-text.ts';

const A = step('a');

/** Compiles the line after node `a`; what is expected is told at the mark in it. */
function told(marked: string, rest = ''): { readonly diagnostics: readonly string[]; readonly place: string } {
  const { diagnostics } = compileNodes([A, marked.replace('^', '')], rest);
  return { diagnostics: summary(diagnostics), place: `7:${marked.indexOf('^') + 1 + '  - '.length}` };
}

describe('the structure of a node', () => {
  it.each([
    ['kind is missing', 'field_missing', '^{metadata: {name: b}, spec: {fn: show}}'],
    ['metadata is missing', 'field_missing', '^{kind: function_node, spec: {fn: show}}'],
    ['its name is missing', 'field_missing', '{kind: function_node, metadata: ^{}, spec: {fn: show}}'],
    [
      'a key of its spec stands beside it',
      'field_unknown',
      '{kind: function_node, metadata: {name: b}, spec: {fn: show}, ^when: x}',
    ],
    ['its name is taken', 'node_duplicate', '{kind: function_node, metadata: {name: ^a}, spec: {fn: show}}'],
    ['its kind is unknown', 'node_kind_unknown', '{kind: ^conditional, metadata: {name: b}, spec: {}}'],
    ['a parameter is missing', 'field_missing', '{kind: function_node, metadata: {name: b}, spec: ^{}}'],
    [
      'its condition cannot be read',
      'expression_parse',
      '{kind: function_node, metadata: {name: b}, spec: {fn: show, when: "x > ^"}}',
    ],
    [
      'a strict mapping maps nothing',
      'mapping_missing',
      '{kind: function_node, metadata: {name: b}, spec: {fn: show, strict_mapping: ^true}}',
    ],
    ['an invocation names no macro', 'field_missing', '{kind: macro_invocation, metadata: {name: b}, spec: ^{inputs: {x: 1}}}'],
    ['a key is unknown', 'warning field_unknown', '{kind: function_node, metadata: {name: b}, spec: {fn: show, ^wen: x}}'],
    ['its name is reserved', 'name_reserved', '{kind: function_node, metadata: {name: ^state}, spec: {fn: show}}'],
  ])('is at fault where %s', (_, code, marked) => {
    const { diagnostics, place } = told(marked);

    expect(diagnostics).toEqual([`${place} ${code}`]);
  });

  it.each(['function_node', 'core:function_node'])('may name its kind %s', (kind) => {
    const nodes = planned([`{kind: ${kind}, metadata: {name: b}, spec: {fn: show}}`]);

    expect(nodes[0]?.kind).toBe('function_node');
  });

  it('may keep settings apart, which its spec overrides', () => {
    const nodes = planned([
      '{kind: function_node, metadata: {name: b}, settings: {fn: const, max_retries: 3}, spec: {fn: show}}',
    ]);

    expect(nodes).toMatchObject([{ spec: { fn: 'show' }, retry: { maxAttempts: 3 } }]);
  });

  it.each([
    ['expression_node', 'expressions: {x: "1"}'],
    ['data_node', 'output: {x: 1}'],
    ['composite_node', 'mode: times, count: 1'],
    ['wait_node', 'event_key: k'],
    ['pipeline_node', 'pipeline: other'],
    ['api_call_node', 'url: /x'],
  ])('has the common keys in every kind: %s', (kind, spec) => {
    const common =
      'when: x > 1, max_retries: 3, retry_delay: 5, critical: true, required_inputs: [x], on_error: h, only_on_error: true, input_mapping: {k: $input.y}, strict_mapping: true';

    const { plan, diagnostics } = compileNodes([`{kind: ${kind}, metadata: {name: b}, spec: {${spec}, ${common}}}`, step('h')]);

    expect(diagnostics.filter(({ code }) => code === 'field_unknown')).toEqual([]);
    expect(plan?.nodes[0]).toMatchObject({
      when: 'x > 1',
      retry: { maxAttempts: 3, delayMs: 5_000 },
      critical: true,
      requiredInputs: ['x'],
      onError: 'h',
      onlyOnError: true,
      inputMapping: { k: '$input.y' },
      strictMapping: true,
    });
  });
});

describe('a reference', () => {
  const spec = (keys: string) => `{kind: function_node, metadata: {name: b}, spec: {fn: show, ${keys}}}`;

  it.each([
    [
      'a dependency is unknown',
      'dependency_unknown',
      '{kind: function_node, metadata: {name: b}, dependencies: [^x], spec: {fn: show}}',
    ],
    [
      'an awaited node is unknown',
      'dependency_unknown',
      '{kind: function_node, metadata: {name: b}, wait_for: [^x], spec: {fn: show}}',
    ],
    ['a handler is unknown', 'dependency_unknown', spec('on_error: ^x')],
    ['a node is its own handler', 'on_error_self', spec('on_error: ^b')],
    ['a mapping begins with no node', 'reference_unknown', spec('input_mapping: {p: ^nope.x}')],
    ['a mapped name is no node', 'warning reference_unknown', spec('input_mapping: {p: ^nope}')],
    ['a mapped field has the name of a node', 'name_conflict', spec('input_mapping: {a: ^$input.x}')],
    ['ctx has no such field', 'reference_unknown', spec('when: ^ctx.nope == 1')],
    ['a condition reads what is almost a node', 'warning reference_unknown', spec('when: ^proces.v == 1')],
    ['a template reads what is almost a node', 'warning reference_unknown', computed('b', 'x: "is {{ ^proces.v }}"')],
    ['items read what is almost a node', 'warning reference_unknown', composite('b', 'mode: for-each, items: ^proces.v')],
    [
      'a branch reads what is almost a node',
      'warning reference_unknown',
      composite('b', 'mode: switch, branches: [{condition: ^proces.v}]'),
    ],
    [
      'a state reads what is almost a node',
      'warning reference_unknown',
      composite('b', 'mode: while, condition: x, state_update: {i: ^proces.v}'),
    ],
    ['an expression has the name of a node', 'name_conflict', computed('b', 'a: ^"1"')],
    ['an expression has the name of a function', 'name_conflict', computed('b', 'len: ^"1"')],
    [
      'a read node is not listed',
      'warning dependency_implicit',
      '{kind: function_node, metadata: {name: b}, dependencies: ^[], spec: {fn: show, when: a.x}}',
    ],
  ])('is at fault where %s', (_, code, marked) => {
    const { diagnostics } = compileNodes([A, marked.replace('^', ''), step('process', ', dependencies: []')]);

    const place = `7:${marked.indexOf('^') + 1 + '  - '.length}`;
    expect(summary(diagnostics)).toEqual([`${place} ${code}`]);
  });

  it('to a field of the input must be one that the schema declares', () => {
    const { diagnostics, place } = told(spec('when: ^$input.totl > 1'), '  input_schema: {total: float}\n');

    expect(diagnostics).toEqual([`${place} reference_unknown`]);
  });

  it('is doubtful where a node has the name of a field of the input', () => {
    const { diagnostics, place } = told(step('^total'), '  input_schema: {total: float}\n');

    expect(diagnostics).toEqual([`${place} warning name_of_input_field`]);
  });

  it.each([
    ['a field nobody declared', 'when: order.total > 5'],
    ['a method of a field', 'when: name.upper() == "X"'],
    ['a method of a field in a mapping', 'input_mapping: {p: "name.upper()", q: "order.lines.index(3)"}'],
    ['a part of a field in a mapping', "input_mapping: {p: \"rows[0]['sku']\", q: 'len(order.lines) > 2'}"],
    ['a variable of a comprehension', 'input_mapping: {p: "[i.v for i in items]"}'],
    ['dots in a text', 'when: "\'hello.world\' == x"'],
    ['a field of the context', 'when: ctx.run_id and $ctx.node_name'],
  ])('may be to %s', (_, keys) => {
    const { diagnostics } = compileNodes([spec(keys)]);

    expect(diagnostics).toEqual([]);
  });

  it.each([
    ["a.rows[0]['sku']", 'a'],
    ['a.rows.0.sku', 'a'],
    ['$input.a', ''],
    ["'a'", ''],
    ['len(a)', 'a'],
    ['a.v+1', 'a'],
    ["a.rows | default('x')", 'a'],
  ])('in a mapping to %s makes a dependency on %j', (source, dependencies) => {
    const nodes = planned([
      A,
      step('last', ', dependencies: []'),
      `{kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {p: ${JSON.stringify(source)}}}}`,
    ]);

    expect(edgesOf(nodes)['b']).toBe(dependencies === '' ? 'last' : dependencies);
  });
});

describe('a large pipeline', () => {
  it('is compiled whole, in the order of its chain', () => {
    const nodes = Array.from({ length: 2_000 }, (_, index) =>
      computed(`n${index}`, index === 0 ? 'v: "1"' : `v: "n${index - 1}.v + 1"`),
    );

    const plan = planned(nodes);

    expect(plan).toHaveLength(2_000);
    expect(plan.at(-1)?.dependencies).toEqual(['n1998']);
  });
});
