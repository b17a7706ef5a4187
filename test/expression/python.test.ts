import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '../../src/expression/expression.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

const NOW = Date.UTC(2026, 10, 21, 12, 0, 0);

function value(source: string, data: Readonly<Record<string, JsonValue>> = {}): JsonValue {
  return evaluate(parseExpression(source), data, { now: NOW });
}

describe('a text within a list', () => {
  it('has the control characters of ASCII escaped, and the backslash, and no others', () => {
    const characters = [...Array(256).keys(), 0x2028, 0xfeff, 0xffff, 0x1f600].map((code) => String.fromCodePoint(code));

    const escaped = characters.filter((character) => String(value('str([x])', { x: character })).startsWith("['\\"));

    expect(escaped.map((character) => character.codePointAt(0))).toEqual([...Array(32).keys(), 92, 127]);
  });
});

describe('the Python grammar', () => {
  it.each([
    ['1 + 2 * 3 ** 2', 19],
    ['-2 ** 2', -4],
    ['2 ** 3 ** 2', 512],
    ['not 1 == 2', true],
    ['1 if 0 else 2 if 0 else 3', 3],
    ['(1, 2)', [1, 2]],
    ['1, 2', [1, 2]],
    ['()', []],
    ["'a' 'b'", 'ab'],
    ["'''a'b'''", "a'b"],
    ["'\\u00e9\\n'", 'é\n'],
    ["r'\\n'", '\\n'],
    ['0x1F + 0b11 + 0o17 + 1_000', 1049],
    ["{'a': 1, 'b': [2]}", { a: 1, b: [2] }],
    ['[\n  1,\n  2,  # two\n]', [1, 2]],
    ['1 not in [2]', true],
    ['1 is not None', true],
    ['[x for x in [1, 2, 3] if x > 1 if x < 3]', [2]],
    ["[k + str(v) for k, v in {'a': 1}.items()]", ['a1']],
    ['[[y for y in x] for x in [[1], [2]]]', [[1], [2]]],
    ['[x for x in [1, 2] for x in [x * 10]]', [10, 20]],
    ['{k: v for k, v in [["a", 1]]}', { a: 1 }],
    ['[x for (x, (y, z)) in [[1, [2, 3]]] if z == 3]', [1]],
  ])('%s gives %j', (source, expected) => {
    const result = value(source);

    expect(result).toEqual(expected);
  });

  it.each([
    ['', 'expression_parse', 0],
    ['1 <', 'expression_parse', 3],
    ['order.total >', 'expression_parse', 13],
    ['a = 1', 'expression_parse', 2],
    ['1 if 2', 'expression_parse', 6],
    ["'open", 'expression_parse', 0],
    ['a ? b', 'expression_parse', 2],
    ['lambda: 1', 'syntax_not_supported', 0],
    ['(y := 1)', 'syntax_not_supported', 3],
    ['1 | 2', 'syntax_not_supported', 2],
    ['{1, 2}', 'syntax_not_supported', 2],
    ['[*a]', 'syntax_not_supported', 1],
    ['len(*a)', 'syntax_not_supported', 4],
    ["b'x'", 'syntax_not_supported', 0],
    ['f(1)(2)', 'syntax_not_supported', 4],
    ['foo(1)', 'function_unknown', 0],
    ["'a'.foo()", 'method_unknown', 3],
    ['len()', 'arguments_wrong', 0],
    ['len(1, 2)', 'arguments_wrong', 0],
    ['sorted([1], key=2)', 'arguments_wrong', 0],
    ['x.__class__', 'no_such_key', 2],
    ['__import__', 'no_such_key', 0],
    ["x['__class__']", 'no_such_key', 2],
    ['99999999999999999999', 'number_precision', 0],
  ])('%s is refused with %s at %i', (source, code, offset) => {
    const parse = () => parseExpression(source);

    expect(parse).toThrowError(expect.objectContaining({ code, offset }));
  });
});

describe('values', () => {
  const vectors: readonly (readonly [string, JsonValue, Readonly<Record<string, JsonValue>>?])[] = [
    ['[1, [2.0, "a"]] == [1.0, [2, "a"]]', true],
    ["{'a': [1]} == {'a': [1]}", true],
    ["{'a': 1} == {'a': 1, 'b': 2}", false],
    ['set([1, 2]) == set([2, 1])', true],
    ['[1, 2] < [1, 3]', true],
    ["'a' < 'b'", true],
    ['1 < None', false],
    ['None < 1', false],
    ['1 != "1"', true],
    ['True + True', 2],
    ['0.1 + 0.2', 0.30000000000000004],
    ['str(1e16)', '1e+16'],
    ['str(0.00001)', '1e-05'],
    ['str(1e22)', '1e+22'],
    ["str([1.5, 'it', None, {'k': True}])", "[1.5, 'it', None, {'k': True}]"],
    ['7.5 // 2', 3],
    ['-7 % -3', -1],
    ['0 ** 0', 1],
    ['(-1) ** 1000000000001', -1],
    ["len('😀a')", 2],
    ["'😀abc'[1:3]", 'ab'],
    ["'abc'[::-1]", 'cba'],
    ['[1, 2, 3, 4][::2]', [1, 3]],
    ['[1, 2, 3, 4][3:0:-2]', [4, 2]],
    ['[1, 2, 3][-2:]', [2, 3]],
    ['Decimal("1.10") * 3', 3.3],
    ['str(Decimal(1) / 3)', '0.3333333333333333333333333333'],
    ['str(round(Decimal("2.665"), 2))', '2.66'],
    ['Decimal("0.1") == 0.1', true],
    ['isempty([]) and isempty("") and isempty(None) and not isempty(0)', true],
    ["None.get('a')", null],
    ['a.b.c', null, { a: {} }],
    ["a.get('x', 5)", 5, { a: {} }],
    ["'é😀'.replace('', '-')", '-é-😀-'],
    ["'aaa'.replace('', '-', 2)", '-a-aa'],
    ["str(Decimal('1e-7') * 3)", '3E-7'],
    ["str(Decimal('1E+2') * 3)", '3E+2'],
    ["str(Decimal('1.25e-6'))", '0.00000125'],
    ["format(Decimal('1E+2'), 'f')", '100'],
    ["'x' % [1]", 'x'],
    ['str(abs(True))', '1'],
    ['str([Decimal("1.10")])', "[Decimal('1.10')]"],
    ['len(set([1, 1.0, Decimal("1.0"), True]))', 1],
  ];

  it.each(vectors.map(([source, expected, data]) => ({ source, expected, data })))(
    '$source gives $expected',
    ({ source, expected, data }) => {
      const result = value(source, data);

      expect(result).toEqual(expected);
    },
  );

  it.each([
    ['1/0', 'division_by_zero'],
    ['1 % 0', 'division_by_zero'],
    ['Decimal(1) / 0', 'division_by_zero'],
    ['0 ** -1', 'division_by_zero'],
    ['9007199254740991 + 1', 'number_precision'],
    ['Decimal(1) / 3', 'number_precision'],
    ['1e308 * 10', 'number_not_finite'],
    ['Decimal("0.1") + 0.1', 'type_error'],
    ['sum(["a"])', 'type_error'],
    ['sorted([1, "a"])', 'type_error'],
    ['[x for x in 5]', 'type_error'],
    ['[a for a, b in [[1]]]', 'value_error'],
    ['[zz]', 'name_unknown'],
    ['zz.a.b', 'name_unknown'],
  ])('%s fails with %s', (source, code) => {
    const refused = codeOf(() => value(source));

    expect(refused).toBe(code);
  });
});

describe('functions and methods', () => {
  it.each([
    ['now()', '2026-11-21T12:00:00.000Z'],
    ['timestamp(now()) == timestamp()', true],
    ["timestamp('2026-11-21')", Date.UTC(2026, 10, 21) / 1000],
    ['min([], default=0)', 0],
    ['max(1, 5, 3)', 5],
    ['sum([1, 2], 10)', 13],
    ['range(3)', [0, 1, 2]],
    ['range(5, 1, -2)', [5, 3]],
    ['round(1234, -2)', 1200],
    ['round(-2.5)', -2],
    ["int('ff', 16)", 255],
    ["float('1.5')", 1.5],
    ["format(0.256, '.1%')", '25.6%'],
    ["format(42, '08.2f')", '00042.00'],
    ["format('a', '*^5')", '**a**'],
    ["format(255, '#x')", '0xff'],
    ["format(1234.5, ',.2f')", '1,234.50'],
    ["format(0.000012345, 'g')", '1.2345e-05'],
    ["'%05.1f|%-4s|%%' % (3.14159, 'a')", '003.1|a   |%'],
    ["'%(a)s' % {'a': 1}", '1'],
    ["'{} {1} {name:>4}'.format(1, 2, name='x')", '1 2    x'],
    ["'a,b,c'.split(',', 1)", ['a', 'b,c']],
    ["'  a  b '.split()", ['a', 'b']],
    ["'xxaxx'.strip('x')", 'a'],
    ["'aaa'.replace('a', 'b', 2)", 'bba'],
    ["'a'.join(['x', 'y'])", 'xay'],
    ["'banana'.count('an')", 2],
    ["'banana'.find('z')", -1],
    ['[5, 6].index(6)', 1],
    ["startswith('abc', 'ab') and endswith('abc', ['x', 'bc'])", true],
    ["dict([['a', 1]], b=2)", { a: 1, b: 2 }],
    ["list('ab')", ['a', 'b']],
    ['reversed([1, 2])', [2, 1]],
    ['any([0, 1]) and all([])', true],
    ['pow(2, 10)', 1024],
    ['abs(-3.5)', 3.5],
  ])('%s gives %j', (source, expected) => {
    const result = value(source);

    expect(result).toEqual(expected);
  });
});
