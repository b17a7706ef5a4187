import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';
import { BlobIncomingBlobs } from '../../../src/adapters/azure/blob-incoming-blobs.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { testIncomingBlobs } from '../../conformance/incoming-blobs.ts';

const place = { connection: 'DATA', container: 'incoming' };

let folder: string;
let server: BlobService;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'incoming-'));
  server = await startBlob({ port: 0, folder });
  await account().getContainerClient('incoming').create();
  await account().getContainerClient('secret').create();
  await account().getContainerClient('secret').getBlockBlobClient('a').upload('x', 1);
});

afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function account(connectionString = server.connectionString): BlobServiceClient {
  return BlobServiceClient.fromConnectionString(connectionString, { retryOptions: { maxTries: 1 } });
}

function blobsOf(service: BlobServiceClient): BlobIncomingBlobs {
  return new BlobIncomingBlobs([place], new Map([['DATA', async (name: string) => service.getContainerClient(name)]]));
}

describe('BlobIncomingBlobs', () => {
  testIncomingBlobs(() => {
    const container = account().getContainerClient('incoming');
    return {
      blobs: blobsOf(account()),
      place,
      leave: async (name, content) => {
        const { etag } = await container.getBlockBlobClient(name).upload(Buffer.from(content), content.byteLength);
        return etag ?? '';
      },
      remove: async (name) => {
        await container.getBlobClient(name).delete();
      },
    };
  });

  it('BL18: opens nothing of a container that no trigger reads', async () => {
    const blobs = blobsOf(account());

    const outcomes = await Promise.allSettled([
      blobs.head({ connection: 'DATA', container: 'secret', name: 'a' }, 10),
      blobs.open({ connection: 'DATA', container: 'secret', name: 'a', etag: '*' }),
      blobs.open({ connection: 'OTHER', container: 'incoming', name: 'a', etag: '*' }),
    ]);

    const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(reasons).toEqual(Array(3).fill(expect.any(DependencyRefusedError)));
  });

  it.each(['../secret/a', './../secret/a', 'x/../../secret/a', '..'])(
    'BL18: is not led out of the container by the name %s',
    async (name) => {
      const blobs = blobsOf(account());

      const outcomes = await Promise.allSettled([
        blobs.head({ ...place, name }, 10),
        blobs.open({ ...place, name, etag: '*' }, { start: 0, end: 1 }),
      ]);

      const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason);
      expect(reasons).toEqual([expect.any(DependencyRefusedError), expect.any(DependencyRefusedError)]);
    },
  );

  it('tells a folder of Data Lake storage', async () => {
    const container = account().getContainerClient('incoming');
    await container.getBlockBlobClient('folder').upload('', 0, { metadata: { hdi_isfolder: 'true' } });

    const head = await blobsOf(account()).head({ ...place, name: 'folder' }, 10);

    expect(head).toMatchObject({ isFolder: true });
  });

  it('says that it may not read, and that the store does not answer', async () => {
    const wrongKey = blobsOf(account(server.connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=')));
    const unreachable = blobsOf(account(server.connectionString.replaceAll(/:\d+\//g, ':1/')));

    const refused = wrongKey.head({ ...place, name: 'a' }, 10);
    await expect(refused).rejects.toThrow(DependencyRefusedError);
    const unanswered = unreachable.open({ ...place, name: 'a', etag: '*' });

    await expect(unanswered).rejects.toThrow(DependencyUnavailableError);
  });
});
