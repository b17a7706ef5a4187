import { describe, expect, it } from 'vitest';
import { evaluate, parseExpression } from '../../src/expression/expression.ts';
import { parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import type { JsonValue } from '../../src/json.ts';
import { codeOf } from './code-of.ts';

const LONG = 'a'.repeat(1_000_000);
const MANY = Array.from({ length: 100_000 }, (_, index) => index);
const DATA: Readonly<Record<string, JsonValue>> = {
  order: {},
  s: `${'a'.repeat(36)}!`,
  long: LONG,
  other: `${LONG.slice(1)}b`,
  many: MANY,
};

function nested(levels: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

describe('bad input to expressions', () => {
  it.each([
    ['EX1 order.constructor', 'no_such_key', 'order.constructor'],
    ['EX1 order["__proto__"]', 'no_such_key', 'order["__proto__"]'],
    ['EX1 order.toString', 'no_such_key', 'order.toString'],
    ['EX2 process.env', 'name_unknown', 'process.env'],
    ['EX2 globalThis', 'name_unknown', 'globalThis'],
    ['EX2 require("fs")', 'function_unknown', 'require("fs")'],
    ['EX3 random()', 'function_unknown', 'random()'],
    ['EX4 s.matches("^(a+)+$")', 'method_unknown', 's.matches("^(a+)+$")'],
    [
      'EX5 [1 for a in l for b in l for c in l for d in l for e in l]',
      'cost_limit',
      '[1 for a in l for b in l for c in l for d in l for e in l]',
    ],
    ['EX6 (((', 'depth_exceeded', '('.repeat(5_000)],
    ['EX7 1/0', 'division_by_zero', '1/0'],
    ['EX8 "a" + 1', 'type_error', '"a" + 1'],
    ['EX11 [x for x in range(10**8)]', 'collection_limit', '[x for x in range(10**8)]'],
  ])('%s is refused with %s', (_row, code, source) => {
    const refused = codeOf(() => evaluate(parseExpression(source), { ...DATA, l: MANY.slice(0, 20) }, { now: 0 }));

    expect(refused).toBe(code);
  });

  it.each([
    ['many digits that are no number', "float('1' * 100000 + 'x')", 'value_error'],
    ['many marks that are not closed', "'%(' * 100000 % 1", 'type_error'],
    ['many comparisons of long texts', '[1 for i in many if long < other]', 'cost_limit'],
    ['many comparisons of long equal texts', "[1 for i in many if long == 'a' * 1000000]", 'cost_limit'],
    ['many long texts in a set', 'set([long for i in many])', 'cost_limit'],
    ['many replacements', "long.replace('a', 'b').replace('b', 'c')", 'cost_limit'],
    ['many searches', "[1 for i in many if contains(long, 'b')]", 'cost_limit'],
    ['many decimals', "[Decimal('1e399') + Decimal('1e-399') for i in many]", 'cost_limit'],
    ['a decimal power', "[Decimal('1.1') ** 100 for i in many]", 'cost_limit'],
    ['many long insertions', "('{0}' * 100000).format(long)", 'cost_limit'],
    ['many comparisons of sets', '[1 for x in [set(many)] for y in [set(many)] for i in many if x == y]', 'cost_limit'],
    ['many formats', "[format(1e300, '.99f') for i in many]", 'cost_limit'],
  ])('%s: refused at the budget, long before it takes long', (_what, source, code) => {
    const refused = codeOf(() => evaluate(parseExpression(source), DATA, { now: 0 }));

    expect(refused).toBe(code);
  });

  it.each(['deep', 'str(deep)', 'deep == [deep]', 'deep < [deep]', 'set([deep])', '{"a": deep}'])(
    'a value that is nested too deep does not exhaust the stack: %s',
    (source) => {
      const refused = codeOf(() => evaluate(parseExpression(source), { deep: nested(100_000) }, { now: 0 }));

      expect(refused).toBe('depth_exceeded');
    },
  );
});

describe('bad input to templates', () => {
  it.each([
    ['EX9 {{ missing }}', 'variable_undefined', '{{ missing }}'],
    ['a value that is nested too deep', 'depth_exceeded', '{{ deep }}'],
    ['a text that doubles with each filter', 'text_limit', `{{ quote ${'| json '.repeat(16)}}}`],
    ['a long separator', 'text_limit', `{{ many | join('${'x'.repeat(1_000)}') }}`],
    ['many long insertions', 'text_limit', '{{ long }}{{ long }}'],
    ['much work for a short text', 'cost_limit', '{{ long | upper | lower | length }}'.repeat(50)],
  ])('%s is refused with %s', (_row, code, source) => {
    const data = { ...DATA, deep: nested(100_000), quote: '"'.repeat(100) };

    const refused = codeOf(() => renderTemplate(parseTemplate(source), data));

    expect(refused).toBe(code);
  });

  it.each([
    ['EX10', '{% include "/etc/passwd" %}'],
    ['SB32 a secret', '{{ secrets["KEY"]() }}'],
    ['a row of filters without end', `{{ long ${'| upper '.repeat(40_000)}}}`],
    ['an insertion that is not closed', `{{${'a'.repeat(250_000)}`],
  ])('%s stays the text it is', (_row, source) => {
    const text = renderTemplate(parseTemplate(source), DATA);

    expect(text).toBe(source);
  });
});
