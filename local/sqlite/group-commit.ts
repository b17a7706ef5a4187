import type { DatabaseSync, StatementSync } from 'node:sqlite';

interface Pending {
  run(): void;
  settle(failure?: unknown): void;
}

export interface GroupCommitCounters {
  /** Transactions committed, each of them one flush of the disk. */
  commits: number;
  /** Pieces of work those transactions carried. */
  writes: number;
}

/**
 * Puts all writes of one turn of the event loop (or, if told so, of two) into one transaction, so that they share one flush of the disk.
 * A write's promise resolves after the commit, with what its work returned. Work that throws is undone alone (a savepoint)
 * and rejects its own promise; its neighbours are committed.
 */
export class GroupCommit {
  readonly counters: GroupCommitCounters = { commits: 0, writes: 0 };
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #save: StatementSync;
  readonly #undo: StatementSync;
  readonly #release: StatementSync;
  readonly #turns: number;
  #pending: Pending[] = [];

  /** @param turns 2 gives what follows from a write a turn to join its transaction. */
  constructor(database: DatabaseSync, turns: 1 | 2 = 1) {
    this.#database = database;
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#end = database.prepare('COMMIT');
    this.#save = database.prepare('SAVEPOINT work');
    this.#undo = database.prepare('ROLLBACK TO work');
    this.#release = database.prepare('RELEASE work');
    this.#turns = turns;
  }

  write<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let outcome: { value: T } | { error: unknown };
      this.#enqueue({
        run: () => {
          outcome = this.#attempt(work);
        },
        settle: (failure) => {
          if (failure !== undefined) reject(failure);
          else if ('error' in outcome) reject(outcome.error);
          else resolve(outcome.value);
        },
      });
    });
  }

  /** Commits what is waiting, at once. */
  flush(): void {
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    try {
      this.#begin.run();
      for (const pending of batch) pending.run();
      this.#end.run();
    } catch (failure) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      for (const pending of batch) pending.settle(failure);
      return;
    }
    this.counters.commits += 1;
    this.counters.writes += batch.length;
    for (const pending of batch) pending.settle();
  }

  #enqueue(pending: Pending): void {
    if (this.#pending.length === 0) this.#flushAfter(this.#turns);
    this.#pending.push(pending);
  }

  #flushAfter(turns: number): void {
    setImmediate(() => (turns > 1 ? this.#flushAfter(turns - 1) : this.flush()));
  }

  #attempt<T>(work: () => T): { value: T } | { error: unknown } {
    this.#save.run();
    try {
      const value = work();
      this.#release.run();
      return { value };
    } catch (error) {
      this.#undo.run();
      this.#release.run();
      return { error };
    }
  }
}
