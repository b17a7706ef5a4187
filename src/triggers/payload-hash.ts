import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import { canonicalJson } from '../pipeline/plan-hash.ts';

/** SHA-256 (hex) of a value's canonical text: the same for every spelling of the same JSON. */
export function payloadHash(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
