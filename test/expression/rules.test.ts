import { describe, expect, it } from 'vitest';
import { evaluate, evaluatePredicate, parseExpression } from '../../src/expression/expression.ts';
import { parsePath, readPath } from '../../src/expression/path.ts';
import { parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

type Data = Readonly<Record<string, JsonValue>>;

const NOW = Date.UTC(2026, 10, 21, 12);
const CTX = { run_id: 'r1', pipeline_name: 't', node_name: 'b', services: {} };

function value(source: string, data: Data = {}): JsonValue {
  return evaluate(parseExpression(source), data, { now: NOW });
}

function holds(source: string, data: Data = {}): boolean {
  return evaluatePredicate(parseExpression(source), data, { now: NOW });
}

function rendered(source: string, data: Data): string {
  return renderTemplate(parseTemplate(source), data);
}

describe('the rules of expressions', () => {
  it.each<[rule: string, source: string, expected: JsonValue, data?: Data]>([
    ['EX-1 an unknown name is falsy', 'not zz', true],
    ['EX-1 an unknown name is not None', 'zz is None', false],
    ['EX-1 what an unknown key leads to is None', 'a.b.c is None', true, { a: {} }],
    ['EX-1 an unknown name may be replaced', 'zz or 5', 5],
    ['EX-3 values without an order are not ordered', "1 < 'x' or 1 >= 'x'", false],
    ['EX-3 a text is not the number it shows', "'5' == 5", false],
    ['EX-4 ctx tells about the run', "ctx.pipeline_name == 't' and $ctx.node_name == 'b'", true, { ctx: CTX, $ctx: CTX }],
    ['EX-5 now() is the time that is given', 'now()', '2026-11-21T12:00:00.000Z'],
    ['EX-5 utcnow() is the same', 'utcnow() == now()', true],
    ['EX-7 the constants may be written as in JSON', '[true, false, null]', [true, false, null]],
    ['and gives the operand that decides', "[1 and 'a', 0 and 'a', [] or {}]", ['a', 0, {}]],
    ['a method on a field of the run input is called', 'name.upper()', 'ANN', { name: 'Ann' }],
    ['a method on null gives null', 'name.upper()', null, { name: null }],
    ['a method on an unknown name gives null', 'zz.upper()', null],
    ['lists and keys are read one after the other', "a.rows[0]['sku']", 'S1', { a: { rows: [{ sku: 'S1' }] } }],
    ['V10 names of nodes lead to their results', 'a.v * 100 + a2.v', 101, { a: { v: 1 }, a2: { v: 1 } }],
    ['V11 a result that is no mapping is _input', '_input + 1', 43, { _input: 42 }],
    ['V11 $input and input are the run input', '$input.x + 1 == input.x + 1', true, { $input: { x: 1 }, input: { x: 1 } }],
    ['V13 earlier expressions are names', 'a+1', 2, { a: 1 }],
    ['V14 lists take indexes', '[l[0], l[-1], l[99]]', [5, 6, null], { l: [5, 6] }],
    ['V14 mappings take keys', "d['k']", { z: 1 }, { d: { k: { z: 1 } } }],
    ['V21 the names of a node and its fields both work', 'a.v == 1 and v == 1', true, { a: { v: 1 }, v: 1 }],
  ])('%s: %s gives %j', (_rule, source, expected, data) => {
    const result = value(source, data);

    expect(result).toEqual(expected);
  });

  it.each<[rule: string, source: string, code: string, data?: Data]>([
    ['EX-1 an unknown name is no value', 'zz', 'name_unknown'],
    ['EX-1 nor is one inside a result', '{"a": [zz]}', 'name_unknown'],
    ['EX-3 arithmetic needs numbers', "1 + 'a'", 'type_error'],
    ['EX-3 nothing is divided by zero', '1 // 0', 'division_by_zero'],
    ['EX-6 dunder attributes do not exist', 'x.__class__', 'no_such_key', { x: {} }],
    ['EX-6 nor do dunder keys', 'x["__class__"]', 'no_such_key', { x: {} }],
    ['EX-6 nor names', '__builtins__', 'no_such_key'],
    ['EX-6 integers end at 2^53', '2**10**9', 'number_precision'],
    ['EX-6 collections have a limit', 'range(10**12)', 'collection_limit'],
    ['EX-6 texts have a limit', "'ab' * 10**9", 'text_limit'],
    ['EX-6 an evaluation has a budget', '[0 for a in range(1000) for b in range(1000)]', 'cost_limit'],
  ])('%s: %s is refused with %s', (_rule, source, code, data) => {
    const refused = codeOf(() => value(source, data));

    expect(refused).toBe(code);
  });

  it.each([
    ["a.v + 'x' > 5", false],
    ['1/0', false],
    ['zz', false],
    ['zz.a > 1', false],
    ['[0]', true],
    ["''", false],
    ['2**10**9', false],
  ])('EX-2 as a predicate, %s is %s', (source, expected) => {
    const result = holds(source, { a: { v: 1 } });

    expect(result).toBe(expected);
  });

  it('EX-2 even a predicate must be an expression', () => {
    const refused = codeOf(() => holds('a.v >'));

    expect(refused).toBe('expression_parse');
  });
});

describe('the rules of templates', () => {
  const data = {
    x: 1,
    none: null,
    ok: true,
    m: { k: 1 },
    l: [1, 'a'],
    text: ' Ann ',
    whole: 5,
    half: 0.5,
    $input: { x: 1, l: [5, 6] },
  };

  it.each([
    ['TPL-1 blanks are optional', '{{x}}{{ x }}{{  m.k  }}', '111'],
    ['TPL-1 what is no insertion stays', '{{ x + 1 }} {{ f(x) }} { x }', '{{ x + 1 }} {{ f(x) }} { x }'],
    ['TPL-2 null is empty', '[{{ none }}]', '[]'],
    ['TPL-3 booleans are written as in JSON', '{{ ok }}', 'true'],
    ['TPL-3 numbers too', '{{ whole }} {{ half }}', '5 0.5'],
    ['TPL-3 maps and lists too', '{{ m }} {{ l }}', '{"k":1} [1,"a"]'],
    ['TPL-3 texts are as they are', '<{{ text }}>', '< Ann >'],
    ['$input', '{{ $input.x }}', '1'],
    ['list indexes', '{{ l[0] }}{{ l.1 }}{{ l[-1] }}{{ $input.l[1] }}', '1aa6'],
    ['default', "{{ zz | default('?') }} {{ none | default(0) }} {{ m.zz | default(None) }}", '? 0 '],
    ['upper and lower', '{{ text | upper }}{{ text | lower }}', ' ANN  ann '],
    ['trim', '<{{ text | trim }}>', '<Ann>'],
    ['join', "{{ l | join(', ') }}{{ l | join }}", '1, a1a'],
    ['json', '{{ text | json }} {{ none | json }} {{ l | json }}', '" Ann " null [1,"a"]'],
    ['length', '{{ text | length }} {{ l | length }} {{ m | length }}', '5 2 1'],
    ['V12', 'hi {{ $input.x }} {{x}} {{ x }}', 'hi 1 1 1'],
    ['V15', 'Hi {{x}}', 'Hi 1'],
  ])('%s: %s renders as %s', (_rule, source, expected) => {
    const text = rendered(source, data);

    expect(text).toBe(expected);
  });

  it.each([
    ['TPL-2 an absent name', 'a {{ zz }}', 5],
    ['TPL-2 an absent key', '{{ m.zz }}', 3],
    ['TPL-2 an absent item', '{{ l[9] | upper }}', 3],
    ['TPL-2 a key of the host language', '{{ m.constructor }}', 3],
  ])('%s: %s is refused where it stands', (_rule, source, offset) => {
    const render = () => rendered(source, data);

    expect(render).toThrowError(expect.objectContaining({ code: 'variable_undefined', offset }));
  });
});

describe('paths', () => {
  const input = { l: [5, 6], d: { k: { z: 1 } } };

  it.each([
    ['V14 $input.l.0', '$input.l.0', 5],
    ['V14 $input.l[0]', '$input.l[0]', 5],
    ['V14 $input.d.k.z', '$input.d.k.z', 1],
    ['a deeper missing key', '$input.d.zz.z', undefined],
    ['an index of a mapping', '$input.d[0]', undefined],
  ])('%s', (_rule, text, expected) => {
    const result = readPath(input, parsePath(text)?.segments ?? []);

    expect(result).toBe(expected);
  });
});
