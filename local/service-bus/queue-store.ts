import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { openDatabase } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Message, MessageState } from './message.ts';
import { MESSAGE_STATE } from './message.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS queue (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, next_sequence INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, sequence INTEGER NOT NULL, original_sequence INTEGER NOT NULL,
    state INTEGER NOT NULL, delivery_count INTEGER NOT NULL, enqueued_at INTEGER NOT NULL, due_at INTEGER, expires_at INTEGER,
    durable INTEGER NOT NULL, priority INTEGER, ttl INTEGER, annotations BLOB NOT NULL, annotation_count INTEGER NOT NULL,
    bare BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS accepted_id (
    queue INTEGER NOT NULL, message_key TEXT NOT NULL, accepted_at INTEGER NOT NULL, PRIMARY KEY (queue, message_key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session_state (
    queue INTEGER NOT NULL, session_id TEXT NOT NULL, state BLOB NOT NULL, updated_at INTEGER NOT NULL,
    PRIMARY KEY (queue, session_id)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS subscription (path TEXT PRIMARY KEY, configured_rules TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rule (
    subscription TEXT NOT NULL, name TEXT NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (subscription, name)) WITHOUT ROWID;
`;

export interface StoredQueue {
  readonly id: number;
  readonly nextSequenceNumber: number;
  /** In the order of their sequence numbers. */
  readonly messages: Message[];
  /** Message ids for duplicate detection, oldest first. */
  readonly acceptedIds: readonly { readonly key: string; readonly acceptedAt: number }[];
  readonly sessionStates: readonly StoredSessionState[];
}

export interface StoredSessionState {
  readonly sessionId: string;
  readonly state: Buffer;
  /** Unix milliseconds. */
  readonly updatedAt: number;
}

/** A rule of a subscription, as text. Names differ in more than case. */
export interface StoredRule {
  readonly name: string;
  readonly definition: string;
}

type Statements = ReturnType<typeof prepareStatements>;

/**
 * The queues on disk. Changes are collected over one turn of the event loop and committed together;
 * `afterCommit` says when those made so far are safe.
 */
export class QueueStore {
  readonly #database: DatabaseSync;
  readonly #commit: GroupCommit;
  readonly #statements: Statements;
  readonly #onFailure: (error: unknown) => void;
  #changes: (() => void)[] = [];
  #callbacks: (() => void)[] = [];
  #sequences = new Map<number, number>();
  #scheduled = false;
  #nextRowId: number;
  #rowsWritten = 0;

  /** `onFailure` is called when a commit failed: nothing it held is stored, and its callbacks are not called. */
  constructor(path: string, onFailure: (error: unknown) => void) {
    this.#database = openDatabase(path, SCHEMA);
    this.#commit = new GroupCommit(this.#database);
    this.#statements = prepareStatements(this.#database);
    this.#onFailure = onFailure;
    this.#nextRowId = integer(this.#statements.lastRowId.get()?.['id'] ?? 0) + 1;
  }

  get commits(): number {
    return this.#commit.counters.commits;
  }

  get rowsWritten(): number {
    return this.#rowsWritten;
  }

  openQueue(path: string): StoredQueue {
    this.#statements.createQueue.run(path);
    const row = this.#statements.findQueue.get(path) ?? {};
    const id = integer(row['id']);
    return {
      id,
      nextSequenceNumber: integer(row['next_sequence']),
      messages: this.#statements.messages.all(id).map(messageFromRow),
      acceptedIds: this.#statements.acceptedIds
        .all(id)
        .map((accepted) => ({ key: String(accepted['message_key']), acceptedAt: integer(accepted['accepted_at']) })),
      sessionStates: this.#statements.sessionStates.all(id).map((row) => ({
        sessionId: String(row['session_id']),
        state: blob(row['state']),
        updatedAt: integer(row['updated_at']),
      })),
    };
  }

  /** The rules of a subscription: those it was left with, or the configured ones if these are others than they were then. */
  openRules(path: string, configured: readonly StoredRule[]): readonly StoredRule[] {
    const configuration = JSON.stringify(configured);
    if (this.#statements.findSubscription.get(path)?.['configured_rules'] === configuration) {
      return this.#statements.rules
        .all(path)
        .map((row) => ({ name: String(row['name']), definition: String(row['definition']) }));
    }
    this.#change(() => {
      this.#statements.saveSubscription.run(path, configuration);
      this.#statements.removeRules.run(path);
    });
    for (const rule of configured) this.saveRule(path, rule);
    return configured;
  }

  saveRule(path: string, { name, definition }: StoredRule): void {
    this.#change(() => this.#statements.saveRule.run(path, name.toLowerCase(), definition));
  }

  removeRule(path: string, name: string): void {
    this.#change(() => this.#statements.removeRule.run(path, name.toLowerCase()));
  }

  /** Stores that the queue's numbers up to `next` are taken. */
  advance(queueId: number, next: number): void {
    this.#sequences.set(queueId, next);
    this.#change(() => undefined);
  }

  newRowId(): number {
    return this.#nextRowId++;
  }

  insert(queueId: number, message: Message): void {
    this.#sequences.set(queueId, message.sequenceNumber + 1);
    this.#change(() => {
      const { content } = message;
      this.#statements.insert.run(
        message.rowId,
        queueId,
        message.sequenceNumber,
        message.originalSequenceNumber,
        message.state,
        message.deliveryCount,
        message.enqueuedAt,
        message.dueAt ?? null,
        message.expiresAt ?? null,
        content.durable ? 1 : 0,
        content.priority ?? null,
        content.ttlMs ?? null,
        content.annotations,
        content.annotationCount,
        content.bare,
      );
    });
  }

  /** Stores the message's state and delivery count. */
  update(message: Message): void {
    this.#change(() => this.#statements.update.run(message.state, message.deliveryCount, message.rowId));
  }

  /** Stores the message's content after its properties were modified. */
  updateContent(message: Message): void {
    this.#change(() => this.#statements.updateContent.run(message.content.bare, message.rowId));
  }

  remove(message: Message): void {
    this.#change(() => this.#statements.remove.run(message.rowId));
  }

  rememberId(queueId: number, key: string, acceptedAt: number): void {
    this.#change(() => this.#statements.rememberId.run(queueId, key, acceptedAt));
  }

  forgetId(queueId: number, key: string): void {
    this.#change(() => this.#statements.forgetId.run(queueId, key));
  }

  setSessionState(queueId: number, { sessionId, state, updatedAt }: StoredSessionState): void {
    this.#change(() => this.#statements.setSessionState.run(queueId, sessionId, state, updatedAt));
  }

  removeSessionState(queueId: number, sessionId: string): void {
    this.#change(() => this.#statements.removeSessionState.run(queueId, sessionId));
  }

  /** Calls back once every change made so far is on disk: at once if none is waiting. */
  afterCommit(callback: () => void): void {
    if (this.#scheduled) this.#callbacks.push(callback);
    else callback();
  }

  close(): void {
    this.#commit.flush();
    this.#database.close();
  }

  #change(change: () => void): void {
    this.#changes.push(change);
    if (this.#scheduled) return;
    this.#scheduled = true;
    let callbacks: (() => void)[] = [];
    const committed = this.#commit.write(() => {
      callbacks = this.#callbacks;
      this.#applyChanges();
    });
    committed.then(() => {
      for (const callback of callbacks) callback();
    }, this.#onFailure);
  }

  #applyChanges(): void {
    const changes = this.#changes;
    const sequences = this.#sequences;
    this.#changes = [];
    this.#callbacks = [];
    this.#sequences = new Map();
    this.#scheduled = false;
    for (const change of changes) change();
    for (const [queueId, next] of sequences) this.#statements.advance.run(next, queueId);
    this.#rowsWritten += changes.length + sequences.size;
  }
}

function prepareStatements(database: DatabaseSync) {
  return {
    lastRowId: database.prepare('SELECT max(id) AS id FROM message'),
    createQueue: database.prepare('INSERT INTO queue (path, next_sequence) VALUES (?, 1) ON CONFLICT DO NOTHING'),
    findQueue: database.prepare('SELECT id, next_sequence FROM queue WHERE path = ?'),
    messages: database.prepare('SELECT * FROM message WHERE queue = ? ORDER BY sequence'),
    acceptedIds: database.prepare('SELECT message_key, accepted_at FROM accepted_id WHERE queue = ? ORDER BY accepted_at'),
    insert: database.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    update: database.prepare('UPDATE message SET state = ?, delivery_count = ? WHERE id = ?'),
    updateContent: database.prepare('UPDATE message SET bare = ? WHERE id = ?'),
    remove: database.prepare('DELETE FROM message WHERE id = ?'),
    advance: database.prepare('UPDATE queue SET next_sequence = ? WHERE id = ?'),
    rememberId: database.prepare('INSERT OR REPLACE INTO accepted_id VALUES (?, ?, ?)'),
    sessionStates: database.prepare('SELECT session_id, state, updated_at FROM session_state WHERE queue = ?'),
    setSessionState: database.prepare('INSERT OR REPLACE INTO session_state VALUES (?, ?, ?, ?)'),
    removeSessionState: database.prepare('DELETE FROM session_state WHERE queue = ? AND session_id = ?'),
    findSubscription: database.prepare('SELECT configured_rules FROM subscription WHERE path = ?'),
    saveSubscription: database.prepare('INSERT OR REPLACE INTO subscription VALUES (?, ?)'),
    rules: database.prepare('SELECT name, definition FROM rule WHERE subscription = ? ORDER BY name'),
    saveRule: database.prepare('INSERT OR REPLACE INTO rule VALUES (?, ?, ?)'),
    removeRule: database.prepare('DELETE FROM rule WHERE subscription = ? AND name = ?'),
    removeRules: database.prepare('DELETE FROM rule WHERE subscription = ?'),
    forgetId: database.prepare('DELETE FROM accepted_id WHERE queue = ? AND message_key = ?'),
  };
}

function messageFromRow(row: Record<string, SQLOutputValue>): Message {
  return {
    rowId: integer(row['id']),
    sequenceNumber: integer(row['sequence']),
    originalSequenceNumber: integer(row['original_sequence']),
    enqueuedAt: integer(row['enqueued_at']),
    dueAt: optionalInteger(row['due_at']),
    expiresAt: optionalInteger(row['expires_at']),
    content: {
      durable: row['durable'] === 1,
      priority: optionalInteger(row['priority']),
      ttlMs: optionalInteger(row['ttl']),
      annotations: blob(row['annotations']),
      annotationCount: integer(row['annotation_count']),
      bare: blob(row['bare']),
    },
    state: messageState(row['state']),
    deliveryCount: integer(row['delivery_count']),
    lock: undefined,
    removed: false,
  };
}

function messageState(value: SQLOutputValue | undefined): MessageState {
  const state = Object.values(MESSAGE_STATE).find((known) => known === value);
  if (state === undefined) throw new TypeError(`The message state ${value} in the database is unknown.`);
  return state;
}

function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`An integer was expected in the database, not ${value}.`);
  return value;
}

function optionalInteger(value: SQLOutputValue | undefined): number | undefined {
  return value === null ? undefined : integer(value);
}

function blob(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('Bytes were expected in the database.');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}
