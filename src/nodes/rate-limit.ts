import type { Clock } from '../ports/clock.ts';
import { wait } from './wait.ts';
import type { AroundCall } from './wrapped-port.ts';

/** A bucket of `calls` tokens that fills up again within a period: a call that finds none waits for its own. */
export class TokenBucket {
  readonly #calls: number;
  readonly #periodMs: number;
  #tokens: number;
  #filledAt: number;

  constructor(calls: number, periodMs: number, now: number) {
    this.#calls = calls;
    this.#periodMs = periodMs;
    this.#tokens = calls;
    this.#filledAt = now;
  }

  /** Takes a token, one of the future if there is none; milliseconds until it may be used. */
  take(now: number): number {
    const perMs = this.#calls / this.#periodMs;
    this.#tokens = Math.min(this.#calls, this.#tokens + Math.max(0, now - this.#filledAt) * perMs) - 1;
    this.#filledAt = now;
    return this.#tokens >= 0 ? 0 : Math.ceil(-this.#tokens / perMs);
  }
}

/** Lets at most `calls` through in a period, in the order of their arrival; the others wait. */
export function limitRate(calls: number, periodMs: number, clock: Clock): AroundCall {
  const bucket = new TokenBucket(calls, periodMs, clock.now());
  return async ({ proceed }) => {
    const waitMs = bucket.take(clock.now());
    if (waitMs > 0) await wait(waitMs);
    return proceed();
  };
}
