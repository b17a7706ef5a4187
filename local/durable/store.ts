import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { HistoryEvent, ParentLink } from './history.ts';

export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS instances(
    key INTEGER PRIMARY KEY, instance_id TEXT NOT NULL UNIQUE, execution_id TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
    status TEXT NOT NULL, episodes INTEGER NOT NULL, input TEXT, output TEXT, custom_status TEXT,
    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, parent TEXT, trace_parent TEXT);
  CREATE INDEX IF NOT EXISTS instances_by_creation ON instances(created_at, key);
  CREATE INDEX IF NOT EXISTS live_instances ON instances(key) WHERE status IN ('Pending', 'Running', 'Suspended');
  CREATE TABLE IF NOT EXISTS history(position INTEGER PRIMARY KEY, events TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS inbox(id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, event TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS work(
    id INTEGER PRIMARY KEY, instance INTEGER NOT NULL, task_id INTEGER NOT NULL, name TEXT, input TEXT, fire_at INTEGER, outcome TEXT,
    restarts INTEGER NOT NULL DEFAULT 0);
`;

export type LiveStatus = 'Pending' | 'Running' | 'Suspended';
export type FinalStatus = 'Completed' | 'Failed' | 'Terminated';
export type RuntimeStatus = LiveStatus | FinalStatus;

/** An orchestration instance as stored. Texts of input, output and custom status are JSON; times are Unix milliseconds. */
export interface StoredInstance {
  readonly key: number;
  readonly instanceId: string;
  readonly executionId: string;
  readonly name: string;
  readonly version: string;
  readonly status: RuntimeStatus;
  /** Chunks of history written by this execution; 0 = not started. */
  readonly episodes: number;
  readonly input: string | null;
  readonly output: string | null;
  readonly customStatus: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly parent: ParentLink | null;
  readonly traceParent: string | null;
}

/** A message for an instance that is not history yet. */
export interface StoredMessage {
  readonly id: number;
  readonly instance: number;
  readonly event: HistoryEvent;
}

/** An activity (has a name) or a timer (has `fireAt`) that was scheduled; an activity's outcome waits in it for the next episode. */
export interface StoredWork {
  readonly id: number;
  readonly instance: number;
  readonly taskId: number;
  readonly name: string | null;
  readonly input: string | null;
  readonly fireAt: number | null;
  readonly outcome: HistoryEvent | null;
  /** How often the activity was begun by a process that found it without an outcome at its start. */
  readonly restarts: number;
}

/** Work that is new: it has no outcome, and nobody can have begun it. */
export type NewWork = Omit<StoredWork, 'outcome' | 'restarts'>;

export interface InstanceFilter {
  readonly createdFrom?: number | undefined;
  readonly createdTo?: number | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly idPrefix?: string | undefined;
}

/** Place in a listing by creation time. */
export interface Page {
  readonly after?: { readonly createdAt: number; readonly key: number } | undefined;
  readonly limit: number;
}

/** History rows of an instance lie side by side: row id = instance key × this + number of the episode. */
const EPISODES_PER_INSTANCE = 2 ** 20;

const parentLink = z.object({ instanceId: z.string(), executionId: z.string(), taskId: z.number(), name: z.string() });
const instanceRow = z.object({
  key: z.number(),
  instance_id: z.string(),
  execution_id: z.string(),
  name: z.string(),
  version: z.string(),
  status: z.enum(['Pending', 'Running', 'Suspended', 'Completed', 'Failed', 'Terminated']),
  episodes: z.number(),
  input: z.string().nullable(),
  output: z.string().nullable(),
  custom_status: z.string().nullable(),
  created_at: z.number(),
  updated_at: z.number(),
  parent: z.string().nullable(),
  trace_parent: z.string().nullable(),
});
const historyRow = z.object({ events: z.string() });
const inboxRow = z.object({ id: z.number(), instance: z.number(), event: z.string() });
const workRow = z.object({
  id: z.number(),
  instance: z.number(),
  task_id: z.number(),
  name: z.string().nullable(),
  input: z.string().nullable(),
  fire_at: z.number().nullable(),
  outcome: z.string().nullable(),
  restarts: z.number(),
});
const maximumRow = z.object({ maximum: z.number().nullable() });

/** The engine's tables. Each method is one statement; the caller puts them into transactions. */
export class DurableStore {
  readonly #database: DatabaseSync;
  readonly #statements;

  constructor(database: DatabaseSync) {
    this.#database = database;
    const prepare = (sql: string) => database.prepare(sql);
    this.#statements = {
      insertInstance:
        prepare(`INSERT INTO instances(key, instance_id, execution_id, name, version, status, episodes, input, created_at,
        updated_at, parent, trace_parent) VALUES (?, ?, ?, ?, ?, 'Pending', 0, ?, ?, ?, ?, ?)`),
      findInstance: prepare('SELECT * FROM instances WHERE instance_id = ?'),
      liveInstances: prepare("SELECT * FROM instances WHERE status IN ('Pending', 'Running', 'Suspended')"),
      updateProgress: prepare(
        'UPDATE instances SET status = ?, episodes = ?, custom_status = coalesce(?, custom_status), updated_at = ? WHERE key = ?',
      ),
      updateOutput: prepare('UPDATE instances SET output = ? WHERE key = ?'),
      restartInstance: prepare('UPDATE instances SET execution_id = ?, input = ? WHERE key = ?'),
      deleteInstance: prepare('DELETE FROM instances WHERE key = ?'),
      insertHistory: prepare('INSERT INTO history(position, events) VALUES (?, ?)'),
      readHistory: prepare('SELECT events FROM history WHERE position >= ? AND position < ? ORDER BY position'),
      deleteHistory: prepare('DELETE FROM history WHERE position >= ? AND position < ?'),
      insertMessage: prepare('INSERT INTO inbox(id, instance, event) VALUES (?, ?, ?)'),
      deleteMessage: prepare('DELETE FROM inbox WHERE id = ?'),
      messages: prepare('SELECT * FROM inbox ORDER BY id'),
      insertWork: prepare('INSERT INTO work(id, instance, task_id, name, input, fire_at) VALUES (?, ?, ?, ?, ?, ?)'),
      completeWork: prepare('UPDATE work SET outcome = ? WHERE id = ? AND outcome IS NULL'),
      countRestart: prepare('UPDATE work SET restarts = restarts + 1 WHERE id = ?'),
      deleteWork: prepare('DELETE FROM work WHERE id = ?'),
      work: prepare('SELECT * FROM work ORDER BY id'),
    };
  }

  insertInstance(instance: Omit<StoredInstance, 'status' | 'episodes' | 'output' | 'customStatus' | 'updatedAt'>): void {
    const { key, instanceId, executionId, name, version, input, createdAt, parent, traceParent } = instance;
    const parentText = parent === null ? null : JSON.stringify(parent);
    this.#statements.insertInstance.run(
      key,
      instanceId,
      executionId,
      name,
      version,
      input,
      createdAt,
      createdAt,
      parentText,
      traceParent,
    );
  }

  findInstance(instanceId: string): StoredInstance | undefined {
    const row = this.#statements.findInstance.get(instanceId);
    return row === undefined ? undefined : toInstance(row);
  }

  liveInstances(): StoredInstance[] {
    return this.#statements.liveInstances.all().map(toInstance);
  }

  /** Instances that match, oldest first. */
  listInstances(filter: InstanceFilter, page: Page): StoredInstance[] {
    const conditions = ['created_at >= ?', 'created_at <= ?'];
    const values: (string | number)[] = [filter.createdFrom ?? 0, filter.createdTo ?? Number.MAX_SAFE_INTEGER];
    if (filter.statuses !== undefined && filter.statuses.length > 0) {
      conditions.push(`status IN (${filter.statuses.map(() => '?').join(', ')})`);
      values.push(...filter.statuses);
    }
    if (filter.idPrefix) {
      conditions.push('substr(instance_id, 1, ?) = ?');
      values.push(filter.idPrefix.length, filter.idPrefix);
    }
    if (page.after !== undefined) {
      conditions.push('(created_at, key) > (?, ?)');
      values.push(page.after.createdAt, page.after.key);
    }
    const sql = `SELECT * FROM instances WHERE ${conditions.join(' AND ')} ORDER BY created_at, key LIMIT ?`;
    return this.#database
      .prepare(sql)
      .all(...values, page.limit)
      .map(toInstance);
  }

  /** Leaves the custom status as it is when none is given. */
  updateProgress(key: number, status: RuntimeStatus, episodes: number, customStatus: string | undefined, now: number): void {
    this.#statements.updateProgress.run(status, episodes, customStatus ?? null, now, key);
  }

  updateOutput(key: number, output: string | null): void {
    this.#statements.updateOutput.run(output, key);
  }

  /** Gives the instance a new execution; its history must be deleted with it. */
  restartInstance(key: number, executionId: string, input: string | null): void {
    this.#statements.restartInstance.run(executionId, input, key);
  }

  deleteInstance(key: number): void {
    this.#statements.deleteInstance.run(key);
    this.deleteHistory(key);
  }

  /** `events` are JSON texts joined by commas. */
  appendHistory(key: number, episode: number, events: string): void {
    this.#statements.insertHistory.run(key * EPISODES_PER_INSTANCE + episode, events);
  }

  readHistory(key: number): string {
    const rows = this.#statements.readHistory.all(key * EPISODES_PER_INSTANCE, (key + 1) * EPISODES_PER_INSTANCE);
    return rows.map((row) => historyRow.parse(row).events).join(',');
  }

  deleteHistory(key: number): void {
    this.#statements.deleteHistory.run(key * EPISODES_PER_INSTANCE, (key + 1) * EPISODES_PER_INSTANCE);
  }

  insertMessage(id: number, instance: number, event: string): void {
    this.#statements.insertMessage.run(id, instance, event);
  }

  deleteMessage(id: number): void {
    this.#statements.deleteMessage.run(id);
  }

  messages(): StoredMessage[] {
    return this.#statements.messages.all().map((row) => {
      const { id, instance, event } = inboxRow.parse(row);
      return { id, instance, event: parseEvent(event) };
    });
  }

  insertWork(work: NewWork): void {
    this.#statements.insertWork.run(work.id, work.instance, work.taskId, work.name, work.input, work.fireAt);
  }

  /** False if the work is gone or already has an outcome. */
  completeWork(id: number, outcome: string): void {
    this.#statements.completeWork.run(outcome, id);
  }

  countRestart(id: number): void {
    this.#statements.countRestart.run(id);
  }

  deleteWork(id: number): void {
    this.#statements.deleteWork.run(id);
  }

  work(): StoredWork[] {
    return this.#statements.work.all().map((row) => {
      const { task_id, fire_at, outcome, ...same } = workRow.parse(row);
      return { ...same, taskId: task_id, fireAt: fire_at, outcome: outcome === null ? null : parseEvent(outcome) };
    });
  }

  /** Highest id in use, over all tables; 0 if there is none. */
  highestId(): number {
    const sql = `SELECT max(maximum) AS maximum FROM (SELECT max(key) AS maximum FROM instances
      UNION ALL SELECT max(id) FROM inbox UNION ALL SELECT max(id) FROM work)`;
    return maximumRow.parse(this.#database.prepare(sql).get()).maximum ?? 0;
  }
}

/** Events are written by this engine alone, so their shape is taken as it is. */
export function parseEvents(texts: string): HistoryEvent[] {
  return JSON.parse(`[${texts}]`) as HistoryEvent[];
}

function parseEvent(text: string): HistoryEvent {
  return JSON.parse(text) as HistoryEvent;
}

function toInstance(row: unknown): StoredInstance {
  const { instance_id, execution_id, custom_status, created_at, updated_at, trace_parent, parent, ...same } =
    instanceRow.parse(row);
  return {
    ...same,
    instanceId: instance_id,
    executionId: execution_id,
    customStatus: custom_status,
    createdAt: created_at,
    updatedAt: updated_at,
    parent: parent === null ? null : parentLink.parse(JSON.parse(parent)),
    traceParent: trace_parent,
  };
}
