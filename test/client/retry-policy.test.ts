import { describe, expect, it } from 'vitest';
import { type FailedAttempt, nextDelayMs } from '../../src/client/retry-policy.ts';

const LIMITS = { maxAttempts: 4, retryForMs: 60_000 };
const FIRST = { attempts: 1, elapsedMs: 0 };
const NO_ANSWER: FailedAttempt = { kind: 'no_answer' };

function refused(status: number, retryAfterMs?: number): FailedAttempt {
  return { kind: 'refused', status, retryAfterMs };
}

describe('the next attempt of a call', () => {
  it.each<[FailedAttempt, boolean]>([
    [NO_ANSWER, true],
    [refused(429), true],
    [refused(502), true],
    [refused(503), true],
    [refused(504), true],
    [refused(500), false],
    [refused(409, 1_000), false],
    [refused(422), false],
    [refused(302), false],
  ])('after %j is made: %s', (failed, isMade) => {
    const delay = nextDelayMs(failed, FIRST, LIMITS, 0.5);

    expect(delay !== undefined).toBe(isMade);
  });

  it('is ever later, and never later than ten seconds', () => {
    const delays = [1, 2, 3, 4, 20].map((attempts) =>
      nextDelayMs(NO_ANSWER, { ...FIRST, attempts }, { ...LIMITS, maxAttempts: 99 }, 1),
    );

    expect(delays).toEqual([200, 400, 800, 1_600, 10_000]);
  });

  it('comes at a random time before that', () => {
    const delays = [0, 0.25, 1].map((random) => nextDelayMs(NO_ANSWER, { ...FIRST, attempts: 3 }, LIMITS, random));

    expect(delays).toEqual([0, 200, 800]);
  });

  it('is never sooner than the app asked, and not with all others at once', () => {
    const delays = [0, 0.5, 1].map((random) => nextDelayMs(refused(429, 4_000), FIRST, LIMITS, random));

    expect(delays).toEqual([4_000, 4_500, 5_000]);
  });

  it('is not made once there were enough', () => {
    const delay = nextDelayMs(refused(429), { ...FIRST, attempts: 4 }, LIMITS, 0);

    expect(delay).toBeUndefined();
  });

  it.each([
    [59_000, 1_000, 1_000],
    [59_001, 1_000, undefined],
    [0, 61_000, undefined],
  ])('after %i ms, with %i ms to wait, is in %s', (elapsedMs, retryAfterMs, expected) => {
    const delay = nextDelayMs(refused(503, retryAfterMs), { ...FIRST, elapsedMs }, LIMITS, 0);

    expect(delay).toBe(expected);
  });
});
