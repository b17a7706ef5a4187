import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ClaimCheckStore } from '../../src/ports/claim-check-store.ts';

export interface OpenClaimCheckStore {
  readonly store: ClaimCheckStore;
  /** Leaves a body, as a sender does. */
  leave(path: string, content: Uint8Array): Promise<void>;
}

/** What every store of claimed bodies promises. */
export function testClaimCheckStore(open: () => OpenClaimCheckStore): void {
  const content = new TextEncoder().encode('{"total":12.5}');

  it.each(['order.json', 'orders/2026/a b.json', 'orders/50%/a?b#c+d&e.json', 'bestellungen/größe.json'])(
    'gives what a sender left at %s, byte for byte',
    async (name) => {
      const { store, leave } = open();
      const path = `${randomUUID()}/${name}`;
      await leave(path, content);

      const body = await store.read(path, content.byteLength);

      expect(body.kind === 'found' && Buffer.from(body.content)).toEqual(Buffer.from(content));
    },
  );

  it('gives an empty body', async () => {
    const { store, leave } = open();
    const path = randomUUID();
    await leave(path, new Uint8Array());

    const body = await store.read(path, 10);

    expect(body.kind === 'found' && body.content.byteLength).toBe(0);
  });

  it('says that nothing was left', async () => {
    const { store } = open();

    const body = await store.read(randomUUID(), 10);

    expect(body).toEqual({ kind: 'missing' });
  });

  it('tells the size of what is too large, and goes on to read others', async () => {
    const { store, leave } = open();
    const [large, small] = [randomUUID(), randomUUID()];
    await leave(large, Buffer.alloc(300_000, 'x'));
    await leave(small, content);

    const bodies = [await store.read(large, 299_999), await store.read(small, 299_999)];

    expect(bodies).toMatchObject([{ kind: 'too_large', bytes: 300_000 }, { kind: 'found' }]);
  });
}
