import { INLINE_RESULT_BYTES } from '../limits.ts';

/** True if a value with this JSON belongs into a blob rather than into records and histories. */
export function isLarge(json: string): boolean {
  return json.length > INLINE_RESULT_BYTES || Buffer.byteLength(json) > INLINE_RESULT_BYTES;
}
