import { describe, expect, it } from 'vitest';
import { evaluate, evaluatePredicate, namesIn, parseExpression } from '../../src/expression/expression.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

function code(source: string, data: Readonly<Record<string, JsonValue>> = {}): string | undefined {
  return codeOf(() => evaluate(parseExpression(source), data, { now: 0 }));
}

describe('what an expression may cost', () => {
  it.each([
    ['2**10**9', 'number_precision'],
    ['range(10**12)', 'collection_limit'],
    ["'x' * 10**9", 'text_limit'],
    ['[0] * 10**9', 'collection_limit'],
    ["format(1, '999999')", undefined],
    ["'{:>9999999}'.format(1)", 'value_error'],
    ["('a' * 1000000).replace('a', 'b' * 1000)", 'text_limit'],
    ["','.join(['a' * 100000 for i in range(100)])", 'text_limit'],
    ['[0 for a in range(20) for b in range(20) for c in range(20) for d in range(20) for e in range(20)]', 'cost_limit'],
    ['[sum(range(100000)) for i in range(100)]', 'cost_limit'],
    [`${'('.repeat(5000)}1${')'.repeat(4000)}`, 'depth_exceeded'],
    [`${'1+'.repeat(400)}1`, 'depth_exceeded'],
    [`${'not '.repeat(2000)}1`, 'depth_exceeded'],
    [`${'-'.repeat(5000)}1`, 'depth_exceeded'],
    [`${'2**'.repeat(2000)}1`, 'depth_exceeded'],
    [`[x for ${'('.repeat(4000)}x`, 'depth_exceeded'],
    [`${'1 if 1 else '.repeat(800)}1`, 'depth_exceeded'],
    [`'${'a'.repeat(10_000)}'`, 'expression_too_long'],
    ["Decimal('1e999999')", 'value_error'],
    ["int('9' * 1000)", 'number_precision'],
  ])('%.40s ends with %s', (source, expected) => {
    const result = code(source);

    expect(result).toBe(expected);
  });

  it('a search in a long text takes no longer than the text', () => {
    const text = `${'a'.repeat(36)}!`;

    const result = evaluate(
      parseExpression("contains(s, 'aaaa!') and count == 36"),
      { s: text, count: text.length - 1 },
      { now: 0 },
    );

    expect(result).toBe(true);
  });
});

describe('what an expression may reach', () => {
  it.each([
    ['order.constructor', 'no_such_key'],
    ['order["__proto__"]', 'no_such_key'],
    ["order['to' + 'String']", 'no_such_key'],
    ["order['__pro' + 'to__']", 'no_such_key'],
    ["{'__pro' + 'to__': 1}", 'no_such_key'],
    ['process.env', 'name_unknown'],
    ['globalThis', 'name_unknown'],
    ['require("fs")', 'function_unknown'],
    ['random()', 'function_unknown'],
    ['constructor("x")', 'function_unknown'],
    ['order.constructor("x")', 'method_unknown'],
  ])('%s is refused with %s', (source, expected) => {
    const result = code(source, { order: {} });

    expect(result).toBe(expected);
  });

  it('a key that data really has may have any name', () => {
    const data = { order: { constructor: 1, toString: 2 } };

    const result = evaluate(parseExpression('order.constructor + order.toString'), data, { now: 0 });

    expect(result).toBe(3);
  });
});

describe('a predicate', () => {
  it.each([
    ['a > 1', true],
    ['a', true],
    ['zz', false],
    ['zz > 1', false],
    ['1/0', false],
    ["a + 'x' > 5", false],
  ])('%s is %s', (source, expected) => {
    const result = evaluatePredicate(parseExpression(source), { a: 2 }, { now: 0 });

    expect(result).toBe(expected);
  });
});

describe('the names of an expression', () => {
  it('are its roots with what is read from them, without comprehension variables and functions', () => {
    const expression = parseExpression('len(a.b) + sum([x.v + c for x in items if x.ok]) + $input.d[e]');

    const names = namesIn(expression);

    expect(names).toEqual([
      { name: 'a', offset: 4, member: 'b' },
      { name: 'c', offset: 22 },
      { name: 'items', offset: 33 },
      { name: '$input', offset: 51, member: 'd' },
      { name: 'e', offset: 60 },
    ]);
  });

  it('do not include what text literals say', () => {
    const names = namesIn(parseExpression("'hello.world' == x"));

    expect(names.map(({ name }) => name)).toEqual(['x']);
  });
});
