import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';

let folder: string;
let running: BlobService | undefined;
let child: ChildProcess | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-blob-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  child = undefined;
  await running?.close();
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<BlobServiceClient> {
  running = await startBlob({ port: 0, folder });
  return BlobServiceClient.fromConnectionString(running.connectionString);
}

async function startInProcess(): Promise<BlobServiceClient> {
  child = fork(join(import.meta.dirname, 'blob-process.ts'), [folder], { execArgv: ['--no-warnings'] });
  const [connectionString] = await once(child, 'message');
  return BlobServiceClient.fromConnectionString(String(connectionString));
}

async function killProcess(): Promise<void> {
  const exited = child === undefined ? undefined : once(child, 'exit');
  child?.kill('SIGKILL');
  await exited;
}

async function names(client: BlobServiceClient, container: string): Promise<string[]> {
  const found: string[] = [];
  for await (const blob of client.getContainerClient(container).listBlobsFlat()) found.push(blob.name);
  return found;
}

describe('the local Blob storage', () => {
  it('has every blob it acknowledged after the process was killed', async () => {
    const beforeKill = await startInProcess();
    const artifacts = beforeKill.getContainerClient('artifacts');
    await artifacts.create();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        artifacts.getBlockBlobClient(`run/${n}.txt`).upload(`content ${n}`, `content ${n}`.length),
      ),
    );

    await killProcess();
    const afterKill = (await start()).getContainerClient('artifacts');

    const contents = await Promise.all(
      Array.from({ length: 20 }, async (_, n) =>
        (await afterKill.getBlockBlobClient(`run/${n}.txt`).downloadToBuffer()).toString(),
      ),
    );
    expect(contents).toEqual(Array.from({ length: 20 }, (_, n) => `content ${n}`));
  });

  it('keeps metadata, types and conditions of a blob over a kill', async () => {
    const client = await startInProcess();
    const container = client.getContainerClient('plans');
    await container.create();
    const { etag } = await container.getBlockBlobClient('a.json').upload('{}', 2, {
      blobHTTPHeaders: { blobContentType: 'application/json' },
      metadata: { pipeline: 'orders' },
      conditions: { ifNoneMatch: '*' },
    });

    await killProcess();
    const blob = (await start()).getContainerClient('plans').getBlockBlobClient('a.json');

    expect(await blob.getProperties()).toMatchObject({ etag, contentType: 'application/json', metadata: { pipeline: 'orders' } });
    await expect(blob.upload('{}', 2, { conditions: { ifNoneMatch: '*' } })).rejects.toMatchObject({ statusCode: 409 });
  });

  it('forgets a deleted blob and a deleted container for good', async () => {
    const client = await startInProcess();
    const kept = client.getContainerClient('kept');
    const dropped = client.getContainerClient('dropped');
    await Promise.all([kept.create(), dropped.create()]);
    await Promise.all([kept.getBlockBlobClient('stays').upload('x', 1), kept.getBlockBlobClient('goes').upload('x', 1)]);
    await Promise.all([dropped.getBlockBlobClient('one').upload('x', 1), dropped.getBlockBlobClient('two').upload('x', 1)]);
    await kept.deleteBlob('goes');
    await dropped.delete();

    await killProcess();
    const restarted = await start();

    expect(await names(restarted, 'kept')).toEqual(['stays']);
    expect(await restarted.getContainerClient('dropped').exists()).toBe(false);
    await restarted.createContainer('dropped');
    expect(await names(restarted, 'dropped')).toEqual([]);
  });

  it('joins blocks staged before a kill', async () => {
    const staged = (await startInProcess()).getContainerClient('files');
    await staged.create();
    const blockId = Buffer.from('block-1').toString('base64');
    await staged.getBlockBlobClient('large').stageBlock(blockId, 'half', 4);

    await killProcess();
    const blob = (await start()).getContainerClient('files').getBlockBlobClient('large');
    await blob.commitBlockList([blockId]);

    expect((await blob.downloadToBuffer()).toString()).toBe('half');
  });

  it('shares commits between writes that arrive together', async () => {
    const container = (await start()).getContainerClient('many');
    await container.create();

    await Promise.all(Array.from({ length: 50 }, (_, n) => container.getBlockBlobClient(`${n}`).upload('x', 1)));

    const counters = running?.counters();
    expect(counters?.['requests']).toBe(51);
    expect(counters?.['commits']).toBeLessThan(100);
  });

  it('refuses a name that no list could show, and goes on listing the others', async () => {
    const client = await start();
    const incoming = client.getContainerClient('incoming');
    await incoming.create();
    await incoming.getBlockBlobClient('good.txt').upload('content', 7);

    const refusal = incoming.getBlockBlobClient('bad\u0001.txt').upload('content', 7);

    await expect(refusal).rejects.toMatchObject({ statusCode: 400, code: 'InvalidUri' });
    expect(await names(client, 'incoming')).toEqual(['good.txt']);
  });

  it('leaves a damaged database as it is and says so', async () => {
    writeFileSync(join(folder, 'blob.db'), 'no database at all, but long enough to look like a file with content');

    const starting = startBlob({ port: 0, folder });

    await expect(starting).rejects.toMatchObject({ code: 'database_corrupt' });
  });
});
