import { codeOf, messageOf } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RunHistory } from '../ports/run-history.ts';

const DAY_MS = 24 * 3_600_000;

export interface HistoryRetentionOptions {
  readonly days: number;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Has the history of runs forgotten once it is older than their retention. Whoever asks the engine for that makes it look through all
 * it keeps, so each process does it once a day.
 */
export class HistoryRetention {
  readonly #options: HistoryRetentionOptions;
  #dueAt = 0;

  constructor(options: HistoryRetentionOptions) {
    this.#options = options;
  }

  /** Never rejects: what fails today is done tomorrow. */
  async keepTo(history: RunHistory): Promise<void> {
    const { days, clock, log } = this.#options;
    const now = clock.now();
    if (now < this.#dueAt) return;
    this.#dueAt = now + DAY_MS;
    try {
      await history.forget(new Date(now - days * DAY_MS).toISOString());
    } catch (error) {
      const properties = { code: codeOf(error), error: messageOf(error) };
      log('warn', 'the history of old runs could not be removed; it is tried again tomorrow', properties);
    }
  }
}
