import { describe, expect, it } from 'vitest';
import { InMemory } from '../../../src/adapters/mock/in-memory.ts';

describe('InMemory', () => {
  it('gives back what was set, and its own copy of it', async () => {
    const memory = new InMemory();
    const value = { items: ['a'] };
    await memory.set('k', value);

    value.items.push('b');

    expect(await memory.get('k')).toEqual({ items: ['a'] });
  });

  it('lists keys by prefix, in order', async () => {
    const memory = new InMemory();
    for (const key of ['b:2', 'a', 'b:1']) await memory.set(key, null);

    const keys = await memory.list('b:');

    expect(keys).toEqual(['b:1', 'b:2']);
  });

  it('forgets what is deleted', async () => {
    const memory = new InMemory();
    await memory.set('k', 1);

    const answers = [await memory.delete('k'), await memory.delete('k'), await memory.get('k')];

    expect(answers).toEqual([true, false, null]);
  });
});
