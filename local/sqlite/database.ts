import { DatabaseSync } from 'node:sqlite';

/** The file is there but is no database of ours, or is damaged. It is never overwritten. */
export class DatabaseCorruptError extends Error {
  readonly code = 'database_corrupt';

  constructor(path: string, cause: unknown) {
    super(`The database ${path} is damaged and was left as it is: move it away, or start with another --data folder.`, {
      cause,
    });
    this.name = 'DatabaseCorruptError';
  }
}

/** Another process holds the file. */
export class DatabaseInUseError extends Error {
  readonly code = 'data_folder_in_use';

  constructor(path: string, cause: unknown) {
    super(`The database ${path} is in use by another process: stop that one, or start with another --data folder.`, {
      cause,
    });
    this.name = 'DatabaseInUseError';
  }
}

const SQLITE_BUSY = 5;

/** A checkpoint holds everything up for some milliseconds; SQLite's own 1,000 pages would have one every few dozen orders. */
const CHECKPOINT_PAGES = 2_000;
const PAGE_BYTES = 4_096;

/**
 * Opens (or creates) one of the local Azure's databases: WAL, every commit flushed to the disk, held by this process alone.
 * `schema` is run on each start and must be idempotent (`CREATE TABLE IF NOT EXISTS …`). `:memory:` is accepted.
 *
 * @throws DatabaseCorruptError, DatabaseInUseError
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    const check = database.prepare('PRAGMA quick_check(1)').get();
    if (check?.['quick_check'] !== 'ok') throw new DatabaseCorruptError(path, check);
    // An exclusive lock is taken by the first write, and a start that writes nothing would not see its rival.
    database.exec('BEGIN IMMEDIATE');
    database.exec(schema);
    database.exec('COMMIT');
    reserveLog(database);
    return database;
  } catch (error) {
    database.close();
    if (error instanceof DatabaseCorruptError) throw error;
    throw isBusy(error) ? new DatabaseInUseError(path, error) : new DatabaseCorruptError(path, error);
  }
}

/**
 * Gives the write-ahead log its size at once. A commit into a file that grows has the file system flush its own books as well, which
 * takes twice the time; one into a log that is there already overwrites it.
 */
function reserveLog(database: DatabaseSync): void {
  if (database.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') return;
  database.exec('DROP TABLE IF EXISTS log_reserve');
  database.exec('CREATE TABLE log_reserve (room BLOB)');
  database.exec(`INSERT INTO log_reserve VALUES (zeroblob(${CHECKPOINT_PAGES * PAGE_BYTES}))`);
  database.exec('DROP TABLE log_reserve');
  database.exec('PRAGMA wal_checkpoint(RESTART)');
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}
