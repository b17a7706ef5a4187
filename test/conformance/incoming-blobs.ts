import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { expect, it } from 'vitest';
import { BlobChangedError, BlobGoneError, type BlobPlace, type IncomingBlobs } from '../../src/ports/incoming-blobs.ts';

export interface OpenIncomingBlobs {
  readonly blobs: IncomingBlobs;
  /** Where blobs are left. */
  readonly place: Omit<BlobPlace, 'name'>;
  /** Leaves a blob, as its writer does, and gives its etag. */
  leave(name: string, content: Uint8Array): Promise<string>;
  remove(name: string): Promise<void>;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** What every source of incoming blobs promises. */
export function testIncomingBlobs(open: () => OpenIncomingBlobs): void {
  const content = Buffer.from('id;total\n1;12.5\n');

  it.each(['a.csv', '2026/a b.csv', '50%/a?b#c+d&e.csv', 'größe/%2e%2e.csv', '{{ 7*7 }}.csv'])(
    'gives what was left at %s, byte for byte',
    async (file) => {
      const { blobs, place, leave } = open();
      const name = `${randomUUID()}/${file}`;
      const etag = await leave(name, content);

      const head = await blobs.head({ ...place, name }, 4);
      const whole = await bytesOf(await blobs.open({ ...place, name, etag }));

      expect(head).toMatchObject({ etag, bytes: content.length, contentType: 'application/octet-stream', isFolder: false });
      expect(Buffer.from(head?.start ?? [])).toEqual(content.subarray(0, 4));
      expect(whole).toEqual(content);
    },
  );

  it('gives a part alone, and nothing behind the end', async () => {
    const { blobs, place, leave } = open();
    const name = randomUUID();
    const reference = { ...place, name, etag: await leave(name, content) };

    const middle = await bytesOf(await blobs.open(reference, { start: 3, end: 8 }));
    const rest = await bytesOf(await blobs.open(reference, { start: 9 }));
    const behind = await bytesOf(await blobs.open(reference, { start: content.length }));

    expect([middle, rest, behind].map(String)).toEqual(['total', '1;12.5\n', '']);
  });

  it('tells an empty blob', async () => {
    const { blobs, place, leave } = open();
    const name = randomUUID();
    const etag = await leave(name, new Uint8Array());

    const head = await blobs.head({ ...place, name }, 10);

    expect(head).toMatchObject({ etag, bytes: 0 });
    expect(head?.start).toHaveLength(0);
  });

  it('tells an address that gives no access', async () => {
    const { blobs, place, leave } = open();
    const name = randomUUID();
    await leave(name, content);

    const head = await blobs.head({ ...place, name }, 1);

    expect(new URL(head?.url ?? '')).toMatchObject({ search: '', pathname: expect.stringContaining(name) });
  });

  it('says that there is none, or none any more', async () => {
    const { blobs, place, leave, remove } = open();
    const name = randomUUID();
    const etag = await leave(name, content);
    await remove(name);

    const head = await blobs.head({ ...place, name }, 10);
    const opening = blobs.open({ ...place, name, etag });

    expect(head).toBeNull();
    await expect(opening).rejects.toThrow(BlobGoneError);
  });

  it('does not give another version than the one asked for', async () => {
    const { blobs, place, leave } = open();
    const name = randomUUID();
    const etag = await leave(name, content);
    await leave(name, Buffer.from('other'));

    const opening = blobs.open({ ...place, name, etag });

    await expect(opening).rejects.toThrow(BlobChangedError);
  });

  it('gives many pieces of a large blob one after the other', async () => {
    const { blobs, place, leave } = open();
    const name = randomUUID();
    const large = Buffer.alloc(3_000_001, 'abc');
    const etag = await leave(name, large);

    const stream = await blobs.open({ ...place, name, etag });
    const sizes: number[] = [];
    for await (const piece of stream) sizes.push(piece.length);

    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(large.length);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
  });
}
