import { Readable } from 'node:stream';
import {
  BlobChangedError,
  BlobGoneError,
  type BlobHead,
  type BlobPlace,
  type BlobReference,
  type ByteRange,
  type IncomingBlobs,
} from '../../ports/incoming-blobs.ts';

interface StoredBlob extends Omit<BlobHead, 'start' | 'isFolder'> {
  readonly content: Uint8Array;
}

/** Incoming blobs that last as long as the process. */
export class MemoryIncomingBlobs implements IncomingBlobs {
  readonly #blobs = new Map<string, StoredBlob>();
  #versions = 0;

  /** Leaves a blob, as its writer does; one of that name is written again. */
  leave(place: BlobPlace, content: Uint8Array, { etag = this.#nextEtag() } = {}): BlobReference {
    const url = `https://memory.invalid/${place.container}/${encodeURIComponent(place.name)}`;
    const bytes = content.byteLength;
    const contentType = 'application/octet-stream';
    this.#blobs.set(keyOf(place), { etag, bytes, contentType, lastModified: new Date(0).toISOString(), url, content });
    return { ...place, etag };
  }

  #nextEtag(): string {
    this.#versions += 1;
    return `"0x${this.#versions.toString(16).padStart(15, '0').toUpperCase()}"`;
  }

  remove(place: BlobPlace): void {
    this.#blobs.delete(keyOf(place));
  }

  async head(place: BlobPlace, startBytes: number): Promise<BlobHead | null> {
    const blob = this.#blobs.get(keyOf(place));
    if (blob === undefined) return null;
    const { content, ...head } = blob;
    return { ...head, isFolder: false, start: content.subarray(0, startBytes) };
  }

  async open(reference: BlobReference, { start, end }: ByteRange = { start: 0 }): Promise<Readable> {
    const blob = this.#blobs.get(keyOf(reference));
    if (blob === undefined) throw new BlobGoneError(`The blob ${reference.name} is gone.`);
    if (blob.etag !== reference.etag) throw new BlobChangedError(`The blob ${reference.name} was written again.`);
    return Readable.from(pieces(Buffer.from(blob.content.subarray(start, end))), { objectMode: false });
  }
}

function* pieces(content: Buffer): Generator<Buffer> {
  for (let at = 0; at < content.length; at += 65_536) yield content.subarray(at, at + 65_536);
}

function keyOf({ connection, container, name }: BlobPlace): string {
  return JSON.stringify([connection, container, name]);
}
