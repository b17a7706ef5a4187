import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderStorage } from '../../../src/adapters/host/folder-storage.ts';
import { ArtifactNameError } from '../../../src/ports/errors.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexdag-files-'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('FolderStorage', () => {
  it('gives back what was written last', async () => {
    const storage = new FolderStorage(join(folder, 'a'));
    await storage.write('invoices/2026/1.txt', 'first');

    await storage.write('invoices/2026/1.txt', 'second');

    const read = await storage.read('invoices/2026/1.txt');
    expect(Buffer.from(read ?? []).toString()).toBe('second');
    expect(await readdir(join(folder, 'a/invoices/2026'))).toEqual(['1.txt']);
  });

  it('leaves nothing behind of a file that cannot be written', async () => {
    const storage = new FolderStorage(join(folder, 'f'));
    await storage.write('taken/1.txt', 'a');

    const result = storage.write('taken', 'b');

    await expect(result).rejects.toThrow();
    expect(await readdir(join(folder, 'f'))).toEqual(['taken']);
  });

  it('lists by prefix, in order', async () => {
    const storage = new FolderStorage(join(folder, 'b'));
    for (const name of ['b/2', 'a', 'b/1']) await storage.write(name, name);

    const names = await storage.list('b/');

    expect(names).toEqual(['b/1', 'b/2']);
  });

  it('knows nothing of what is not there', async () => {
    const storage = new FolderStorage(join(folder, 'c'));

    const answers = [await storage.read('x'), await storage.delete('x'), await storage.list()];

    expect(answers).toEqual([null, false, []]);
  });

  it('forgets what is deleted', async () => {
    const storage = new FolderStorage(join(folder, 'd'));
    await storage.write('x', 'x');

    const deleted = await storage.delete('x');

    expect([deleted, await storage.read('x')]).toEqual([true, null]);
  });

  it.each(['../x', '/etc/passwd', 'a/../../x', '.hidden', ''])('refuses the name %j', async (name) => {
    const storage = new FolderStorage(join(folder, 'e'));

    const write = storage.write(name, 'x');

    await expect(write).rejects.toThrow(ArtifactNameError);
  });
});
