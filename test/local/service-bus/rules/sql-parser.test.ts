import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BrokerError } from '../../../../local/service-bus/errors.ts';
import { parseAction, parseCondition } from '../../../../local/service-bus/rules/sql-parser.ts';

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BrokerError) return `${error.condition}: ${error.message}`;
  }
  throw new Error('A refusal was expected.');
}

describe('a condition that is none', () => {
  it.each([
    ['', /at its end: a value or the name/],
    ['region', /offset 0, before "region": a condition is expected here/],
    ['region =', /at its end: a value or the name/],
    ["region = 'eu", /offset 9, before "'eu"/],
    ['a = 1 b = 2', /offset 6, before "b = 2": nothing more/],
    ['(a = 1', /at its end: "\)" is expected/],
    ['a = 1 AND b', /is a value, where a condition is needed/],
    ['(a = 1) + 2 = 3', /is a condition, where a value is needed/],
    ['sys.Nothing = 1', /no system property Nothing/],
    ['other.region = 1', /scope of a property is sys or user/],
    ['lower(region) = 1', /only newid\(\) and property\(\)/],
    ['1 IS NULL', /asked of a property only/],
    ['a NOT 1', /IN or LIKE is expected/],
    ['a = @p', /no place here/],
    ['and = 1', /a value or the name/],
    [`a = '${'x'.repeat(1024)}'`, /may have 1024 characters/],
    [`${'('.repeat(100)}a = 1${')'.repeat(100)}`, /nested more than 64 levels/],
    [`${'NOT '.repeat(100)}a = 1`, /nested more than 64 levels/],
  ])('is refused with its place: %s', (text, expected) => {
    const refusal = refusalOf(() => parseCondition(text));

    expect(refusal).toMatch(/^com.microsoft:argument-error/);
    expect(refusal).toMatch(expected);
  });

  it.each(['SET', 'SET a', 'SET a = 1 SET b = 2', 'REMOVE', 'DROP a', 'SET a = (b = 1)', 'a = 1'])(
    'is refused as an action too: %s',
    (text) => {
      expect(refusalOf(() => parseAction(text))).toMatch(/^com.microsoft:argument-error/);
    },
  );

  it('never breaks the parser, whatever it is', () => {
    const word = fc.constantFrom(
      ...['a', 'sys.To', '1', "'x'", '(', ')', '=', '<', 'AND', 'OR', 'NOT', 'IN', 'LIKE', 'IS', 'NULL', 'EXISTS', ',', '-', '+'],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string()), { maxLength: 30 }), (words) => {
        try {
          parseCondition(words.join(' '));
        } catch (error) {
          expect(error).toBeInstanceOf(BrokerError);
        }
      }),
    );
  });
});
