import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../src/run/retry.ts';

const policy = { maxAttempts: 4, delayMs: 1000, backoff: 2, maxDelayMs: 3000 };
const transient = { type: 'TransientError', code: 'busy', message: 'Busy.', retryable: true };

describe('retrying a node', () => {
  it('waits longer from attempt to attempt, up to the longest delay', () => {
    const delays = [1, 2, 3].map((attempt) => retryDelayMs(policy, attempt, transient, 'run/node'));

    const withoutJitter = [1000, 2000, 3000];
    for (const [index, delay] of delays.entries()) {
      expect(delay).toBeGreaterThanOrEqual(withoutJitter[index] ?? 0);
      expect(delay).toBeLessThanOrEqual((withoutJitter[index] ?? 0) * 1.1);
    }
  });

  it('decides the same every time it is asked, so that a replay agrees with the first pass', () => {
    const first = retryDelayMs(policy, 2, transient, 'run/node');

    const again = retryDelayMs(policy, 2, transient, 'run/node');

    expect(again).toBe(first);
  });

  it('spreads different runs over different delays', () => {
    const delays = ['a', 'b', 'c', 'd'].map((seed) => retryDelayMs(policy, 1, transient, seed));

    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('never comes back before the other side asked it to', () => {
    const delay = retryDelayMs(policy, 1, { ...transient, retryAfterMs: 60_000 }, 'run/node');

    expect(delay).toBe(60_000);
  });

  it('gives up at the last attempt', () => {
    const delay = retryDelayMs(policy, 4, transient, 'run/node');

    expect(delay).toBeNull();
  });

  it('gives up at once when the failure is final', () => {
    const delay = retryDelayMs(policy, 1, { ...transient, retryable: false }, 'run/node');

    expect(delay).toBeNull();
  });
});
