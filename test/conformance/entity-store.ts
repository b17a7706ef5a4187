import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { EntityStore } from '../../src/ports/entity-store.ts';

/** What every entity store promises. */
export function testEntityStore(open: () => EntityStore): void {
  it('knows nothing of an entity nobody wrote', async () => {
    const store = open();

    const stored = await store.read('order', randomUUID());

    expect(stored).toBeNull();
  });

  it('gives back what was written', async () => {
    const store = open();
    const id = randomUUID();

    const written = await store.write('order', id, { state: 'NEW', history: [1, null, { a: 'é' }] }, null);

    const stored = await store.read('order', id);
    expect(written).toBe(true);
    expect(stored?.value).toEqual({ state: 'NEW', history: [1, null, { a: 'é' }] });
  });

  it('writes over the version that was read', async () => {
    const store = open();
    const id = randomUUID();
    await store.write('order', id, { state: 'NEW' }, null);
    const read = await store.read('order', id);

    const written = await store.write('order', id, { state: 'PAID' }, read?.version ?? null);

    const stored = await store.read('order', id);
    expect(written).toBe(true);
    expect(stored?.value).toEqual({ state: 'PAID' });
    expect(stored?.version).not.toBe(read?.version);
  });

  it('refuses to write over a version that is no more', async () => {
    const store = open();
    const id = randomUUID();
    await store.write('order', id, { state: 'NEW' }, null);
    const read = await store.read('order', id);
    await store.write('order', id, { state: 'PAID' }, read?.version ?? null);

    const written = await store.write('order', id, { state: 'CANCELLED' }, read?.version ?? null);

    expect(written).toBe(false);
    expect((await store.read('order', id))?.value).toEqual({ state: 'PAID' });
  });

  it('refuses to create what is there, and to replace what is not', async () => {
    const store = open();
    const id = randomUUID();
    await store.write('order', id, { state: 'NEW' }, null);
    const version = (await store.read('order', id))?.version ?? '';

    const answers = [
      await store.write('order', id, { state: 'AGAIN' }, null),
      await store.write('order', randomUUID(), { state: 'LOST' }, version),
    ];

    expect(answers).toEqual([false, false]);
    expect((await store.read('order', id))?.value).toEqual({ state: 'NEW' });
  });

  it('lets exactly one of many at once win', async () => {
    const store = open();
    const id = randomUUID();

    const writes = await Promise.all(Array.from({ length: 20 }, (_, index) => store.write('order', id, { index }, null)));

    expect(writes.filter((written) => written)).toHaveLength(1);
    expect((await store.read('order', id))?.value).toEqual({ index: writes.indexOf(true) });
  });

  it('keeps types and ids apart, whatever characters they have', async () => {
    const store = open();
    const run = randomUUID();
    const names = [`a/${run}`, `a\\${run}`, `a?${run}`, `a#${run}`, `a b ${run}`, `ü${run}`, `a","${run}`];

    for (const name of names) {
      await store.write('order', name, { name }, null);
      await store.write('invoice', name, { invoice: name }, null);
    }

    const orders = await Promise.all(names.map((name) => store.read('order', name)));
    const invoices = await Promise.all(names.map((name) => store.read('invoice', name)));
    expect(orders.map((stored) => stored?.value)).toEqual(names.map((name) => ({ name })));
    expect(invoices.map((stored) => stored?.value)).toEqual(names.map((name) => ({ invoice: name })));
  });

  it('keeps its own copy of what it is given', async () => {
    const store = open();
    const id = randomUUID();
    const items = ['a'];
    await store.write('order', id, { items }, null);

    items.push('b');

    expect((await store.read('order', id))?.value).toEqual({ items: ['a'] });
  });
}
