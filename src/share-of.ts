import { createHash } from 'node:crypto';

/** A number in [0, 1) that depends on the text alone: it spreads what would come at once, and comes out the same on every replay. */
export function shareOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
