import type { Timing } from '../../src/client/timing.ts';

/** Time that passes only while somebody sleeps, and chance that is always the same. */
export class ScriptedTiming implements Timing {
  readonly slept: number[] = [];
  readonly #random: number;
  #now = Date.UTC(2026, 0, 1);

  constructor(random = 1) {
    this.#random = random;
  }

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.#random;
  }

  async sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(ms);
    this.#now += ms;
  }
}
