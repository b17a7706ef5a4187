import { describe, expect, it } from 'vitest';
import { readCustom, readField } from './read.ts';

describe('a custom type', () => {
  it.each([
    ['is a text without further words', {}, ' a ', 'a'],
    ['reads a number as a text', { base: 'str' }, 12, '12'],
    ['reads a boolean as Python writes it', { base: 'str' }, true, 'True'],
    ['is null for null', { base: 'str' }, null, null],
    ['has its default for null', { base: 'str', default: 'none given' }, null, 'none given'],
    ['has its default for a blank', { base: 'str', default: 'd' }, '  ', 'd'],
    ['keeps blanks if it is not to trim', { base: 'str', trim: false }, ' a ', ' a '],
    ['knows its own null words', { base: 'str', nulls: ['Nothing', 'void'] }, ' NOTHING ', null],
    ['does not know the common ones then', { base: 'str', nulls: ['void'] }, 'n/a', 'n/a'],
    ['knows the common null words', { base: 'str', nulls: 'common' }, 'Not Available', null],
    ['has its default for a null word', { base: 'int', nulls: 'common', default: -1 }, 'tbd', -1],
    ['takes what its pattern matches', { base: 'str', pattern: 'MC-?\\d+' }, 'carrier MC-77, ok', 'MC-77'],
    ['takes the first group of its pattern', { base: 'int', pattern: 'n=(\\d+)' }, 'x n=12;', 12],
    ['takes the first pattern that matches', { base: 'str', pattern: ['a(\\d)', '(\\d)b'] }, '1b a2', '2'],
    ['goes on to the next pattern', { base: 'str', pattern: ['z', '(\\d)b'] }, '1b', '1'],
    ['is null if no pattern matches', { base: 'str', pattern: 'z' }, 'abc', null],
    ['has its default if no pattern matches', { base: 'str', pattern: 'z', default: 'd' }, 'abc', 'd'],
    ['deletes characters', { base: 'str', strip: '-# ' }, '#1-2 3', '123'],
    ['deletes texts', { base: 'float', strip: ['USD', ','] }, 'USD1,200.5', 1200.5],
    ['deletes after matching', { base: 'str', pattern: '[\\d-]+', strip: '-' }, 'tel 12-34 x', '1234'],
    ['converts to a number', { base: 'float' }, '2.5', 2.5],
    ['cuts a number to a whole one', { base: 'int' }, '-2.9', -2],
    ['is null for what is no number', { base: 'float' }, 'abc', null],
    ['is null for what JSON cannot hold', { base: 'float' }, 'inf', null],
    ['is null for a whole number that would lose digits', { base: 'int' }, '9007199254740993', null],
    ['has its default for what is no number', { base: 'int', default: 0 }, 'abc', 0],
    ['converts to a boolean', { base: 'bool' }, 'On', true],
    ['has words of its own for true', { base: 'bool', true_values: ['Ja'], false_values: ['Nein'] }, 'JA', true],
    ['has words of its own for false', { base: 'bool', true_values: ['Ja'], false_values: ['Nein'] }, 'nein', false],
    ['prefers its own words', { base: 'bool', true_values: ['no'] }, 'no', true],
    ['has its default for what is no boolean', { base: 'bool', default: false }, 'perhaps', false],
    ['clamps from below', { base: 'int', clamp: [1, 10] }, '-5', 1],
    ['clamps from above', { base: 'float', clamp: [0, 1.5] }, 99, 1.5],
    ['stays whole when it is clamped', { base: 'int', clamp: [0, 2.5] }, 99, 2],
    ['does not clamp its default', { base: 'int', clamp: [1, 10], default: 0 }, null, 0],
    ['writes upper case', { base: 'str', upper: true }, 'aß', 'ASS'],
    ['writes lower case', { base: 'str', lower: true }, 'AB', 'ab'],
    ['truncates, in characters', { base: 'str', max_length: 2 }, '😀ab', '😀a'],
    ['truncates last', { base: 'str', upper: true, max_length: 2 }, 'ßx', 'SS'],
  ])('%s', (_, rules, value, expected) => {
    const read = readCustom(rules, value);

    expect(read).toEqual(expected);
  });

  it('goes through all steps in their order', () => {
    const rules = { base: 'str', nulls: ['#'], pattern: '<(.*)>', strip: '#', upper: true, max_length: 3 };

    const read = readCustom(rules, '  x <#ab#cd> ');

    expect(read).toBe('ABC');
  });

  it('may take the place of a built-in one', () => {
    const read = readField('score', '50', { score: { base: 'int', clamp: [0, 100] } });

    expect(read).toBe(50);
  });

  it.each([[['a']], [{ a: 1 }]])('refuses %j, which is no scalar', (value) => {
    const read = readCustom({ base: 'str', default: 'd' }, value);

    expect(read).toEqual({ refused: ['type'] });
  });
});
