import { vi } from 'vitest';

/** Enough for a machine that is ten times as busy as one should be: whatever comes ends the wait, and only what never comes takes so long. */
const PATIENCE = { timeout: 100_000, interval: 20 };

/** What `expectation` gives, once it holds. */
export function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectation, PATIENCE);
}
