import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../local/blob/server.ts';
import { cli } from './cli.ts';

let folder: string;
let file: string;
let storage: BlobService;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-drop-'));
  file = join(folder, 'sales.csv');
  writeFileSync(file, 'a,b\n');
  storage = await startBlob({ port: 0, folder });
  await incoming().create();
});

afterAll(async () => {
  await storage.close();
  rmSync(folder, { recursive: true, force: true });
});

function incoming() {
  return BlobServiceClient.fromConnectionString(storage.connectionString).getContainerClient('incoming');
}

function drop(...args: string[]) {
  return cli(['drop', ...args], { environment: { DATA: storage.connectionString } });
}

describe('hexdag drop', () => {
  it.each([
    ['incoming/today/a.csv', 'today/a.csv'],
    ['incoming/sales/', 'sales/sales.csv'],
    ['incoming/', 'sales.csv'],
  ])('uploads to %s', async (destination, name) => {
    const { exitCode, stdout } = await drop(file, destination);

    const content = await incoming().getBlobClient(name).downloadToBuffer();
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `4 bytes dropped at incoming/${name}.\n` });
    expect(content.toString()).toBe('a,b\n');
  });

  it('replaces a file, and tells programs its etag', async () => {
    await drop(file, 'incoming/b.csv');

    const { stdout } = await drop(file, 'incoming/b.csv', '--output', 'json');

    const { etag } = await incoming().getBlobClient('b.csv').getProperties();
    expect(JSON.parse(stdout)).toEqual({ container: 'incoming', name: 'b.csv', bytes: 4, etag });
  });

  it.each([
    ['a file that is not there', ['nowhere.csv', 'incoming/'], 'file_not_found', 2],
    ['a folder', ['.', 'incoming/x'], 'file_unreadable', 2],
    ['no name', ['package.json', 'incoming'], 'option_value', 2],
    ['a way up', ['package.json', 'incoming/../secret/a'], 'option_value', 2],
    ['no container', ['package.json', 'A!/b'], 'option_value', 2],
    ['a container that is not there', ['package.json', 'elsewhere/a'], 'drop_failed', 1],
    ['a storage that is away', ['package.json', 'incoming/a', '--connection', 'UseDevelopmentStorage=maybe'], 'drop_failed', 1],
  ])('says what is wrong: %s', async (_, args, code, wanted) => {
    const { exitCode, stderr } = await drop(...args);

    expect({ exitCode, code: stderr.split(':')[0] }).toEqual({ exitCode: wanted, code });
  });
});
