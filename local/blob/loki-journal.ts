import type { DatabaseSync } from 'node:sqlite';
import { GroupCommit, type GroupCommitCounters } from '../sqlite/group-commit.ts';

export const BLOB_SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (
    store TEXT NOT NULL,
    collection TEXT NOT NULL,
    id INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (store, collection, id)
  ) WITHOUT ROWID;
`;

interface LokiDocument {
  readonly $loki: number;
}

interface LokiCollection {
  readonly name: string;
  readonly uniqueNames: readonly string[];
  readonly data: LokiDocument[];
  maxId: number;
  idIndex: readonly number[] | null;
  get(id: number): LokiDocument | null;
  ensureId(): void;
  ensureAllIndexes(force: boolean): void;
  ensureUniqueIndex(field: string): void;
  on(event: 'insert' | 'update' | 'delete', listener: (document: LokiDocument) => void): void;
}

type Done = (error: null) => void;

/** What is used of a LokiJS database: collections in memory, saved (as far as Loki goes) as one file every few seconds. */
export interface LokiDatabase {
  readonly collections: readonly LokiCollection[];
  persistenceAdapter: {
    loadDatabase(name: string, done: (content: null) => void): void;
    saveDatabase(name: string, content: string, done: Done): void;
  };
  autosave: boolean;
  autosaveDisable(): void;
}

interface Change {
  readonly store: string;
  readonly collection: LokiCollection;
  readonly id: number;
}

/**
 * Keeps LokiJS databases in SQLite, change by change: all changes of one turn of the event loop share a transaction.
 * Loki's own way, the whole database as one file every five seconds, would lose what it had acknowledged in between.
 */
export class LokiJournal {
  readonly #database: DatabaseSync;
  readonly #group: GroupCommit;
  #changed = new Map<string, Change>();
  #scheduled = false;
  #committed: Promise<void> = Promise.resolve();

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#group = new GroupCommit(database);
  }

  get counters(): Readonly<GroupCommitCounters> {
    return this.#group.counters;
  }

  /** Takes Loki's own persistence away. To be called before Loki creates its collections. */
  adopt(loki: LokiDatabase): void {
    loki.autosave = false;
    loki.autosaveDisable();
    loki.persistenceAdapter = {
      loadDatabase: (_name, done) => done(null),
      saveDatabase: (_name, _content, done) => done(null),
    };
  }

  /** Fills the (still empty) collections with what was kept under `store`, and keeps every change from now on. */
  restore(store: string, loki: LokiDatabase): void {
    for (const collection of loki.collections) {
      this.#fill(store, collection);
      const record = ({ $loki: id }: LokiDocument) => this.#record({ store, collection, id });
      collection.on('insert', record);
      collection.on('update', record);
      collection.on('delete', record);
    }
  }

  /** Resolves when every change made so far is on the disk; rejects if the last ones could not be written. */
  committed(): Promise<void> {
    return this.#committed;
  }

  #fill(store: string, collection: LokiCollection): void {
    const rows = this.#database
      .prepare('SELECT document FROM documents WHERE store = ? AND collection = ? ORDER BY id')
      .all(store, collection.name);
    for (const row of rows) {
      const document: LokiDocument = JSON.parse(String(row['document']));
      collection.data.push(document);
      collection.maxId = Math.max(collection.maxId, document.$loki);
    }
    collection.idIndex = null;
    collection.ensureId();
    collection.ensureAllIndexes(true);
    for (const field of collection.uniqueNames) collection.ensureUniqueIndex(field);
  }

  #record(change: Change): void {
    this.#changed.set(`${change.store}/${change.collection.name}/${change.id}`, change);
    if (!this.#scheduled) this.#commitSoon();
  }

  #commitSoon(): void {
    this.#scheduled = true;
    let batch: ReadonlyMap<string, Change> = new Map();
    this.#committed = this.#group
      .write(() => {
        this.#scheduled = false;
        batch = this.#changed;
        this.#changed = new Map();
        for (const change of batch.values()) this.#persist(change);
      })
      .catch((error: unknown) => {
        this.#scheduled = false;
        this.#changed = new Map([...batch, ...this.#changed]);
        throw error;
      });
    this.#committed.catch(() => undefined);
  }

  #persist({ store, collection, id }: Change): void {
    const document = collection.get(id);
    if (document === null) {
      this.#database
        .prepare('DELETE FROM documents WHERE store = ? AND collection = ? AND id = ?')
        .run(store, collection.name, id);
      return;
    }
    this.#database
      .prepare('INSERT OR REPLACE INTO documents (store, collection, id, document) VALUES (?, ?, ?, ?)')
      .run(store, collection.name, id, JSON.stringify(document));
  }
}
