import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { RandomAccessReader } from 'yauzl';
import type { BlobReference, IncomingBlobs } from '../../ports/incoming-blobs.ts';

const PAGE_BYTES = 1024 * 1024;
/** One for where the archive's list is, and some for where its contents are. */
const KEPT_PAGES = 4;

/** A blob read here and there, a page a request; the last few pages are kept, so that memory stays flat however large the blob is. */
export class BlobPages extends RandomAccessReader {
  readonly #blobs: IncomingBlobs;
  readonly #reference: BlobReference;
  readonly #bytes: number;
  readonly #pages = new Map<number, Promise<Buffer>>();

  constructor(blobs: IncomingBlobs, reference: BlobReference, bytes: number) {
    super();
    this.#blobs = blobs;
    this.#reference = reference;
    this.#bytes = bytes;
  }

  /** The bytes from `start` to `end` (exclusive). */
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.#pieces(start, end), { objectMode: false });
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Buffer> {
    for (let at = start; at < end; ) {
      const index = Math.floor(at / PAGE_BYTES);
      const page = await this.#page(index);
      const offset = at - index * PAGE_BYTES;
      const piece = page.subarray(offset, Math.min(page.length, offset + end - at));
      if (piece.length === 0) return;
      at += piece.length;
      yield piece;
    }
  }

  #page(index: number): Promise<Buffer> {
    const known = this.#pages.get(index);
    if (known !== undefined) return known;
    const start = index * PAGE_BYTES;
    const page = this.#read(start, Math.min(this.#bytes, start + PAGE_BYTES));
    // Told by whoever awaits it.
    page.catch(() => undefined);
    this.#pages.set(index, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > KEPT_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  async #read(start: number, end: number): Promise<Buffer> {
    return start < end ? buffer(await this.#blobs.open(this.#reference, { start, end })) : Buffer.alloc(0);
  }
}
