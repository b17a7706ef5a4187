import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../sqlite/database.ts';

/** One version of a blob, for one function. */
export interface BlobVersion {
  readonly functionName: string;
  readonly container: string;
  readonly name: string;
  readonly etag: string;
}

/** A version that its function has still to be called for. */
export interface PendingBlob extends BlobVersion {
  /** Calls that failed. */
  readonly attempts: number;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS receipts (
    function TEXT NOT NULL,
    container TEXT NOT NULL,
    name TEXT NOT NULL,
    etag TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'done', 'poison')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    PRIMARY KEY (function, container, name, etag)
  ) WITHOUT ROWID`;

/**
 * Which versions of blobs each function was called for. A version is pending from when it is seen until its function has succeeded,
 * or has failed too often: then it is poison, kept here in place of the message on `webjobs-blobtrigger-poison`.
 */
export class BlobReceipts {
  readonly #database: DatabaseSync;

  /** @throws DatabaseCorruptError, DatabaseInUseError */
  constructor(path: string) {
    this.#database = openDatabase(path, SCHEMA);
  }

  /** Notes a version that was seen. False: it was seen before. */
  see({ functionName, container, name, etag }: BlobVersion): boolean {
    const { changes } = this.#database
      .prepare("INSERT OR IGNORE INTO receipts (function, container, name, etag, status) VALUES (?, ?, ?, ?, 'pending')")
      .run(functionName, container, name, etag);
    return changes === 1;
  }

  succeeded(version: BlobVersion): void {
    this.#set(version, 'done', null);
  }

  /** A failed call; `isLast` makes the version poison. */
  failed(version: BlobVersion, error: string, isLast: boolean): void {
    this.#set(version, isLast ? 'poison' : 'pending', error);
  }

  pending(functionName: string): readonly PendingBlob[] {
    const rows = this.#database
      .prepare("SELECT container, name, etag, attempts FROM receipts WHERE function = ? AND status = 'pending'")
      .all(functionName);
    return rows.map((row) => ({
      functionName,
      container: String(row['container']),
      name: String(row['name']),
      etag: String(row['etag']),
      attempts: Number(row['attempts']),
    }));
  }

  close(): void {
    this.#database.close();
  }

  #set({ functionName, container, name, etag }: BlobVersion, status: string, error: string | null): void {
    this.#database
      .prepare(
        'UPDATE receipts SET status = ?, error = ?, attempts = attempts + 1 WHERE function = ? AND container = ? AND name = ? AND etag = ?',
      )
      .run(status, error, functionName, container, name, etag);
  }
}
