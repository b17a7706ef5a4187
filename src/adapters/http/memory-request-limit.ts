import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RequestLimit } from '../../ports/request-limit.ts';

/**
 * Counts in this process alone: where an app runs on several instances, what is served in all is the limit times their number.
 * A client's time begins with its first request; once it is over, nothing of it is kept.
 */
export class MemoryRequestLimit implements RequestLimit {
  readonly #limiter: RateLimiterMemory;

  constructor(requests: number, perSeconds: number) {
    this.#limiter = new RateLimiterMemory({ points: requests, duration: perSeconds });
  }

  async take(client: string): Promise<number | undefined> {
    try {
      await this.#limiter.consume(client);
      return undefined;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      return refusal.msBeforeNext;
    }
  }
}
