import { INLINE_RESULT_BYTES } from '../limits.ts';
import type { NodeOutcome } from './outcome.ts';

/** True if the outcome's value belongs into a blob rather than into a history. */
export function isLarge({ result }: NodeOutcome): boolean {
  return 'value' in result && JSON.stringify(result.value).length > INLINE_RESULT_BYTES;
}
