import type { DatabaseSync } from 'node:sqlite';
import { badRequest } from './errors.ts';
import { integer } from './item-table.ts';

const PER_START = 2 ** 32;

/**
 * Numbers the writes. A number is never given twice, not even after a crash that lost unacknowledged writes or after the newest
 * items were deleted: the number of the start, which is flushed before the first write, is their high part.
 */
export class LogSequence {
  #last: number;

  constructor(database: DatabaseSync) {
    database.exec('CREATE TABLE IF NOT EXISTS starts (number INTEGER PRIMARY KEY AUTOINCREMENT)');
    const start = integer(database.prepare('INSERT INTO starts DEFAULT VALUES RETURNING number').get()?.['number']);
    database.prepare('DELETE FROM starts WHERE number < ?').run(start);
    this.#last = start * PER_START;
  }

  get last(): number {
    return this.#last;
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/** The etag of what was written with this number. */
export function etagOf(lsn: number): string {
  return `"${lsn.toString(16).padStart(16, '0')}"`;
}

/** @throws CosmosError (400) when it is none of ours */
export function parseEtag(etag: string): number {
  const digits = /^"?([0-9a-f]{16})"?$/.exec(etag)?.[1];
  if (digits === undefined) throw badRequest(`'${etag}' is not an etag of this endpoint.`);
  return Number.parseInt(digits, 16);
}
