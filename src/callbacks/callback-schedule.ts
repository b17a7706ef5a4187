import { codeOf, HexdagError, messageOf } from '../errors.ts';
import { CallbackGoneError } from '../ports/callback-receiver.ts';
import type { KeptCallback } from '../ports/callback-store.ts';
import { shareOf } from '../share-of.ts';

const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 3_600_000;
/** A receiver may ask for more patience than we have of ourselves, but not for any. */
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;
/** Longest jitter, as a share of the delay it is added to: what failed together is not to come back together. */
const JITTER_SHARE = 0.5;
/** A backend that is away from Friday evening to Monday morning misses nothing. */
const GIVEN_UP_AFTER_MS = 3 * 24 * 3_600_000;

/** How it stands with an event after one more call that failed at `now` (Unix milliseconds). */
export function afterFailure(before: KeptCallback, error: unknown, now: number): KeptCallback {
  const attempts = before.attempts + 1;
  const failure = { code: codeOf(error), message: messageOf(error) };
  const isOver = error instanceof CallbackGoneError || now - Date.parse(before.keptAt) >= GIVEN_UP_AFTER_MS;
  const due = isOver ? null : new Date(now + delayMs(before.event.id, attempts, error)).toISOString();
  return { ...before, attempts, due, failure };
}

function delayMs(eventId: string, attempts: number, error: unknown): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (attempts - 1), LONGEST_DELAY_MS);
  const asked = error instanceof HexdagError ? (error.retryAfterMs ?? 0) : 0;
  const jitter = delay * JITTER_SHARE * shareOf(`${eventId}/${attempts}`);
  return Math.round(Math.max(delay, Math.min(asked, LONGEST_RETRY_AFTER_MS)) + jitter);
}
