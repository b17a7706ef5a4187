import { MESSAGE_BODY_BYTES } from '../limits.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** Reads a body as it streams in. Undefined if it is larger than the limit; then the rest of it is not read. */
export async function readRequestBody(
  stream: AsyncIterable<Uint8Array> | null,
  limitBytes: number = MESSAGE_BODY_BYTES,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > limitBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The answer to a body above the limit. The connection ends with it, because nobody reads what is still to come. */
export function bodyTooLarge(limitBytes: number = MESSAGE_BODY_BYTES): ApiResponse {
  const detail = `The body has more than ${limitBytes} bytes; store the content as a blob, and send its name.`;
  return problem({ status: 413, code: 'body_too_large', detail, headers: { connection: 'close' } });
}
