import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import { type ContainerDefinition, parseContainerDefinition, resourceId } from './container-definition.ts';
import { badRequest, conflict, notFound } from './errors.ts';
import { ItemTable, integer, text } from './item-table.ts';
import type { JsonObject } from './json.ts';
import type { ContainerLayout, CosmosLayout } from './layout.ts';
import { etagOf, type LogSequence } from './log-sequence.ts';
import { containerRid, databaseRid } from './resource-id.ts';

export interface DatabaseEntry {
  number: number;
  id: string;
  rid: string;
  lsn: number;
  ts: number;
  containers: Map<string, Container>;
}

/** A container and its items. The object is the same for as long as the container lives. */
export interface Container {
  readonly number: number;
  readonly database: number;
  readonly rid: string;
  readonly self: string;
  readonly items: ItemTable;
  definition: ContainerDefinition;
  lsn: number;
  ts: number;
  dropped: boolean;
}

export const CATALOG_SCHEMA = `
  CREATE TABLE IF NOT EXISTS databases (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, lsn INTEGER NOT NULL, ts INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL, id TEXT NOT NULL, definition TEXT NOT NULL,
    lsn INTEGER NOT NULL, ts INTEGER NOT NULL, UNIQUE (database, id)
  );
`;

/** The databases and containers: kept in SQLite, mirrored in memory for look-ups. */
export class Catalog {
  readonly #database: DatabaseSync;
  readonly #commits: GroupCommit;
  readonly #sequence: LogSequence;
  readonly #clock: Clock;
  #databases = new Map<string, DatabaseEntry>();

  constructor(database: DatabaseSync, commits: GroupCommit, sequence: LogSequence, clock: Clock) {
    this.#database = database;
    this.#commits = commits;
    this.#sequence = sequence;
    this.#clock = clock;
    this.#load();
  }

  databases(): DatabaseEntry[] {
    return [...this.#databases.values()];
  }

  containers(): Container[] {
    return this.databases().flatMap((entry) => [...entry.containers.values()]);
  }

  /** @throws CosmosError (404) */
  database(id: string): DatabaseEntry {
    const entry = this.#databases.get(id);
    if (entry === undefined) throw notFound(`The database '${id}'`);
    return entry;
  }

  /** @throws CosmosError (404) */
  container(databaseId: string, id: string): Container {
    const container = this.database(databaseId).containers.get(id);
    if (container === undefined) throw notFound(`The container '${id}' of the database '${databaseId}'`);
    return container;
  }

  async createDatabase(body: JsonObject): Promise<DatabaseEntry> {
    const id = resourceId(body);
    await this.#change(() => {
      if (this.#databases.has(id)) throw conflict(`The database '${id}'`);
      this.#database
        .prepare('INSERT INTO databases (id, lsn, ts) VALUES (?, ?, ?)')
        .run(id, this.#sequence.next(), this.#nowSeconds());
    });
    return this.database(id);
  }

  async dropDatabase(id: string): Promise<void> {
    await this.#change(() => {
      const entry = this.database(id);
      for (const container of entry.containers.values()) this.#drop(container);
      this.#database.prepare('DELETE FROM databases WHERE number = ?').run(entry.number);
    });
  }

  async createContainer(databaseId: string, body: JsonObject): Promise<Container> {
    const definition = parseContainerDefinition(body);
    await this.#change(() => {
      const database = this.database(databaseId);
      if (database.containers.has(definition.id)) throw conflict(`The container '${definition.id}'`);
      const row = this.#database
        .prepare('INSERT INTO containers (database, id, definition, lsn, ts) VALUES (?, ?, ?, ?, ?) RETURNING number')
        .get(database.number, definition.id, JSON.stringify(body), this.#sequence.next(), this.#nowSeconds());
      new ItemTable(this.#database, integer(row?.['number'])).create();
    });
    return this.container(databaseId, definition.id);
  }

  async replaceContainer(databaseId: string, id: string, body: JsonObject): Promise<Container> {
    const definition = parseContainerDefinition(body);
    await this.#change(() => {
      const container = this.container(databaseId, id);
      if (definition.id !== id) throw badRequest('The id of a container cannot be changed.');
      if (definition.partitionKey.paths[0] !== container.definition.partitionKey.paths[0]) {
        throw badRequest('The partition key of a container cannot be changed.');
      }
      this.#database
        .prepare('UPDATE containers SET definition = ?, lsn = ?, ts = ? WHERE number = ?')
        .run(JSON.stringify(body), this.#sequence.next(), this.#nowSeconds(), container.number);
      if (definition.defaultTtl !== container.definition.defaultTtl) container.items.resetExpiry(definition.defaultTtl);
    });
    return this.container(databaseId, id);
  }

  async dropContainer(databaseId: string, id: string): Promise<void> {
    await this.#change(() => this.#drop(this.container(databaseId, id)));
  }

  /** Creates what the layout names and is not there yet; what is there stays as it is. */
  async apply(layout: CosmosLayout): Promise<void> {
    for (const { id, containers } of layout.databases) {
      if (!this.#databases.has(id)) await this.createDatabase({ id });
      for (const container of containers) await this.#applyContainer(id, container);
    }
  }

  async #applyContainer(databaseId: string, { id, partitionKey, defaultTtl, indexedPaths = [] }: ContainerLayout): Promise<void> {
    if (!this.database(databaseId).containers.has(id)) {
      const ttl = defaultTtl === undefined ? {} : { defaultTtl };
      await this.createContainer(databaseId, { id, partitionKey: { paths: [partitionKey] }, ...ttl });
    }
    const { items } = this.container(databaseId, id);
    await this.#change(() => {
      for (const path of indexedPaths) items.createSparseIndex(path.slice(1));
    });
  }

  #drop(container: Container): void {
    container.items.drop();
    this.#database.prepare('DELETE FROM containers WHERE number = ?').run(container.number);
  }

  /** The mirror follows inside the transaction, so that the next piece of work in it sees the change. */
  async #change(work: () => void): Promise<void> {
    try {
      await this.#commits.write(() => {
        work();
        this.#load();
      });
    } catch (error) {
      this.#load();
      throw error;
    }
  }

  #load(): void {
    const known = new Map(this.containers().map((container) => [container.number, container]));
    const databases = new Map<string, DatabaseEntry>();
    const byNumber = new Map<number, DatabaseEntry>();
    for (const row of this.#database.prepare('SELECT number, id, lsn, ts FROM databases ORDER BY number').all()) {
      const number = integer(row['number']);
      const id = text(row['id']);
      const entry = {
        number,
        id,
        rid: databaseRid(number),
        lsn: integer(row['lsn']),
        ts: integer(row['ts']),
        containers: new Map(),
      };
      databases.set(id, entry);
      byNumber.set(number, entry);
    }
    const rows = this.#database.prepare('SELECT number, database, definition, lsn, ts FROM containers ORDER BY number').all();
    for (const row of rows) {
      const number = integer(row['number']);
      const database = integer(row['database']);
      const container = known.get(number) ?? newContainer(this.#database, database, number, text(row['definition']));
      known.delete(number);
      container.definition = parseContainerDefinition(JSON.parse(text(row['definition'])));
      container.lsn = integer(row['lsn']);
      container.ts = integer(row['ts']);
      container.dropped = false;
      byNumber.get(database)?.containers.set(container.definition.id, container);
    }
    for (const gone of known.values()) gone.dropped = true;
    this.#databases = databases;
  }

  #nowSeconds(): number {
    return Math.floor(this.#clock.now() / 1000);
  }
}

function newContainer(database: DatabaseSync, databaseNumber: number, number: number, definition: string): Container {
  const rid = containerRid(databaseNumber, number);
  return {
    number,
    database: databaseNumber,
    rid,
    self: `dbs/${databaseRid(databaseNumber)}/colls/${rid}/`,
    items: new ItemTable(database, number),
    definition: parseContainerDefinition(JSON.parse(definition)),
    lsn: 0,
    ts: 0,
    dropped: false,
  };
}

export function databaseResource(entry: DatabaseEntry): JsonObject {
  return {
    id: entry.id,
    _rid: entry.rid,
    _self: `dbs/${entry.rid}/`,
    _etag: etagOf(entry.lsn),
    _colls: 'colls/',
    _users: 'users/',
    _ts: entry.ts,
  };
}

export function containerResource(container: Container): JsonObject {
  return {
    ...container.definition.resource,
    _rid: container.rid,
    _ts: container.ts,
    _self: container.self,
    _etag: etagOf(container.lsn),
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
}
