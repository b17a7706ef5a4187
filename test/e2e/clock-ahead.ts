import { type Clock, systemClock } from '../../local/clock.ts';

/** The system's clock, which can be set ahead of it: what is scheduled from then on for a time before that is due at once. */
export class ClockAhead implements Clock {
  #aheadMs = 0;

  now(): number {
    return systemClock.now() + this.#aheadMs;
  }

  schedule(at: number, callback: () => void): () => void {
    return systemClock.schedule(at - this.#aheadMs, callback);
  }

  goAhead(ms: number): void {
    this.#aheadMs += ms;
  }
}
