import { describe, expect, it } from 'vitest';
import { RecentlyUsed } from '../src/recently-used.ts';

describe('RecentlyUsed', () => {
  it('forgets what was used longest ago', () => {
    const cache = new RecentlyUsed<string, number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');

    cache.set('c', 3);

    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([1, undefined, 3]);
  });

  it('holds a key once, with its latest value', () => {
    const cache = new RecentlyUsed<string, number>(2);
    cache.set('a', 1);

    cache.set('a', 2);
    cache.set('b', 3);

    expect(['a', 'b'].map((key) => cache.get(key))).toEqual([2, 3]);
  });
});
