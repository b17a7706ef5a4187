import { createHash, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import { ArtifactConflictError, DependencyRefusedError } from '../../src/ports/errors.ts';

/** What every artifact store promises. */
export function testArtifactStore(open: () => ArtifactStore): void {
  const content = new TextEncoder().encode('{"total":12.5}');

  it('gives back what was put, byte for byte', async () => {
    const store = open();
    const name = `${randomUUID()}/invoice/invoice 1.json`;

    const reference = await store.put(name, content, 'application/json');
    const got = await store.get(name);

    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(reference).toEqual({ name, sha256, bytes: content.byteLength, contentType: 'application/json' });
    expect(Buffer.from(got ?? [])).toEqual(Buffer.from(content));
  });

  it('keeps an empty artifact', async () => {
    const store = open();
    const name = `${randomUUID()}/empty`;

    await store.put(name, new Uint8Array(), 'text/plain');

    expect(await store.get(name)).toHaveLength(0);
  });

  it('gives the same reference when the same content is put again', async () => {
    const store = open();
    const name = randomUUID();
    const first = await store.put(name, content, 'application/json');

    const second = await store.put(name, content, 'text/plain');

    expect(second).toEqual(first);
  });

  it('refuses other content under a name that is taken', async () => {
    const store = open();
    const name = randomUUID();
    await store.put(name, content, 'application/json');

    const put = store.put(name, Uint8Array.of(1), 'application/json');

    await expect(put).rejects.toThrow(ArtifactConflictError);
    expect(await store.get(name)).toHaveLength(content.byteLength);
  });

  it('knows nothing of a name nobody put', async () => {
    const store = open();

    const got = await store.get(randomUUID());

    expect(got).toBeNull();
  });

  it.each(['', '/absolute', 'run/../other', 'run//file', 'run\\file', 'run/file?x', 'a'.repeat(1_025), 'line\nbreak'])(
    'refuses the name %j',
    async (name) => {
      const store = open();

      const put = store.put(name, content, 'text/plain');

      await expect(put).rejects.toThrow(DependencyRefusedError);
    },
  );
}
