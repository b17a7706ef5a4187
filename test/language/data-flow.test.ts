import { describe, expect, it } from 'vitest';
import { errorCodes, pipeline, results } from './language.ts';

const A = '- {kind: function_node, metadata: {name: a}, spec: {fn: const}}';

describe('V01: what a node is given', () => {
  const b = (more = '') => `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show}${more}}`;

  it('is the result before it, and the fields of the run input that are absent there', async () => {
    expect(await results(b(), { x: 1 })).toMatchObject({ b: { got: { v: 1, name: 'n', x: 1 } } });
  });

  it('is the run input without dependencies', async () => {
    expect(await results(b(', dependencies: []'), { x: 1 })).toMatchObject({ b: { got: { x: 1 } } });
  });

  it.each([', wait_for: a', ', dependencies: [], wait_for: a'])(
    'holds nothing of a node that is only waited for: %s',
    async (more) => {
      const { b: given } = await results(b(more), { x: 1 });

      expect(given).toEqual({ got: { x: 1 } });
    },
  );

  it('holds the results of several dependencies by their names', async () => {
    const nodes = `${A}
- {kind: function_node, metadata: {name: n}, spec: {fn: num}, dependencies: []}
- {kind: function_node, metadata: {name: b}, spec: {fn: show}, dependencies: [a, n]}`;

    const { b: given } = await results(nodes, { x: 1 });

    expect(given).toEqual({ got: { a: { v: 1, name: 'n' }, n: 42, x: 1 } });
  });

  it.each([
    ['is narrowed to the fields it declares', '{v: int}', { v: 1 }],
    ['is whole if it has none of them', '{q: int?}', { v: 1, name: 'n', q: null }],
  ])('%s', async (_, schema, got) => {
    const nodes = `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show, input_schema: ${schema}}}`;

    const { b: given } = await results(nodes);

    expect(given).toEqual({ got });
  });
});

describe('V02: ambient fields', () => {
  it('fill what is absent and never overwrite', async () => {
    const nodes = `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show}}`;

    expect(await results(nodes, { x: 1, v: 9, name: null })).toMatchObject({ b: { got: { v: 1, name: 'n', x: 1 } } });
  });

  it('fill what is null', async () => {
    const nodes = `
- {kind: function_node, metadata: {name: a}, spec: {fn: nullv}}
- {kind: function_node, metadata: {name: b}, spec: {fn: show}}`;

    expect(await results(nodes, { v: 5 })).toMatchObject({ b: { got: { v: 5 } } });
  });
});

it('V03: a mapping comes on top of all results, the input, and ambient fields', async () => {
  const nodes = `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {p: a.v}}}`;

  const { b } = await results(nodes, { x: 1 });

  expect(b).toEqual({ got: { p: 1, a: { v: 1, name: 'n' }, input: { x: 1 }, x: 1 } });
});

it('V04: a strict mapping holds the mapped keys alone, in every form a value may have', async () => {
  const nodes = `${A}
- kind: function_node
  metadata: {name: b}
  spec:
    fn: show
    strict_mapping: true
    input_mapping:
      p: $input.x
      whole: $input
      deep: a.zz
      lit: "'literal'"
      num: 5
      nest: {k: a.v, l: [$input.x, 3]}
      e1: a.v + 1
      e2: len(xs)
      e4: input.x + 1
      plus: a.v+1
      n: a
      q: "'y' if a.v > 0 else 'n'"`;

  const { b } = await results(nodes, { x: 1, xs: [1, 2] });

  expect(b).toEqual({
    got: {
      ...{ p: 1, whole: { x: 1, xs: [1, 2] }, deep: null, lit: 'literal', num: 5, nest: { k: 1, l: [1, 3] } },
      ...{ e1: 2, e2: 2, e4: 2, plus: 2, n: { v: 1, name: 'n' }, q: 'y' },
    },
  });
});

describe('V05: a source that does not exist', () => {
  const b = (source: string) =>
    `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show, input_mapping: {p: ${source}}}}`;

  it('is refused if it is a path', async () => {
    const run = await pipeline(b('nope.x')).start();

    expect(run.status).toBe('invalid');
  });

  it('is doubtful if it is a bare name, and fails the run if no field has it', async () => {
    const tested = pipeline(b('nope'));

    const run = await tested.start();

    expect(tested.diagnostics.map(({ severity }) => severity)).toEqual(['warning']);
    expect(run).toMatchObject({ status: 'failed', error: { node: 'b', code: 'mapping_source_unknown' } });
  });

  it('is taken from the input if a field has that name', async () => {
    expect(await results(b('nope'), { nope: 3 })).toMatchObject({ b: { got: { p: 3 } } });
  });

  it('fails the run if it is required', async () => {
    const run = await pipeline(b('"$input.q | required"')).start({});

    expect(run).toMatchObject({ status: 'failed', error: { node: 'b', code: 'mapping_required' } });
  });

  it.each([
    ['"$input.q | default(7)"', 7],
    [`"$input.q | default('x')"`, 'x'],
  ])('gives its default: %s', async (source, p) => {
    expect(await results(b(source))).toMatchObject({ b: { got: { p } } });
  });

  it('is what is required if it is there', async () => {
    expect(await results(b('"$input.x | required"'), { x: 1 })).toMatchObject({ b: { got: { p: 1 } } });
  });

  it.each(['"x + \'a\'"', '1 / 0'])('gives null if it is an expression that cannot be evaluated: %s', async (source) => {
    expect(await results(b(source), { x: 1 })).toMatchObject({ b: { got: { p: null } } });
  });
});

describe('V06: a step with declared parameters', () => {
  it('is given those that the input has', async () => {
    const nodes = '- {kind: function_node, metadata: {name: b}, spec: {fn: kw, unpack_input: true}}';

    expect(await results(nodes, { a: 1, c: 3, zz: 1 })).toEqual({ b: { a: 1, b: 5, c: 3 } });
  });

  it.each([
    ['finds each in the one dependency that has it', { c: 9 }, { a: 1, b: 2, c: 9 }],
    ['prefers what it finds there to an ambient field', { a: 77 }, { a: 1, b: 2, c: null }],
  ])('%s', async (_, input, g) => {
    const nodes = `
- {kind: function_node, metadata: {name: p}, spec: {fn: one}}
- {kind: function_node, metadata: {name: q}, spec: {fn: two}, dependencies: []}
- {kind: function_node, metadata: {name: g}, spec: {fn: kw, unpack_input: true}, dependencies: [p, q]}`;

    const given = await results(nodes, input);

    expect(given['g']).toEqual(g);
  });

  it('is given the ambient field if several dependencies have it', async () => {
    const nodes = `
- {kind: function_node, metadata: {name: p}, spec: {fn: one}}
- {kind: function_node, metadata: {name: q}, spec: {fn: one}, dependencies: []}
- {kind: function_node, metadata: {name: g}, spec: {fn: kw, unpack_input: true}, dependencies: [p, q]}`;

    expect(await results(nodes, { a: 77 })).toMatchObject({ g: { a: 77, b: 5, c: null } });
  });
});

it.each([
  ['str', 'str'],
  [
    [1, 2],
    [1, 2],
  ],
  [null, {}],
])('V07: a run may be given %j', async (input, given) => {
  const nodes = '- {kind: function_node, metadata: {name: a}, spec: {fn: show}}';

  expect(await results(nodes, input)).toEqual({ a: { got: given } });
});

describe('V10: expressions', () => {
  const e = (expressions: string, more = '') =>
    `${A}\n- {kind: expression_node, metadata: {name: e}, spec: {expressions: {${expressions}}${more}}}`;

  it('see the fields of the only dependency, and ambient ones', async () => {
    expect(await results(e('s: v * 100, y: x + 1'), { x: 1 })).toMatchObject({ e: { s: 100, y: 2 } });
  });

  it('see the only dependency by its name', async () => {
    expect(await results(e('s: a.v * 100'))).toMatchObject({ e: { s: 100 } });
  });

  it('see several dependencies by their names', async () => {
    const nodes = `${A}
- {kind: function_node, metadata: {name: a2}, spec: {fn: const}, dependencies: []}
- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: a.v * 100 + a2.v}}}`;

    expect(await results(nodes)).toMatchObject({ e: { s: 101 } });
  });

  it('see what is mapped, the nodes, and the input', async () => {
    expect(await results(e('s: a.v * 100 + q, t: input.x', ', input_mapping: {q: a.v}'), { x: 1 })).toMatchObject({
      e: { s: 101, t: 1 },
    });
  });

  it.each([
    ['nope + 1', 'name_unknown'],
    ['"{{ nope }}"', 'variable_undefined'],
    ['1 / 0', 'division_by_zero'],
  ])('fail their node for %s', async (source, code) => {
    const run = await pipeline(e(`s: ${source}`)).start();

    expect(run).toMatchObject({ status: 'failed', error: { node: 'e', code } });
  });

  it('know their run', async () => {
    const nodes =
      '- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: "[ctx.run_id, ctx.pipeline_name, $ctx.node_name]"}}}';
    const tested = pipeline(nodes);

    const run = await tested.start();

    expect(run.results).toEqual({ e: { s: [tested.published[0]?.subject, 't', 'e'] } });
  });
});

describe('V11: the input in expressions', () => {
  it('is _input if it is no mapping', async () => {
    const nodes = `
- {kind: function_node, metadata: {name: a}, spec: {fn: num}}
- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: _input + 1}}}`;

    expect(await results(nodes)).toMatchObject({ e: { s: 43 } });
  });

  it.each(['$input.x + 1', 'input.x + 1'])('is the run input in %s', async (expression) => {
    const nodes = `- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: ${expression}}}}`;

    expect(await results(nodes, { x: 1 })).toEqual({ e: { s: 2 } });
  });
});

describe('V12: templates', () => {
  it('render names, with blanks or without, and the run input', async () => {
    const nodes = `
- kind: expression_node
  metadata: {name: e}
  spec: {expressions: {s: "hi {{ $input.x }}", t: "hi {{x}} {{ x }}"}}`;

    expect(await results(nodes, { x: 1 })).toEqual({ e: { s: 'hi 1', t: 'hi 1 1' } });
  });

  it('render null as nothing', async () => {
    const nodes = '- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: "<{{v}}>"}}}';

    expect(await results(nodes, { v: null })).toEqual({ e: { s: '<>' } });
  });
});

describe('V13: expressions after each other', () => {
  const e = (spec: string) => `- {kind: expression_node, metadata: {name: e}, spec: {${spec}}}`;

  it('see the ones before, and output_fields may name fields of the input', async () => {
    expect(await results(e('expressions: {a: "1", b: a+1}, output_fields: [b, zz, x]'), { x: 4 })).toEqual({ e: { b: 2, x: 4 } });
  });

  it('see a null before them rather than a field of the input', async () => {
    expect(await results(e('expressions: {x: None, y: x is None}'), { x: 4 })).toEqual({ e: { x: null, y: true } });
  });

  it('are literals if they are no texts', async () => {
    expect(await results(e('expressions: {a: 1, b: [x], c: a + 1}'))).toEqual({ e: { a: 1, b: ['x'], c: 2 } });
  });
});

it('V14: paths and subscripts reach into lists', async () => {
  const nodes = `
- kind: function_node
  metadata: {name: a}
  spec:
    fn: show
    strict_mapping: true
    input_mapping: {p: $input.l.0, q: $input.d.k.z, w: "$input.l[0]", c: len(l)}
- kind: expression_node
  metadata: {name: e}
  spec: {expressions: {f: "l[0]", m: "l[-1]", o: "l[99]", d: "d['k']"}}
  dependencies: []`;

  expect(await results(nodes, { l: [5, 6], d: { k: { z: 1 } } })).toMatchObject({
    a: { got: { p: 5, q: 1, w: 5, c: 2 } },
    e: { f: 5, m: 6, o: null, d: { z: 1 } },
  });
});

it('V15: a data_node keeps its structure and renders its leaves', async () => {
  const nodes = `
- kind: data_node
  metadata: {name: d}
  spec: {output: {n: 5, ok: true, z: null, lst: [1, {a: "{{x}}"}], t: "Hi {{x}}"}}`;

  const { d } = await results(nodes, { x: 3 });

  expect(d).toEqual({ n: 5, ok: true, z: null, lst: [1, { a: '3' }], t: 'Hi 3' });
});

describe('V16: merging', () => {
  const merge = (spec: string) => `${A}
- {kind: function_node, metadata: {name: b}, spec: {fn: const}, dependencies: []}
- {kind: expression_node, metadata: {name: m}, spec: {${spec}, extract_field: v}, dependencies: [a, b]}`;

  it.each([
    ['merge_strategy: list, deps: [a, b]', [1, 1]],
    ['merge_strategy: list', [1, 1]],
    ['merge_strategy: dict', { a: 1, b: 1 }],
    ['merge_strategy: first', 1],
    ['merge_strategy: last', 1],
    ['merge_strategy: reduce, reducer: statistics.mean', 1],
  ])('%s', async (spec, result) => {
    expect(await results(merge(spec))).toMatchObject({ m: { result } });
  });

  const merged = (a: string, b: string, spec: string) => `
- {kind: function_node, metadata: {name: a}, spec: {fn: ${a}}}
- {kind: function_node, metadata: {name: b}, spec: {fn: ${b}}, dependencies: []}
- {kind: expression_node, metadata: {name: m}, spec: {${spec}}, dependencies: [a, b]}`;

  it.each([
    ['takes whole results by name', 'const', 'num', 'dict', { b: 42, a: { v: 1, name: 'n' } }],
    ['takes the first that is not null', 'none', 'num', 'first', 42],
    ['takes the last that is not null', 'num', 'none', 'last', 42],
  ])('%s', async (_, a, b, strategy, result) => {
    const { m } = await results(merged(a, b, `merge_strategy: ${strategy}`));

    expect(m).toEqual({ result });
  });

  it('gives expressions what it merged', async () => {
    const { m } = await results(merged('num', 'num', 'merge_strategy: list, expressions: {s: sum(merged)}'));

    expect(m).toEqual({ s: 84 });
  });
});

describe('V49: the output of a run', () => {
  it('follows its paths, null where they end early', async () => {
    const run = await pipeline(A, 'output: {r: a.v, z: a.q.w, all: a}').start();

    expect(run.output).toEqual({ r: 1, z: null, all: { v: 1, name: 'n' } });
  });
});

it('a mapping such as rows[0][sku] is an expression', async () => {
  const nodes = `
- {kind: function_node, metadata: {name: a}, spec: {fn: echo}}
- {kind: function_node, metadata: {name: b}, spec: {fn: show, strict_mapping: true, input_mapping: {p: "a.rows[0]['sku']"}}}`;

  expect(await results(nodes, { rows: [{ sku: 'S1' }] })).toMatchObject({ b: { got: { p: 'S1' } } });
});

it('methods of ambient fields can be called', async () => {
  const nodes = `${A}
- {kind: expression_node, metadata: {name: e}, spec: {expressions: {s: city.upper()}}}`;

  expect(await results(nodes, { city: 'graz' })).toMatchObject({ e: { s: 'GRAZ' } });
});

it('a strict mapping without a mapping is refused', async () => {
  const run = await pipeline('- {kind: function_node, metadata: {name: b}, spec: {fn: show, strict_mapping: true}}').start();

  expect(errorCodes(run)).toHaveLength(1);
});
