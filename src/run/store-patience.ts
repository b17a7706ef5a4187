import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { HexdagError } from '../errors.ts';

/**
 * Repeats a store call that failed for the moment, for up to about half a minute. A result that cannot be recorded would have to
 * be worked out again, effects and all: waiting for the store is the lesser evil.
 */
export const storePatience = retry(
  handleWhen((error) => error instanceof HexdagError && error.retryable),
  { maxAttempts: 12, backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 4_000 }) },
);
