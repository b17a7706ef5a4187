import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseCorruptError, DatabaseInUseError, openDatabase } from '../../../local/sqlite/database.ts';

const SCHEMA = 'CREATE TABLE IF NOT EXISTS t (v TEXT)';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexdag-database-'));
  path = join(folder, 'test.db');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe('a database of the local Azure', () => {
  it('flushes every commit to the disk', () => {
    const database = openDatabase(path, SCHEMA);

    const settings = ['journal_mode', 'synchronous', 'locking_mode'].map(
      (name) => database.prepare(`PRAGMA ${name}`).get()?.[name],
    );

    expect(settings).toEqual(['wal', 2, 'exclusive']);
    database.close();
  });

  it('belongs to one process, until that process ends however it ends', async () => {
    const script = `import('${import.meta.resolve('../../../local/sqlite/database.ts')}').then(({ openDatabase }) => { globalThis.kept = openDatabase(${JSON.stringify(path)}, '${SCHEMA}'); console.log('open'); setInterval(() => {}, 1000); });`;
    const holder = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(holder.stdout, 'data');

    expect(() => openDatabase(path, SCHEMA)).toThrow(DatabaseInUseError);

    holder.kill('SIGKILL');
    await once(holder, 'exit');
    openDatabase(path, SCHEMA).close();
  });

  it('that is damaged is told and left as it is', async () => {
    await writeFile(path, 'This is no database, but a letter of some length to be sure that it is not empty.'.repeat(20));
    const before = await readFile(path);

    expect(() => openDatabase(path, SCHEMA)).toThrow(DatabaseCorruptError);

    expect(await readFile(path)).toEqual(before);
  });
});
