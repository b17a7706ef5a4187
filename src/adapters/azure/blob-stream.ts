import { Readable } from 'node:stream';

/** A blob's content as it comes; what breaks it is thrown as `translate` makes it. */
export function readBlobStream(body: NodeJS.ReadableStream | undefined, translate: (error: unknown) => unknown): Readable {
  async function* pieces(): AsyncGenerator<Buffer> {
    try {
      for await (const piece of body ?? []) yield Buffer.from(piece);
    } catch (error) {
      throw translate(error);
    }
  }
  return Readable.from(pieces(), { objectMode: false });
}
