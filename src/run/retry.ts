import type { RetryPolicy } from '../pipeline/plan.ts';
import type { FailureRecord } from '../ports/run-store.ts';
import { shareOf } from '../share-of.ts';

/** Longest jitter, as a share of the delay it is added to. */
const JITTER_SHARE = 0.1;

/**
 * Milliseconds to wait before attempt `attempt + 1`, or null if the failure is final.
 * The delay grows by the policy, is never shorter than the refusing side asked for, and carries a jitter that is a function of
 * `seed`: orchestrations decide this, and a decision must come out the same on every replay.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, failure: FailureRecord, seed: string): number | null {
  if (!failure.retryable || attempt >= policy.maxAttempts) return null;
  const delay = Math.min(policy.delayMs * policy.backoff ** (attempt - 1), policy.maxDelayMs);
  const jitter = delay * JITTER_SHARE * shareOf(`${seed}/${attempt}`);
  return Math.round(Math.max(delay + jitter, failure.retryAfterMs ?? 0));
}
