import { createHash } from 'node:crypto';
import type { Plan } from './plan.ts';

/**
 * The plan's name: SHA-256, in hex, of its text. The order of keys counts, since loops and texts follow the order of a mapping; the
 * compiler always makes the same of the same documents.
 */
export function planHash(plan: Plan): string {
  return createHash('sha256').update(JSON.stringify(plan), 'utf8').digest('hex');
}
