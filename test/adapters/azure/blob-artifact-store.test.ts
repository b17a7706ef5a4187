import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';
import { BlobArtifactStore } from '../../../src/adapters/azure/blob-artifact-store.ts';
import { ArtifactConflictError, DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { testArtifactStore } from '../../conformance/artifact-store.ts';

let folder: string;
let server: BlobService;
let service: BlobServiceClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'artifacts-'));
  server = await startBlob({ port: 0, folder });
  service = BlobServiceClient.fromConnectionString(server.connectionString);
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function storeIn(container: string): { store: BlobArtifactStore; client: ContainerClient } {
  const client = service.getContainerClient(container);
  return { store: new BlobArtifactStore(async () => client), client };
}

describe('BlobArtifactStore', () => {
  testArtifactStore(() => storeIn('artifacts').store);

  it('creates its container with the first write, even when many come first', async () => {
    const { store, client } = storeIn('fresh');

    const before = await store.get('a');
    await Promise.all([...'abcd'].map((name) => store.put(name, Buffer.from(name), 'text/plain')));

    expect(before).toBeNull();
    expect(await client.exists()).toBe(true);
    expect(await store.get('d')).toEqual(Buffer.from('d'));
  });

  it('lets one of two contents win when both come at once', async () => {
    const { store } = storeIn('race');
    await store.put('warm', new Uint8Array(), 'text/plain');

    const puts = await Promise.allSettled(['x', 'y'].map((content) => store.put('same', Buffer.from(content), 'text/plain')));

    expect(puts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [loser] = puts.filter((put) => put.status === 'rejected');
    expect(loser?.reason).toBeInstanceOf(ArtifactConflictError);
  });

  it('does not take a blob of unknown content for its own', async () => {
    const { store, client } = storeIn('foreign');
    await client.create();
    await client.getBlockBlobClient('file').upload('x', 1);

    const put = store.put('file', Buffer.from('x'), 'text/plain');

    await expect(put).rejects.toThrow(ArtifactConflictError);
  });

  it('says that it may not write', async () => {
    const wrongKey = server.connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=');
    const client = BlobServiceClient.fromConnectionString(wrongKey).getContainerClient('artifacts');
    const store = new BlobArtifactStore(async () => client);

    const outcomes = await Promise.allSettled([store.put('a', new Uint8Array(), 'text/plain'), store.get('a')]);

    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      expect.any(DependencyRefusedError),
      expect.any(DependencyRefusedError),
    ]);
  });

  it('says that the store does not answer', async () => {
    const unreachable = server.connectionString.replaceAll(/:\d+\//g, ':1/');
    const client = BlobServiceClient.fromConnectionString(unreachable, { retryOptions: { maxTries: 1 } }).getContainerClient(
      'artifacts',
    );
    const store = new BlobArtifactStore(async () => client);

    const put = store.put('a', new Uint8Array(), 'text/plain');

    await expect(put).rejects.toThrow(DependencyUnavailableError);
  });
});
