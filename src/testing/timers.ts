import type { Clock } from '../ports/clock.ts';

/** Calls back at a time, in Unix milliseconds. */
export interface Timers extends Clock {
  /** Returns what cancels it. */
  at(unixMs: number, callback: () => void): () => void;
}

/** The time of this machine. */
export class RealTimers implements Timers {
  now(): number {
    return Date.now();
  }

  at(unixMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, Math.max(0, unixMs - Date.now()));
    return () => clearTimeout(timer);
  }
}

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

/** A time that stands still until it is moved. */
export class VirtualTimers implements Timers {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  at(unixMs: number, callback: () => void): () => void {
    const alarm = { at: unixMs, callback };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Moves to the next alarm, if there is one up to `limit`, and calls it; otherwise moves to `limit`. Tells whether it called one. */
  moveTo(limit: number): boolean {
    const [first] = [...this.#alarms].filter(({ at }) => at <= limit).sort((a, b) => a.at - b.at);
    this.#now = Math.max(this.#now, first?.at ?? limit);
    if (first === undefined) return false;
    this.#alarms.delete(first);
    first.callback();
    return true;
  }
}
