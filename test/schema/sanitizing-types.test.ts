import { describe, expect, it } from 'vitest';
import { readValue } from '../../src/schema/read-value.ts';
import { readField, shortForm } from './read.ts';

const COMMON_NULLS = ['n/a', 'na', 'none', 'null', 'nil', 'tbd', 'unknown', 'not available', 'not specified', '-', '--', ''];

describe('a sanitising type', () => {
  it.each([
    ['currency', '$1,200', 1200],
    ['currency', 'EUR -12.50', -12.5],
    ['currency', 12, 12],
    ['currency', -1e21, -1e21],
    ['currency', true, 1],
    ['currency', 'free', null],
    ['currency', '1-2', null],
    ['flexible_bool', 'Yes', true],
    ['flexible_bool', ' true ', true],
    ['flexible_bool', '1', true],
    ['flexible_bool', 1, true],
    ['flexible_bool', 'y', true],
    ['flexible_bool', 'on', true],
    ['flexible_bool', true, true],
    ['flexible_bool', 'NO', false],
    ['flexible_bool', 'off', false],
    ['flexible_bool', 'f', false],
    ['flexible_bool', 0, false],
    ['flexible_bool', false, false],
    ['flexible_bool', 'maybe', null],
    ['score', '0.7', 0.7],
    ['score', 0.5, 0.5],
    ['score', '17', 1],
    ['score', -3, 0],
    ['score', true, 1],
    ['score', 'high', null],
    ['score', 'nan', null],
    ['upper_str', '  abc ', 'ABC'],
    ['upper_str', 5, '5'],
    ['upper_str', true, 'TRUE'],
    ['upper_str', 'n/a', 'N/A'],
    ['upper_str', '   ', null],
    ['lower_str', ' ABC', 'abc'],
    ['lower_str', '', null],
    ['trimmed_str', '\u00a0 a b\n', 'a b'],
    ['trimmed_str', ' \t\n', null],
    ['trimmed_str', 'none', 'none'],
    ['trimmed_str', 0.5, '0.5'],
    ['trimmed_str', 1e-7, '1e-07'],
    ['nullable_str', ' hello ', ' hello '],
    ['nullable_str', ' TBD ', null],
  ])('%s turns %j into %j', (type, value, expected) => {
    const read = readField(type, value);

    expect(read).toEqual(expected);
  });

  it.each(
    ['currency', 'flexible_bool', 'score', 'nullable_str'].flatMap((type) => COMMON_NULLS.map((word) => [type, word] as const)),
  )('%s takes %j for null, whatever its case', (type, word) => {
    const read = readField(type, ` ${word.toUpperCase()} `);

    expect(read).toBeNull();
  });

  it.each(['currency', 'flexible_bool', 'score', 'upper_str', 'lower_str', 'trimmed_str', 'nullable_str', 'score?'])(
    '%s is null for null, and where the field is absent',
    (type) => {
      const reading = readValue(shortForm({ x: type, y: type }), { x: null });

      expect(reading).toEqual({ kind: 'ok', value: { x: null, y: null } });
    },
  );

  it.each([
    ['nullable_str', 5],
    ['currency', [1]],
    ['score', {}],
    ['trimmed_str', ['a']],
    ['flexible_bool', {}],
  ])('%s refuses %j', (type, value) => {
    const read = readField(type, value);

    expect(read).toEqual({ refused: ['type'] });
  });
});
