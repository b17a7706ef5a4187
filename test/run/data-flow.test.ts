import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import { runInOrder } from './run-in-order.ts';

const fn = (name: string, step: string, keys = '', spec = '') =>
  `{kind: function_node, metadata: {name: ${name}}, spec: {fn: ${step}${spec}}${keys}}`;
const ex = (name: string, spec: string, keys = '') =>
  `{kind: expression_node, metadata: {name: ${name}}, spec: {${spec}}${keys}}`;

const ROOT = ', dependencies: []';

type Row = readonly [title: string, nodes: readonly string[], input: JsonValue, node: string, expected: JsonValue];

const PLAIN: readonly Row[] = [
  [
    'a dependency gives its result, filled up from the run input',
    [fn('a', 'const'), fn('b', 'show')],
    { x: 1 },
    'b',
    { got: { v: 1, name: 'n', x: 1 } },
  ],
  ['a root gets the run input', [fn('a', 'const'), fn('b', 'show', ROOT)], { x: 1 }, 'b', { got: { x: 1 } }],
  [
    'what is only waited for gives no data',
    [fn('a', 'const'), fn('b', 'show', ', wait_for: a')],
    { x: 1 },
    'b',
    { got: { x: 1 } },
  ],
  [
    'upstream fields win over the run input',
    [fn('a', 'const'), fn('b', 'show')],
    { x: 1, v: 9, name: null },
    'b',
    { got: { v: 1, name: 'n', x: 1 } },
  ],
  ['null is filled up from the run input', [fn('a', 'nullv'), fn('b', 'show')], { v: 5 }, 'b', { got: { v: 5 } }],
  [
    'several dependencies come by name',
    [fn('a', 'const'), fn('n', 'num', ROOT), fn('b', 'show', ', dependencies: [a, n]')],
    { x: 1 },
    'b',
    { got: { a: { v: 1, name: 'n' }, n: 42, x: 1 } },
  ],
  ['a run input may be text', [fn('b', 'show')], 'str', 'b', { got: 'str' }],
  ['a run input may be a list', [fn('b', 'show')], [1, 2], 'b', { got: [1, 2] }],
  ['no run input is an empty one', [fn('b', 'show')], null, 'b', { got: {} }],
  [
    'parameters are picked from the input',
    [fn('b', 'kw', '', ', unpack_input: true')],
    { a: 1, c: 3, zz: 1 },
    'b',
    { a: 1, b: 5, c: 3 },
  ],
  [
    'parameters are looked for one level down',
    [fn('p', 'one'), fn('q', 'two', ROOT), fn('g', 'kw', ', dependencies: [p, q]', ', unpack_input: true')],
    { c: 9 },
    'g',
    { a: 1, b: 2, c: 9 },
  ],
  [
    'a parameter found once below wins over the run input',
    [fn('p', 'one'), fn('q', 'two', ROOT), fn('g', 'kw', ', dependencies: [p, q]', ', unpack_input: true')],
    { a: 77 },
    'g',
    { a: 1, b: 2, c: null },
  ],
  [
    'a parameter found twice below is taken from the run input',
    [fn('p', 'one'), fn('q', 'one', ROOT), fn('g', 'kw', ', dependencies: [p, q]', ', unpack_input: true')],
    { a: 77 },
    'g',
    { a: 77, b: 5, c: null },
  ],
  [
    'declared input fields narrow a dependency',
    [fn('a', 'const'), fn('b', 'show', '', ', input_schema: {v: int}')],
    {},
    'b',
    { got: { v: 1 } },
  ],
  [
    'fields that match nothing narrow nothing',
    [fn('a', 'const'), fn('b', 'show', '', ', input_schema: {q: int?}')],
    {},
    'b',
    { got: { v: 1, name: 'n', q: null } },
  ],
];

const STRICT = `p: $input.x, whole: $input, deep: a.zz, lit: "'literal'", num: 5, nest: {k: a.v, l: [$input.x, 3]}, e1: a.v + 1, e2: len(xs), e4: input.x + 1, plus: a.v+1, n: a, q: "'y' if a.v > 0 else 'n'"`;

const MAPPED: readonly Row[] = [
  [
    'a mapping adds to all results',
    [fn('a', 'const'), fn('b', 'show', '', ', input_mapping: {p: a.v}')],
    { x: 1 },
    'b',
    { got: { p: 1, a: { v: 1, name: 'n' }, input: { x: 1 }, x: 1 } },
  ],
  [
    'a strict mapping is all there is',
    [fn('a', 'const'), fn('b', 'show', '', `, strict_mapping: true, input_mapping: {${STRICT}}`)],
    { x: 1, xs: [1, 2] },
    'b',
    {
      got: {
        p: 1,
        whole: { x: 1, xs: [1, 2] },
        deep: null,
        lit: 'literal',
        num: 5,
        nest: { k: 1, l: [1, 3] },
        e1: 2,
        e2: 2,
        e4: 2,
        plus: 2,
        n: { v: 1, name: 'n' },
        q: 'y',
      },
    },
  ],
  [
    'lists are indexed',
    [fn('b', 'show', '', ', strict_mapping: true, input_mapping: {p: $input.l.0, q: $input.d.k.z, w: "$input.l[0]", c: len(l)}')],
    { l: [5, 6], d: { k: { z: 1 } } },
    'b',
    { got: { p: 5, q: 1, w: 5, c: 2 } },
  ],
  [
    'a default stands in for null',
    [
      fn(
        'b',
        'show',
        '',
        `, strict_mapping: true, input_mapping: {p: "$input.q | default(3)", r: "$input.q | default('x')", s: "$input.x | required"}`,
      ),
    ],
    { x: 1 },
    'b',
    { got: { p: 3, r: 'x', s: 1 } },
  ],
  [
    'an expression that cannot be evaluated gives null',
    [fn('b', 'show', '', `, strict_mapping: true, input_mapping: {p: "x + 'a'", q: 1 / 0}`)],
    { x: 1 },
    'b',
    { got: { p: null, q: null } },
  ],
];

const EXPRESSIONS: readonly Row[] = [
  [
    'fields of a single dependency are flat',
    [fn('a', 'const'), ex('e', 'expressions: {s: v * 100, y: x + 1}')],
    { x: 1 },
    'e',
    { s: 100, y: 2 },
  ],
  ['and can be named too', [fn('a', 'const'), ex('e', 'expressions: {s: a.v * 100}')], {}, 'e', { s: 100 }],
  [
    'several dependencies are named',
    [fn('a', 'const'), fn('a2', 'const', ROOT), ex('e', 'expressions: {s: a.v * 100 + a2.v}')],
    {},
    'e',
    { s: 101 },
  ],
  [
    'a mapping adds names',
    [fn('a', 'const'), ex('e', 'input_mapping: {q: a.v}, expressions: {s: a.v * 100 + q, t: input.x}')],
    { x: 1 },
    'e',
    { s: 101, t: 1 },
  ],
  ['an input that is no mapping is _input', [fn('num', 'num'), ex('e', 'expressions: {s: _input + 1}')], {}, 'e', { s: 43 }],
  ['$input and input work at a root', [ex('e', 'expressions: {s: $input.x + 1, t: input.x + 1}')], { x: 1 }, 'e', { s: 2, t: 2 }],
  [
    'ctx tells about the run',
    [ex('e', 'expressions: {s: "ctx.run_id + ctx.pipeline_name + $ctx.node_name"}')],
    {},
    'e',
    { s: 'run-1te' },
  ],
  [
    'templates are texts',
    [ex('e', 'expressions: {s: "hi {{ $input.x }}", t: "hi {{x}} {{ x }}", u: "[{{ z }}]"}')],
    { x: 1, z: null },
    'e',
    { s: 'hi 1', t: 'hi 1 1', u: '[]' },
  ],
  [
    'later expressions see earlier ones',
    [ex('e', 'expressions: {a: "1", b: a+1}, output_fields: [b, zz, x]')],
    { x: 4 },
    'e',
    { b: 2, x: 4 },
  ],
  [
    'an earlier null hides an input field',
    [ex('e', 'expressions: {x: None, y: x is None}')],
    { x: 4 },
    'e',
    { x: null, y: true },
  ],
  ['values that are no text are literals', [ex('e', 'expressions: {a: 1, b: [x], c: a + 1}')], {}, 'e', { a: 1, b: ['x'], c: 2 }],
  [
    'lists and mappings are indexed',
    [ex('e', `expressions: {a: "l[0]", b: "l[-1]", c: "l[99]", g: "d['k']"}`)],
    { l: [5, 6], d: { k: { z: 1 } } },
    'e',
    { a: 5, b: 6, c: null, g: { z: 1 } },
  ],
  [
    'results are merged into a list',
    [fn('a', 'const'), fn('b', 'const', ROOT), ex('e', 'merge_strategy: list, extract_field: v', ', dependencies: [a, b]')],
    {},
    'e',
    { result: [1, 1] },
  ],
  [
    'or by name',
    [fn('a', 'const'), fn('b', 'num', ROOT), ex('e', 'merge_strategy: dict', ', dependencies: [b, a]')],
    {},
    'e',
    { result: { b: 42, a: { v: 1, name: 'n' } } },
  ],
  [
    'or reduced',
    [
      fn('a', 'const'),
      fn('b', 'const', ROOT),
      ex('e', 'merge_strategy: reduce, reducer: statistics.mean, extract_field: v', ', dependencies: [a, b]'),
    ],
    {},
    'e',
    { result: 1 },
  ],
  [
    'or the first that is not null',
    [fn('a', 'none'), fn('b', 'num', ROOT), ex('e', 'merge_strategy: first', ', dependencies: [a, b]')],
    {},
    'e',
    { result: 42 },
  ],
  [
    'or the last that is not null',
    [fn('a', 'num'), fn('b', 'none', ROOT), ex('e', 'merge_strategy: last', ', dependencies: [a, b]')],
    {},
    'e',
    { result: 42 },
  ],
  [
    'what was merged is seen by expressions',
    [
      fn('a', 'num'),
      fn('b', 'num', ROOT),
      ex('e', 'merge_strategy: list, expressions: {s: sum(merged)}', ', dependencies: [a, b]'),
    ],
    {},
    'e',
    { s: 84 },
  ],
];

describe('the input of a node', () => {
  it.each([...PLAIN, ...MAPPED])('%s', async (_title, nodes, input, node, expected) => {
    const { results } = await runInOrder(nodes, input);

    expect(results[node]).toEqual(expected);
  });

  it.each([
    ['a mapped name that does not exist', 'p: nope', 'mapping_source_unknown'],
    ['a required source that is null', 'p: "$input.q | required"', 'mapping_required'],
  ])('%s fails the node', async (_title, mapping, code) => {
    const { failure } = await runInOrder([fn('a', 'const'), fn('b', 'show', '', `, input_mapping: {${mapping}}`)], { x: 1 });

    expect(failure).toMatchObject({ node: 'b', code });
  });
});

describe('an expression node', () => {
  it.each(EXPRESSIONS)('%s', async (_title, nodes, input, node, expected) => {
    const { results } = await runInOrder(nodes, input);

    expect(results[node]).toEqual(expected);
  });

  it.each([
    ['nope + 1', 'name_unknown'],
    ['"{{ nope }}"', 'variable_undefined'],
    ['1 / 0', 'division_by_zero'],
  ])('fails for %s', async (source, code) => {
    const { failure } = await runInOrder([ex('e', `expressions: {s: ${source}}`)], {});

    expect(failure).toMatchObject({ node: 'e', code });
  });
});
