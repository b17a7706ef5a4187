import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit } from '../../../local/sqlite/group-commit.ts';

let database: DatabaseSync;

beforeEach(() => {
  database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE t (v TEXT UNIQUE)');
});

function insert(value: string): () => string {
  return () => {
    database.prepare('INSERT INTO t VALUES (?)').run(value);
    return value;
  };
}

function stored(): unknown[] {
  return database
    .prepare('SELECT v FROM t ORDER BY v')
    .all()
    .map((row) => row['v']);
}

describe('commits in groups', () => {
  it('put the writes of a turn into one transaction and answer each with what it returned', async () => {
    const commits = new GroupCommit(database);

    const answers = await Promise.all(['a', 'b', 'c'].map((value) => commits.write(insert(value))));

    expect(answers).toEqual(['a', 'b', 'c']);
    expect(commits.counters).toEqual({ commits: 1, writes: 3 });
  });

  it('undo a write that fails, alone', async () => {
    const commits = new GroupCommit(database);

    const outcomes = await Promise.allSettled(['a', 'a', 'b'].map((value) => commits.write(insert(value))));

    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(stored()).toEqual(['a', 'b']);
  });

  it('answer nobody before the transaction is committed', async () => {
    const commits = new GroupCommit(database);
    const open: boolean[] = [];

    await Promise.all([
      commits.write(insert('a')).then(() => open.push(database.isTransaction)),
      commits.write(insert('b')).then(() => open.push(database.isTransaction)),
    ]);

    expect(open).toEqual([false, false]);
  });

  it('fail all writes of a transaction that cannot be committed, and go on with the next', async () => {
    const commits = new GroupCommit(database);
    const breaking = commits.write(() => database.exec('ROLLBACK'));
    const neighbour = commits.write(insert('a'));

    const outcomes = await Promise.allSettled([breaking, neighbour]);
    await commits.write(insert('b'));

    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(stored()).toEqual(['b']);
  });

  it('of two turns take in what follows from a write within a turn', async () => {
    const commits = new GroupCommit(database, 2);
    const first = commits.write(insert('a'));
    const follower = new Promise((resolve) => setImmediate(() => resolve(commits.write(insert('b')))));

    await Promise.all([first, follower]);

    expect(commits.counters).toEqual({ commits: 1, writes: 2 });
  });
});
