import { describe, expect, it } from 'vitest';
import { afterFailure } from '../../src/callbacks/callback-schedule.ts';
import { CallbackGoneError } from '../../src/ports/callback-receiver.ts';
import type { KeptCallback } from '../../src/ports/callback-store.ts';
import { HttpStatusError } from '../../src/ports/http-errors.ts';
import { runEvent } from '../conformance/records.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 24 * 3_600_000;
const UNAVAILABLE = new HttpStatusError(503, 'It answered 503.');

function keptAt(time: number, attempts = 0, runId = 'run-1'): KeptCallback {
  return { event: runEvent(runId), attempts, keptAt: new Date(time).toISOString(), due: null };
}

const delayOf = (callback: KeptCallback) => Date.parse(callback.due ?? '') - NOW;

describe('after a call that failed', () => {
  it('the next comes after 5 s, then twice as long each time up to an hour, and up to half of that later', () => {
    const delays = Array.from({ length: 14 }, (_, attempts) => delayOf(afterFailure(keptAt(NOW, attempts), UNAVAILABLE, NOW)));

    const least = delays.map((_, attempts) => Math.min(5_000 * 2 ** attempts, 3_600_000));
    expect(delays.filter((delay, index) => delay < (least[index] ?? 0) || delay > 1.5 * (least[index] ?? 0))).toEqual([]);
    expect(least.at(-1)).toBe(3_600_000);
  });

  it('those that failed together do not come back together', () => {
    const delays = Array.from({ length: 20 }, (_, index) =>
      delayOf(afterFailure(keptAt(NOW, 5, `run-${index}`), UNAVAILABLE, NOW)),
    );

    expect(new Set(delays).size).toBeGreaterThan(15);
  });

  it.each([
    ['as long as the receiver asks for', 600_000, 600_000],
    ['no less than planned if it asks for less', 1_000, 5_000],
    ['a day at most', 30 * DAY_MS, DAY_MS],
  ])('it waits %s', (_, retryAfterMs, least) => {
    const error = new HttpStatusError(429, 'Too many.', { retryAfterMs });

    const delay = delayOf(afterFailure(keptAt(NOW), error, NOW));

    expect(delay).toBeGreaterThanOrEqual(least);
    expect(delay).toBeLessThanOrEqual(least + 2_500);
  });

  it('it counts the call and says why it failed', () => {
    const callback = afterFailure(keptAt(NOW, 2), UNAVAILABLE, NOW);

    expect(callback).toMatchObject({ attempts: 3, failure: { code: 'http_status', message: 'It answered 503.' } });
  });

  it('it is given up after three days, and not before', () => {
    const almost = afterFailure(keptAt(NOW - 3 * DAY_MS + 1), UNAVAILABLE, NOW);
    const over = afterFailure(keptAt(NOW - 3 * DAY_MS), UNAVAILABLE, NOW);

    expect(almost.due).not.toBeNull();
    expect(over.due).toBeNull();
  });

  it('it is given up at once if the receiver says that it will never take it', () => {
    const callback = afterFailure(keptAt(NOW), new CallbackGoneError('It answered 410.'), NOW);

    expect(callback).toMatchObject({ due: null, attempts: 1, failure: { code: 'callback_gone' } });
  });
});
