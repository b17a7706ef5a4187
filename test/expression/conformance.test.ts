import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '../../src/expression/expression.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

type Vector = readonly [source: string, expected: JsonValue, data?: Readonly<Record<string, JsonValue>>];

const VALUES: readonly Vector[] = [
  ['1 < 2 < 3', true],
  ['zz is None', false],
  ['a.b is None', true, { a: {} }],
  ['isnone(zz)', true],
  ['default(zz, 3)', 3],
  ['coalesce(zz, a.b, 4)', 4, { a: {} }],
  ['zz or 5', 5],
  ["'a' in x", false, { x: null }],
  ["a > 'x'", false, { a: 1 }],
  ["'5' == 5", false],
  ['1 == True', true],
  ['7 // 2', 3],
  ['-7 // 2', -4],
  ['-7 % 3', 2],
  ['6/2', 3],
  ['str(6/2)', '3.0'],
  ['10 % 3.5', 3],
  ['str(10 % 3.5)', '3.0'],
  ['2 ** -1', 0.5],
  ["'a' * 3", 'aaa'],
  ['[1]+[2]', [1, 2]],
  ["'%s' % 3", '3'],
  ['round(2.5)', 2],
  ['round(2.675,2)', 2.67],
  ['int(-5.9)', -5],
  ['str(True)', 'True'],
  ['str(None)', 'None'],
  ['str(1.0)', '1.0'],
  ["format(3.14159,'.2f')", '3.14'],
  ["format(1234567,',')", '1,234,567'],
  ["split('a b')", ['a', 'b']],
  ["join('-',[1,2])", '1-2'],
  ["contains('abc','b')", true],
  ['contains([1],1)', false],
  ['upper(5)', '5'],
  ["'abc'[1]", null],
  ["'abc'[0:2]", 'ab'],
  ['l[99]', null, { l: [5] }],
  ['l[-1]', 6, { l: [5, 6] }],
  ["d['a']['b']", 1, { d: { a: { b: 1 } } }],
  ['[x.v for x in l]', [1], { l: [{ v: 1 }] }],
  ['{x for x in [1,1]}', [1]],
  [
    "zip([1,2],['a','b'])",
    [
      [1, 'a'],
      [2, 'b'],
    ],
  ],
  ["Decimal('0.1') + Decimal('0.2')", 0.3],
  ["str(Decimal('0.1') + Decimal('0.2'))", '0.3'],
  ["x in {'a':1}", true, { x: 'a' }],
  ['sorted([1,2], reverse=True)', [2, 1]],
  ['dict(a=1)', { a: 1 }],
];

/** What hexDAG refuses and this language answers. */
const SUPERSET: readonly Vector[] = [
  ['True and false', false],
  ['null', null],
  ["d['a'].b", 1, { d: { a: { b: 1 } } }],
  ['$input.x + 1', 2, { $input: { x: 1 } }],
];

const REFUSED: readonly (readonly [source: string, code: string])[] = [
  ['zz and 5', 'name_unknown'],
  ["'a' + 1", 'type_error'],
  ["int('x')", 'value_error'],
  ['len(zz)', 'name_unknown'],
  ["max(x['v'] for x in l)", 'syntax_not_supported'],
  ["f'{x}'", 'syntax_not_supported'],
  ["open('a')", 'function_unknown'],
  // Exact in Python; here an error instead of a wrong digit.
  ['2**64', 'number_precision'],
];

function cases(vectors: readonly Vector[]) {
  return vectors.map(([source, expected, data]) => ({ source, expected, data }));
}

function value(source: string, data: Readonly<Record<string, JsonValue>> = {}): JsonValue {
  return evaluate(parseExpression(source), data, { now: 0 });
}

describe('expressions of the language', () => {
  it.each(cases(VALUES))('$source gives $expected', ({ source, expected, data }) => {
    const result = value(source, data);

    expect(result).toEqual(expected);
  });

  it.each(cases(SUPERSET))('$source gives $expected beyond hexDAG', ({ source, expected, data }) => {
    const result = value(source, data);

    expect(result).toEqual(expected);
  });

  it.each(REFUSED)('%s is refused with %s', (source, code) => {
    const refused = codeOf(() => value(source));

    expect(refused).toBe(code);
  });
});
