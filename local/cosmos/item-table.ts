import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

/** An item as it is kept. `body` is the whole document as JSON text, the system's properties included. */
export interface ItemRow {
  /** Its number in the container, for life; later items have higher ones. */
  number: number;
  /** Canonical text of the partition key value. */
  partitionKey: string;
  id: string;
  /** Its place in the log of changes: each write takes a higher one. */
  lsn: number;
  /** Unix time of its last write, in seconds. */
  ts: number;
  /** Unix time in seconds from which it is gone; null for never. */
  expires: number | null;
  body: string;
}

/** A condition of SQLite that narrows a scan, e.g. `json_extract(body, '$.type') = ?`. */
export interface SqlCondition {
  sql: string;
  values: SQLInputValue[];
  /** The top-level property it is about, if it is about one. */
  property?: string | undefined;
}

interface Scan {
  partitionKey?: string | undefined;
  /** Only items with a higher number. */
  after: number;
  conditions: readonly SqlCondition[];
  nowSeconds: number;
}

interface Changes {
  partitionKey?: string | undefined;
  afterLsn: number;
  /** Unix time in seconds; earlier changes are left out. */
  sinceTs: number;
  limit: number;
  nowSeconds: number;
}

const COLUMNS = 'number, pk, id, lsn, ts, expires, body';
const KEPT_STATEMENTS = 200;

/** The items of one container in a table of their own, so that containers do not slow each other down. */
export class ItemTable {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #statements = new Map<string, StatementSync>();
  readonly #sparse = new Set<string>();

  constructor(database: DatabaseSync, container: number) {
    this.#database = database;
    this.#name = `items_${container}`;
  }

  create(): void {
    const name = this.#name;
    this.#database.exec(`
      CREATE TABLE ${name} (
        number INTEGER PRIMARY KEY, pk TEXT NOT NULL, id TEXT NOT NULL, lsn INTEGER NOT NULL, ts INTEGER NOT NULL,
        expires INTEGER, body TEXT NOT NULL
      );
      CREATE UNIQUE INDEX ${name}_key ON ${name} (pk, id);
      CREATE INDEX ${name}_partition ON ${name} (pk);
      CREATE UNIQUE INDEX ${name}_changes ON ${name} (lsn);
      CREATE INDEX ${name}_expiry ON ${name} (expires) WHERE expires IS NOT NULL;
    `);
  }

  /** Makes comparisons of a top-level property fast, at no cost to items that lack it or have null. */
  createSparseIndex(property: string): void {
    this.#sparse.add(property);
    const column = propertyColumn([property]);
    this.#database.exec(
      `CREATE INDEX IF NOT EXISTS "${this.#name}_${property}" ON ${this.#name} (${column}) WHERE ${column} IS NOT NULL`,
    );
  }

  drop(): void {
    this.#statements.clear();
    this.#database.exec(`DROP TABLE ${this.#name}`);
  }

  /** The item, even when its time is over. */
  get(partitionKey: string, id: string): ItemRow | undefined {
    const row = this.#prepare(`SELECT ${COLUMNS} FROM ${this.#name} WHERE pk = ? AND id = ?`).get(partitionKey, id);
    return row === undefined ? undefined : toItemRow(row);
  }

  insert(row: ItemRow): void {
    this.#prepare(`INSERT INTO ${this.#name} (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`).run(
      row.number,
      row.partitionKey,
      row.id,
      row.lsn,
      row.ts,
      row.expires,
      row.body,
    );
  }

  update(row: ItemRow): void {
    this.#prepare(`UPDATE ${this.#name} SET lsn = ?, ts = ?, expires = ?, body = ? WHERE number = ?`).run(
      row.lsn,
      row.ts,
      row.expires,
      row.body,
      row.number,
    );
  }

  remove(number: number): void {
    this.#prepare(`DELETE FROM ${this.#name} WHERE number = ?`).run(number);
  }

  /** Items in the order of their creation. */
  *scan({ partitionKey, after, conditions, nowSeconds }: Scan): Generator<{ number: number; body: string }> {
    // SQLite takes its own order of items for the cheapest there is, unless the plus keeps it from using that.
    const isSparse = conditions.some(({ property }) => property !== undefined && this.#sparse.has(property));
    const number = isSparse ? '+number' : 'number';
    const all: SqlCondition[] = [
      ...(partitionKey === undefined ? [] : [{ sql: 'pk = ?', values: [partitionKey] }]),
      { sql: `${number} > ?`, values: [after] },
      { sql: '(expires IS NULL OR expires > ?)', values: [nowSeconds] },
      ...conditions,
    ];
    const where = all.map((condition) => condition.sql).join(' AND ');
    const statement = this.#prepare(`SELECT number, body FROM ${this.#name} WHERE ${where} ORDER BY ${number}`);
    for (const row of statement.iterate(...all.flatMap((condition) => condition.values))) {
      yield { number: integer(row['number']), body: text(row['body']) };
    }
  }

  /** Items in the order of their last write. */
  changes({ partitionKey, afterLsn, sinceTs, limit, nowSeconds }: Changes): { lsn: number; body: string }[] {
    const partition = partitionKey === undefined ? '' : 'pk = ? AND ';
    const values = partitionKey === undefined ? [] : [partitionKey];
    return this.#prepare(
      `SELECT lsn, body FROM ${this.#name} WHERE ${partition}lsn > ? AND ts >= ? AND (expires IS NULL OR expires > ?) ORDER BY lsn LIMIT ?`,
    )
      .all(...values, afterLsn, sinceTs, nowSeconds, limit)
      .map((row) => ({ lsn: integer(row['lsn']), body: text(row['body']) }));
  }

  /** Removes up to `limit` items whose time is over; answers how many. */
  removeExpired(nowSeconds: number, limit: number): number {
    const statement = this.#prepare(
      `DELETE FROM ${this.#name} WHERE number IN (SELECT number FROM ${this.#name} WHERE expires <= ? LIMIT ?)`,
    );
    return Number(statement.run(nowSeconds, limit).changes);
  }

  /** Unix time in seconds at which the next item expires. */
  nextExpiry(): number | undefined {
    const row = this.#prepare(`SELECT MIN(expires) AS expires FROM ${this.#name} WHERE expires IS NOT NULL`).get();
    const expires = row?.['expires'];
    return typeof expires === 'number' ? expires : undefined;
  }

  /** Sets the expiry of all items anew, as the container's default (null for "nothing expires") has changed. */
  resetExpiry(defaultTtl: number | null): void {
    const ttl = "coalesce(json_extract(body, '$.ttl'), ?)";
    const expires = `CASE WHEN ${ttl} = -1 THEN NULL ELSE ts + ${ttl} END`;
    if (defaultTtl === null) this.#prepare(`UPDATE ${this.#name} SET expires = NULL WHERE expires IS NOT NULL`).run();
    else this.#prepare(`UPDATE ${this.#name} SET expires = ${expires}`).run(defaultTtl, defaultTtl);
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= KEPT_STATEMENTS) this.#statements.clear();
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** How SQLite reads a property of the document. Queries use an index only if they spell it just so. */
export function propertyColumn(path: readonly string[]): string {
  return `json_extract(body, '$${path.map((name) => `."${name}"`).join('')}')`;
}

function toItemRow(row: Record<string, SQLOutputValue>): ItemRow {
  const expires = row['expires'];
  return {
    number: integer(row['number']),
    partitionKey: text(row['pk']),
    id: text(row['id']),
    lsn: integer(row['lsn']),
    ts: integer(row['ts']),
    expires: expires === null ? null : integer(expires),
    body: text(row['body']),
  };
}

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`The database holds ${typeof value} where a number belongs.`);
  return value;
}

export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`The database holds ${typeof value} where text belongs.`);
  return value;
}
