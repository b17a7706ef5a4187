import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/pipeline/duration.ts';
import { nearMatches } from '../../src/pipeline/near-match.ts';

describe('a duration', () => {
  it.each([
    [30, 30_000],
    ['30s', 30_000],
    ['1d12h', 129_600_000],
    ['1d12h30m5s', 131_405_000],
    ['250ms', 250],
    ['0.5', 500],
    [' 1.5m ', 90_000],
    [-1, -1000],
    ['-5s', -5000],
    ['soon', undefined],
    ['30 s', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j is %j milliseconds', (value, expected) => {
    const result = parseDuration(value);

    expect(result).toBe(expected);
  });
});

describe('near matches', () => {
  it.each([
    ['timout', ['timeout', 'when'], ['timeout']],
    ['Pipline', ['Pipeline', 'Trigger'], ['Pipeline']],
    ['fethc', ['fetch', 'fetch2', 'store'], ['fetch']],
    ['b', ['a', 'c'], []],
    ['x', ['X'], ['X']],
    ['totally', ['other'], []],
  ])('of %s among %j are %j', (word, candidates, expected) => {
    const result = nearMatches(word, candidates);

    expect(result).toEqual(expected);
  });
});
