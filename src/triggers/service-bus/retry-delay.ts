import { shareOf } from '../../share-of.ts';

/** Tries by copies that are scheduled for later: they take about four hours. After the last the message is given up. */
export const MAX_ATTEMPTS = 24;

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 15 * 60_000;
/** Longer than any lock is renewed, together with the work, it may not take; and a message of a session holds up its session. */
const MAX_PAUSE_MS = 60_000;
/** What a service asks for may be a day, or an error of its own. */
const MAX_ASKED_MS = 60 * 60_000;

/**
 * How long to wait before the attempt after `failures` failed ones, in milliseconds: twice as long each time, between half and all
 * of it as `seed` decides, and never less than the failed service asked for. Messages that failed together do not come back together.
 */
export function retryDelayMs(failures: number, askedMs: number | undefined, seed: string): number {
  const longest = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), MAX_DELAY_MS);
  const delay = Math.round(longest * (0.5 + shareOf(seed) / 2));
  return Math.max(delay, Math.min(askedMs ?? 0, MAX_ASKED_MS));
}

/** The same, for waiting with the message in hand. */
export function pauseMs(failures: number, askedMs: number | undefined, seed: string): number {
  return Math.min(retryDelayMs(failures, askedMs, seed), MAX_PAUSE_MS);
}
