import { createHash, randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ArtifactStore } from '../../src/ports/artifact-store.ts';
import { ArtifactConflictError, ArtifactNameError } from '../../src/ports/errors.ts';

const MINUTE_MS = 60_000;

/** What every artifact store promises; `follow` tells what a link opens. */
export function testArtifactStore(open: () => ArtifactStore, follow: (url: string) => Promise<Uint8Array | null>): void {
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

  it.each([0, 1, 4 * 1024 * 1024, 9_000_000])('gives back a stream of %i bytes as a stream', async (bytes) => {
    const store = open();
    const name = randomUUID();
    const large = Buffer.alloc(bytes, 'row\n');

    const reference = await store.putStream(name, piecesOf(large), 'text/csv');
    const opened = await store.open(name);

    const sha256 = createHash('sha256').update(large).digest('hex');
    expect(reference).toEqual({ name, sha256, bytes, contentType: 'text/csv' });
    expect(opened?.reference).toEqual(reference);
    expect(await store.describe(name)).toEqual(reference);
    const hash = createHash('sha256');
    for await (const piece of opened?.content ?? []) hash.update(piece);
    expect(hash.digest('hex')).toBe(sha256);
  });

  it('keeps the first of two streams, and knows it again', async () => {
    const store = open();
    const name = randomUUID();
    const first = await store.putStream(name, piecesOf(Buffer.alloc(5_000_000, 'a')), 'text/plain');

    const again = await store.putStream(name, piecesOf(Buffer.alloc(5_000_000, 'a')), 'text/plain');
    const other = store.putStream(name, piecesOf(Buffer.alloc(5_000_000, 'b')), 'text/plain');

    await expect(other).rejects.toThrow(ArtifactConflictError);
    expect(again).toEqual(first);
    expect(await store.describe(name)).toEqual(first);
  });

  it('stores nothing of a stream that breaks', async () => {
    const store = open();
    const name = randomUUID();
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield* piecesOf(Buffer.alloc(9_000_000));
      throw new RangeError('broken');
    }

    const put = store.putStream(name, breaking(), 'text/plain');

    await expect(put).rejects.toThrow(RangeError);
    expect(await store.describe(name)).toBeNull();
    expect(await store.open(name)).toBeNull();
  });

  it('lets one of two streams win when both come at once', async () => {
    const store = open();
    const name = randomUUID();

    const puts = await Promise.allSettled(
      ['a', 'b'].map((letter) => store.putStream(name, piecesOf(Buffer.alloc(9_000_000, letter)), 'text/plain')),
    );

    const [winner] = puts.flatMap((put) => (put.status === 'fulfilled' ? [put.value] : []));
    const [loser] = puts.flatMap((put) => (put.status === 'rejected' ? [put.reason] : []));
    expect(await store.describe(name)).toEqual(winner);
    expect(loser).toBeInstanceOf(ArtifactConflictError);
  });

  it('gives the same reference when the same content is put again', async () => {
    const store = open();
    const name = randomUUID();
    const first = await store.put(name, content, 'application/json');

    const second = await store.put(name, content, 'text/plain');

    expect(second).toEqual(first);
  });

  it('refuses other content under a name that is taken, and tells what it holds', async () => {
    const store = open();
    const name = randomUUID();
    const stored = await store.put(name, content, 'application/json');

    const put = store.put(name, Uint8Array.of(1), 'application/json');

    await expect(put).rejects.toThrow(ArtifactConflictError);
    await expect(put).rejects.toMatchObject({ stored });
    expect(await store.get(name)).toHaveLength(content.byteLength);
  });

  it('knows nothing of a name nobody put', async () => {
    const store = open();

    const got = await store.get(randomUUID());

    expect(got).toBeNull();
  });

  it.each([`${randomUUID()}/pack/Lieferschein (2) für Ada.html`, 'a+b', 'deep/er/and/deeper'])(
    'gives a link that opens %j',
    async (name) => {
      const store = open();
      await store.put(name, content, 'text/html');

      const url = await store.link(name, Date.now() + MINUTE_MS);

      expect(await follow(url ?? '')).toEqual(content);
    },
  );

  it('gives a link of its own to each artifact', async () => {
    const store = open();
    const names = [randomUUID(), randomUUID()];
    for (const name of names) await store.put(name, Buffer.from(name), 'text/plain');

    const links = await Promise.all(names.map((name) => store.link(name, Date.now() + MINUTE_MS)));
    const opened = await Promise.all(links.map((url) => follow(url ?? '')));

    expect(opened.map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual(names);
  });

  it('gives a link that opens nothing once its time is up', async () => {
    const store = open();
    const name = randomUUID();
    await store.put(name, content, 'text/plain');

    const url = await store.link(name, Date.now() - MINUTE_MS);

    expect(await follow(url ?? '')).toBeNull();
  });

  it('gives no link to what nobody put', async () => {
    const store = open();

    const url = await store.link(randomUUID(), Date.now() + MINUTE_MS);

    expect(url).toBeNull();
  });

  it.each(['', '/absolute', 'run/../other', 'run//file', 'run\\file', 'run/file?x', 'a'.repeat(1_025), 'line\nbreak'])(
    'refuses the name %j',
    async (name) => {
      const store = open();

      const put = store.put(name, content, 'text/plain');

      await expect(put).rejects.toThrow(ArtifactNameError);
    },
  );
}

async function* piecesOf(content: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += 100_000) yield content.subarray(at, at + 100_000);
}
