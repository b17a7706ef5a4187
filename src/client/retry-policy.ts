/**
 * How an attempt of a call failed. Every operation of the API may be asked for again: it has a key, or does the same thing once.
 */
export type FailedAttempt =
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs: number | undefined };

export interface RetryLimits {
  /** Attempts of one call, the first included. */
  readonly maxAttempts: number;
  /** Milliseconds from the first attempt's begin after which no further one begins. */
  readonly retryForMs: number;
}

/** Where a call stands after an attempt. */
export interface CallProgress {
  /** Attempts made. */
  readonly attempts: number;
  /** Milliseconds since the first attempt began. */
  readonly elapsedMs: number;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;
/** Clients that were refused together do not come back together. */
const JITTER_SHARE = 0.25;
/** Too many requests, and gateways or dependencies that are away for the moment. */
const FOR_NOW: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether the same call may succeed later. */
export function mayPass(status: number): boolean {
  return FOR_NOW.has(status);
}

/** Milliseconds to wait before the next attempt, or undefined if there is none. `random` is from 0 to 1. */
export function nextDelayMs(
  failed: FailedAttempt,
  { attempts, elapsedMs }: CallProgress,
  { maxAttempts, retryForMs }: RetryLimits,
  random: number,
): number | undefined {
  if (attempts >= maxAttempts || (failed.kind === 'refused' && !mayPass(failed.status))) return undefined;
  const backoff = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1)) * random;
  const asked = failed.kind === 'refused' ? failed.retryAfterMs : undefined;
  const delay = Math.ceil(asked === undefined ? backoff : asked * (1 + JITTER_SHARE * random));
  return elapsedMs + delay > retryForMs ? undefined : delay;
}
