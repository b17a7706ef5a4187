import { describe, expect, it } from 'vitest';
import { isLike } from '../../../local/sql/like.ts';

const PLAIN = { escapeCharacter: '', hasSets: false };

describe('a LIKE pattern', () => {
  it.each([
    ['abc', 'a%', true],
    ['abc', '%', true],
    ['', '%', true],
    ['', '_', false],
    ['abcbc', 'a%bc', true],
    ['abcbd', 'a%bc', false],
    ['a.c', 'a.c', true],
    ['axc', 'a.c', false],
    ['😀', '_', true],
    ['aaa', '%a%a%', true],
  ])('tells whether %s is like %s', (text, pattern, expected) => {
    expect(isLike(text, pattern, PLAIN)).toBe(expected);
  });

  it.each([
    ['100%', '100!%', true],
    ['1000', '100!%', false],
    ['a[b]', 'a![b]', true],
    ['!x', '!!_', true],
    ['b', '[a-c]', true],
    ['d', '[a-c]', false],
    ['d', '[^a-c]', true],
    ['^', '[a^]', true],
    ['[]', '[]', true],
    ['b', '[c-a]', false],
  ])('with sets and an escape tells whether %s is like %s', (text, pattern, expected) => {
    expect(isLike(text, pattern, { escapeCharacter: '!', hasSets: true })).toBe(expected);
  });

  it('takes no more than the product of the lengths, even of a pattern made to be slow', () => {
    const matches = isLike('a'.repeat(2000), `${'%a'.repeat(500)}b`, PLAIN);

    expect(matches).toBe(false);
  });
});
