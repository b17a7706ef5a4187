import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';
import { BlobClaimCheckStore } from '../../../src/adapters/azure/blob-claim-check-store.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { testClaimCheckStore } from '../../conformance/claim-check-store.ts';

let folder: string;
let server: BlobService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claims-'));
  server = await startBlob({ port: 0, folder });
  await containerOf(server.connectionString).create();
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function containerOf(connectionString: string, name = 'claim-checks'): ContainerClient {
  return BlobServiceClient.fromConnectionString(connectionString, { retryOptions: { maxTries: 1 } }).getContainerClient(name);
}

describe('BlobClaimCheckStore', () => {
  testClaimCheckStore(() => {
    const container = containerOf(server.connectionString);
    return {
      store: new BlobClaimCheckStore(async () => container),
      leave: async (path, content) => {
        await container.getBlockBlobClient(path).upload(Buffer.from(content), content.byteLength);
      },
    };
  });

  it('creates its container when it finds none', async () => {
    const container = containerOf(server.connectionString, 'fresh');
    const store = new BlobClaimCheckStore(async () => container);

    const body = await store.read('a', 10);

    expect(body).toEqual({ kind: 'missing' });
    expect(await container.exists()).toBe(true);
  });

  it('says that it may not read', async () => {
    const container = containerOf(server.connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc='));
    const store = new BlobClaimCheckStore(async () => container);

    const reading = store.read('a', 10);

    await expect(reading).rejects.toThrow(DependencyRefusedError);
  });

  it('says that the store does not answer', async () => {
    const container = containerOf(server.connectionString.replaceAll(/:\d+\//g, ':1/'));
    const store = new BlobClaimCheckStore(async () => container);

    const reading = store.read('a', 10);

    await expect(reading).rejects.toThrow(DependencyUnavailableError);
  });
});
