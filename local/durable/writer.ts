import type { Clock } from '../clock.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import type { DurableStore } from './store.ts';

const RETRY_MS = 1_000;

export interface WriterOptions {
  readonly store: DurableStore;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}

/** Commits what the engine can't go on without: what fails now (a full disk) is tried again until it succeeds or the writer gives up. */
export class Writer {
  readonly #options: WriterOptions;
  #patient = true;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Resolves, with what `write` returned, once that is durable. `write` is one transaction. */
  async commit<T>(write: (store: DurableStore) => T): Promise<T> {
    const { store, commits, clock, onFailure } = this.#options;
    for (;;) {
      try {
        return await commits.write(() => write(store));
      } catch (error) {
        onFailure(error);
        if (!this.#patient) throw error;
        await new Promise<void>((resolve) => clock.schedule(clock.now() + RETRY_MS, resolve));
      }
    }
  }

  /** From now on a failing commit rejects at once. */
  giveUp(): void {
    this.#patient = false;
  }
}
