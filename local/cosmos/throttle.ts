import { tooManyRequests } from './errors.ts';

/** Which requests on items are answered 429, repeatably. */
export interface ThrottleRule {
  /** Of all requests, 0 to 1; each operation of a bulk request counts as one. */
  share: number;
  /** What the client is told to wait, in milliseconds. */
  retryAfterMs: number;
  /** Unix time in milliseconds from which the rule is off. */
  untilMs?: number;
  /** Another seed refuses other requests. */
  seed?: number;
}

/** Applies a rule to a sequence of requests. */
export class Throttle {
  #rule: ThrottleRule | null = null;
  #random: () => number = () => 1;
  throttled = 0;

  set(rule: ThrottleRule | null): void {
    this.#rule = rule;
    this.#random = randomNumbers(rule?.seed ?? 1);
  }

  /** @throws CosmosError (429/3200) when this request is one of the share */
  admit(now: number): void {
    const rule = this.#rule;
    if (rule === null || (rule.untilMs !== undefined && now >= rule.untilMs)) return;
    if (this.#random() >= rule.share) return;
    this.throttled += 1;
    throw tooManyRequests(rule.retryAfterMs);
  }
}

/** Numbers in [0, 1), the same for the same seed (a 32-bit Weyl sequence, scrambled). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}
