/** How an attempt of a call failed. */
export type FailedAttempt =
  /** Nothing was sent: there was no connection. */
  | { readonly kind: 'not_sent' }
  /** What became of the request is not known. */
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
  /** Whether the app does the same thing once, however often it is asked. */
  readonly repeatable: boolean;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 10_000;
/** Clients that were refused together do not come back together. */
const JITTER_SHARE = 0.25;
/** Gateways and dependencies that are away for the moment. Whether the request had reached the app is not known. */
const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

/** Whether the same call may succeed later. */
export function mayPass(status: number): boolean {
  return status === 429 || AWAY.has(status);
}

/** Milliseconds to wait before the next attempt, or undefined if there is none. `random` is from 0 to 1. */
export function nextDelayMs(
  failed: FailedAttempt,
  { attempts, elapsedMs, repeatable }: CallProgress,
  { maxAttempts, retryForMs }: RetryLimits,
  random: number,
): number | undefined {
  if (attempts >= maxAttempts || !isSafe(failed, repeatable)) return undefined;
  const backoff = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1)) * random;
  const asked = failed.kind === 'refused' ? failed.retryAfterMs : undefined;
  const delay = Math.ceil(asked === undefined ? backoff : asked * (1 + JITTER_SHARE * random));
  return elapsedMs + delay > retryForMs ? undefined : delay;
}

/** What was refused for its rate, or never sent, has not been done, so anything may be repeated then. */
function isSafe(failed: FailedAttempt, repeatable: boolean): boolean {
  switch (failed.kind) {
    case 'not_sent':
      return true;
    case 'no_answer':
      return repeatable;
    case 'refused':
      return failed.status === 429 || (repeatable && AWAY.has(failed.status));
  }
}
