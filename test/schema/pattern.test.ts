import { describe, expect, it } from 'vitest';
import { compilePattern } from '../../src/schema/pattern.ts';
import { readValue } from '../../src/schema/read-value.ts';
import { compileSchema } from '../../src/triggers/json-schema.ts';
import { readCustom } from './read.ts';

describe('a pattern', () => {
  it.each([
    ['b+', 'abbc', 'bb'],
    ['a(b)?', 'a', 'a'],
    ['a(b)(c)', 'abc', 'b'],
    ['\\u00e9', 'né', 'é'],
    ['\\p{Lu}\\w*', 'see Rome', 'Rome'],
    ['(?P<year>\\d{4})', 'in 2026', '2026'],
    ['(?<year>\\d{4})', 'in 2026', '2026'],
    ['(?i)abc', 'xABC', 'ABC'],
    ['c\\Z', 'abc', 'c'],
    ['\\\\Z', 'a\\Z', '\\Z'],
    ['^$', '', ''],
  ])('%s finds in %j the text %j', (source, text, expected) => {
    const found = compilePattern(source).find(text);

    expect(found).toBe(expected);
  });

  it('finds nothing where nothing matches', () => {
    const found = compilePattern('^b').find('ab');

    expect(found).toBeUndefined();
  });

  it.each([
    ['^(a+)+$', `${'a'.repeat(50_000)}!`],
    ['(x+x+)+y', 'x'.repeat(50_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(50_000)],
    ['(a|aa)+$', `${'a'.repeat(50_000)}b`],
    ['(.*)*=(.*)*$', '!'.repeat(50_000)],
  ])('%s is not slowed down by a text made against it', (source, text) => {
    const inSchema = readValue({ type: 'string', pattern: source }, text);
    const inType = readCustom({ base: 'str', pattern: source, default: 'none' }, text);

    expect(inSchema).toMatchObject({ kind: 'refused', problems: [{ path: '$', code: 'pattern' }] });
    expect(inType).toBe('none');
  });

  it('for names is as safe', () => {
    const schema = { patternProperties: { '^(a+)+$': { type: 'integer' } }, additionalProperties: false };

    const reading = readValue(schema, { aaa: 1, [`${'a'.repeat(10_000)}!`]: 2 });

    expect(reading).toMatchObject({ kind: 'refused', problems: [{ code: 'additionalProperties' }] });
  });

  it("of a trigger's schema is as safe", () => {
    const check = compileSchema({ pattern: '^(a+)+$' }, 'refused');

    const rejection = check(`${'a'.repeat(50_000)}!`);

    expect(rejection?.faults).toMatchObject([{ path: '$', rule: 'pattern' }]);
  });

  it('is not tried on a text that would take too long, and says so', () => {
    const pattern = '[01]*1[01]{900}$';
    const text = '01'.repeat(50_000);

    const inSchema = readValue({ type: 'string', pattern }, text);
    const inType = readCustom({ base: 'str', pattern }, text);

    expect(inSchema).toMatchObject({ kind: 'refused', problems: [{ path: '$', code: 'pattern_limit' }] });
    expect(inType).toEqual({ refused: ['pattern_limit'] });
  });

  it.each([
    ['[', 'pattern_invalid'],
    ['a**', 'pattern_invalid'],
    ['(?=a)b', 'pattern_invalid'],
    ['(?<=a)b', 'pattern_invalid'],
    ['(a)\\1', 'pattern_invalid'],
    ['((a{100}){100}){100}', 'pattern_invalid'],
    ['a{0,1000}b{0,1000}', 'pattern_limit'],
    ['(\\w{10,30}){10,30}\\w{10,30}', 'pattern_limit'],
    ['a'.repeat(1001), 'pattern_limit'],
    [`${'('.repeat(500)}${')'.repeat(500)}`, 'pattern_limit'],
  ])('%s is refused', (source, code) => {
    const compile = () => compilePattern(source);

    expect(compile).toThrow(expect.objectContaining({ code }));
  });
});
