import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { catalog, compileNodes, summary } from './catalog.ts';
import { composite, edgesOf, planned, step } from './graph-text.ts';

const DEFAULTS = {
  item_var: 'item',
  index_var: 'index',
  max_iterations: 100,
  concurrency: 1,
  collect: 'list',
  error_handling: 'fail_fast',
};

function waiting(spec: string, keys = ''): string {
  return `{kind: wait_node, metadata: {name: w}, spec: {${spec}}${keys}}`;
}

describe('the plan of a composite node', () => {
  it.each([
    ['mode: for-each, items: $input.xs', { mode: 'for-each', items: '$input.xs' }],
    [
      'mode: for-each, items: [1, {a: 2}], item_var: it, index_var: n',
      { mode: 'for-each', items: [1, { a: 2 }], item_var: 'it', index_var: 'n' },
    ],
    [
      'mode: times, count: 3, concurrency: 2, collect: dict, key_field: id',
      { mode: 'times', count: 3, concurrency: 2, collect: 'dict', key_field: 'id' },
    ],
    [
      'mode: while, condition: state.i < 3, initial_state: {i: 0}, state_update: {i: state.i + 1, last: $body, n: 5}, max_iterations: 7, error_handling: continue',
      {
        mode: 'while',
        condition: 'state.i < 3',
        initial_state: { i: 0 },
        state_update: [
          ['i', 'state.i + 1'],
          ['last', '$body'],
          ['n', 5],
        ],
        max_iterations: 7,
        error_handling: 'continue',
      },
    ],
    ['mode: if-else, condition: x, body: show', { mode: 'if-else', condition: 'x' }],
    [
      'mode: switch, branches: [{condition: x, body: show}, {condition: y, action: go}], else_action: stop',
      {
        mode: 'switch',
        branches: [
          { condition: 'x', hasBody: true },
          { condition: 'y', action: 'go', hasBody: false },
        ],
        else_action: 'stop',
      },
    ],
    [
      'mode: for-each, items: xs, collect: reduce, reducer: builtins.sum',
      { mode: 'for-each', items: 'xs', collect: 'reduce', reducer: 'builtins.sum' },
    ],
  ])('has its defaults filled in: %s', (spec, expected) => {
    const [node] = planned([composite('c', spec)]);

    expect(node?.spec).toEqual({ ...DEFAULTS, ...expected });
  });

  it('may last as long as a run, unless it says how long', () => {
    const nodes = planned([composite('c', 'mode: times, count: 1'), composite('d', 'mode: times, count: 1, timeout: 2d')]);

    expect(nodes.map(({ timeoutMs }) => timeoutMs)).toEqual([0, 2 * 86_400_000]);
  });
});

describe('a composite node', () => {
  it.each([
    ['field_missing', '^body: show'],
    ['value_invalid', 'mode: ^loop'],
    ['field_missing', '^mode: for-each, body: show'],
    ['field_missing', '^mode: times, body: show'],
    ['field_missing', '^mode: while, body: show'],
    ['field_missing', '^mode: if-else, body: show'],
    ['field_missing', '^mode: switch'],
    ['integer_range', 'mode: times, count: ^0'],
    ['integer_range', 'mode: times, count: ^1.5'],
    ['integer_range', 'mode: times, count: ^1000000000'],
    ['name_unknown', 'mode: times, count: 1, body: [{kind: function_node, metadata: {name: p}, spec: {fn: show, when: ^$item}}]'],
    [
      'name_unknown',
      'mode: while, condition: x, body: [{kind: function_node, metadata: {name: p}, spec: {fn: show, when: ^$body}}]',
    ],
    ['type_number', 'mode: times, count: ^many'],
    ['type_list', 'mode: switch, branches: ^{condition: x}'],
    ['integer_range', 'mode: switch, branches: ^[]'],
    ['field_missing', 'mode: switch, branches: [^{action: x}]'],
    ['type_mapping', 'mode: switch, branches: [^x]'],
    ['warning field_unknown', 'mode: switch, branches: [{condition: x, ^acton: x}]'],
    ['type_invalid', 'mode: times, count: 1, body: ^5'],
    ['body_twice', 'mode: if-else, condition: x, body: show, then_body: ^show'],
    ['step_unknown', 'mode: times, count: 1, body: ^shwo'],
    ['expression_parse', 'mode: if-else, condition: x >^'],
    ['expression_parse', 'mode: for-each, items: x +^'],
    ['expression_parse', 'mode: while, condition: x, state_update: {a: x +^}'],
    ['name_unknown', 'mode: for-each, items: ^$item'],
    ['name_invalid', 'mode: for-each, items: x, item_var: ^an-item'],
    ['reducer_unknown', 'mode: for-each, items: x, collect: reduce, reducer: ^builtins.smu'],
    ['field_missing', 'mode: for-each, items: x, collect: ^reduce'],
    ['warning key_of_other_mode', 'mode: for-each, items: x, count: ^3'],
    ['warning key_of_other_mode', 'mode: for-each, items: x, key_field: ^id'],
    ['warning field_unknown', 'mode: for-each, items: x, ^itm: id'],
    ['integer_range', 'mode: for-each, items: x, concurrency: ^0'],
  ])('is told %s at the mark in %s', (code, marked) => {
    const line = composite('c', marked);

    const { diagnostics } = compileNodes([line.replace('^', '')]);

    // What is missing is told where the spec begins.
    const column = line.indexOf('^') + (marked.startsWith('^') ? 0 : 1) + '  - '.length;
    expect(summary(diagnostics)).toEqual([`6:${column} ${code}`]);
  });

  it('may read the state and the place in the loop where it tests and updates', () => {
    const { diagnostics } = compileNodes([
      composite(
        'c',
        'mode: while, condition: state.i < 3 and $index < 9 and iteration < 9, state_update: {i: $body.n + $index, j: state.j}',
      ),
    ]);

    expect(diagnostics).toEqual([]);
  });
});

describe('a switch that routes downstream', () => {
  const router = (keys = '') =>
    composite(
      'r',
      `mode: switch, route_downstream: true, branches: [{condition: s == 'a', action: na}, {condition: s == 'b', action: nb}], else_action: nc${keys}`,
    );

  it('makes its targets depend on it and on its choice', () => {
    const nodes = planned([router(), step('na'), step('nb', ', dependencies: []', ', when: x > 1'), step('nc')]);

    expect(edgesOf(nodes)).toEqual({ r: '', na: 'r', nb: 'r', nc: 'nb r' });
    expect(nodes.map(({ when }) => when)).toEqual([
      undefined,
      "r.result == 'na'",
      "(x > 1) and (r.result == 'nb')",
      "r.result == 'nc'",
    ]);
  });

  it('may name a target twice', () => {
    const twice = composite(
      'r',
      'mode: switch, route_downstream: true, branches: [{condition: x, action: n}, {condition: y, action: n}]',
    );

    const nodes = planned([twice, step('n')]);

    expect(nodes[1]?.when).toBe("r.result == 'n'");
  });

  it('routes to the nodes a macro begins with', () => {
    const macro =
      '---\nkind: Macro\nmetadata: {name: m}\nnodes:\n  - {kind: function_node, metadata: {name: "{{name}}_a"}, spec: {fn: show}}\n';
    const invocation = '{kind: macro_invocation, metadata: {name: mm}, spec: {macro: m}}';

    const nodes = planned(
      [composite('r', 'mode: switch, route_downstream: true, branches: [{condition: x, action: mm}]'), invocation],
      macro,
    );

    expect(nodes[1]).toMatchObject({ name: 'mm_a', when: "r.result == 'mm'", dependencies: ['r'] });
  });

  it('without the key only gives labels', () => {
    const nodes = planned([composite('r', 'mode: switch, branches: [{condition: x, action: n}]'), step('n')]);

    expect(nodes[1]).not.toHaveProperty('when');
  });

  it.each([
    ['switch_target_unknown', 'action: ^nx'],
    ['switch_target_unknown', 'action: ^r'],
  ])('is told %s at the mark in %s', (code, action) => {
    const line = composite('r', `mode: switch, route_downstream: true, branches: [{condition: x, ${action}}]`);

    const { diagnostics } = compileNodes([line.replace('^', ''), step('na')]);

    expect(summary(diagnostics)).toEqual([`6:${line.indexOf('^') + 1 + '  - '.length} ${code}`]);
  });

  it('needs a name that its targets can read', () => {
    const { diagnostics } = compileNodes([
      composite('my-router', 'mode: switch, route_downstream: true, branches: [{condition: x, action: n}]'),
      step('n'),
    ]);

    expect(summary(diagnostics)).toEqual(['6:45 name_unreadable']);
  });
});

describe('a wait', () => {
  it.each([
    ['1d12h', 129_600_000],
    ['1d12h30m5s', 131_405_000],
    ['90', 90_000],
    ['366d', 366 * 86_400_000],
  ])('of %s is in the plan in milliseconds', (timeout, expected) => {
    const [node] = planned([waiting(`event_key: "k:{{$input.x}}:{{x}}", timeout: ${timeout}, setup_fn: show`)]);

    expect(node).toMatchObject({
      kind: 'wait_node',
      spec: { event_key: 'k:{{$input.x}}:{{x}}', timeout_ms: expected, setup_fn: 'show' },
    });
  });

  it('may have no end', () => {
    const [node] = planned([waiting('event_key: k')]);

    expect(node?.spec).toEqual({ event_key: 'k' });
  });

  it('leads to the node that takes over when nothing came', () => {
    const nodes = planned([
      waiting('event_key: k, timeout: 5s, on_timeout: t, on_error: e'),
      step('n'),
      step('t', ', dependencies: []'),
      step('e', ', dependencies: []'),
    ]);

    expect(nodes).toMatchObject([
      { onTimeout: 't', onError: 'e' },
      { dependencies: ['w'] },
      { dependencies: ['w'], handlesTimeout: ['w'] },
      { dependencies: ['w'], handles: ['w'] },
    ]);
  });

  it('depends on what its key reads', () => {
    const nodes = planned([step('a'), step('b'), waiting('event_key: "{{ a.got }}"')]);

    expect(edgesOf(nodes)).toMatchObject({ w: 'a' });
  });

  it.each([
    ['field_missing', '^timeout: 5s'],
    ['duration_range', 'event_key: k, timeout: ^367d'],
    ['duration_range', 'event_key: k, timeout: ^0'],
    ['duration_invalid', 'event_key: k, timeout: ^soon'],
    ['dependency_unknown', 'event_key: k, timeout: 5s, on_timeout: ^t'],
    ['on_timeout_self', 'event_key: k, timeout: 5s, on_timeout: ^w'],
    ['step_unknown', 'event_key: k, setup_fn: ^shwo'],
    ['warning field_unknown', 'event_key: k, ^tiemout: 5s'],
  ])('is told %s at the mark in %s', (code, marked) => {
    const line = waiting(marked);

    const { diagnostics } = compileNodes([line.replace('^', '')]);

    const column = line.indexOf('^') + (code === 'field_missing' ? 0 : 1) + '  - '.length;
    expect(summary(diagnostics)).toEqual([`6:${column} ${code}`]);
  });

  it('with a node to take over but no end is doubtful', () => {
    const { diagnostics } = compileNodes([waiting('event_key: k, on_timeout: t'), step('t')]);

    expect(summary(diagnostics)).toEqual(['6:77 warning timeout_missing']);
  });
});

describe('a pipeline node', () => {
  const text = (pipeline: string, keys = '') =>
    `kind: Pipeline\nmetadata: {name: orders}\nspec:\n  nodes:\n    - {kind: pipeline_node, metadata: {name: c}, spec: {pipeline: ${pipeline}${keys}}}\n`;
  const compile = (pipeline: string, keys = '') =>
    compilePipeline(text(pipeline, keys), 'orders.yaml', catalog, { variables: {}, pipelines: new Set(['orders', 'invoices']) });

  it.each([
    ['', true],
    [', wait: false', false],
  ])('waits for the other run unless it says otherwise%s', (keys, wait) => {
    const { plan } = compile('invoices', keys);

    expect(plan?.nodes).toMatchObject([{ kind: 'pipeline_node', spec: { pipeline: 'invoices', wait } }]);
  });

  it.each([
    ['invoicse', ['5:67 pipeline_unknown']],
    ['orders', ['5:67 warning pipeline_recursion']],
  ])('of %s is told as %j', (pipeline, expected) => {
    const { diagnostics } = compile(pipeline);

    expect(summary(diagnostics)).toEqual(expected);
  });

  it('is not looked up where other pipelines are not known', () => {
    const { diagnostics } = compilePipeline(text('elsewhere'), 'orders.yaml', catalog);

    expect(diagnostics).toEqual([]);
  });
});
