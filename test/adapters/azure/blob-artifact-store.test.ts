import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountSASPermissions, BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';
import { BlobArtifactStore } from '../../../src/adapters/azure/blob-artifact-store.ts';
import { linkSigner } from '../../../src/adapters/azure/link-signer.ts';
import { ArtifactConflictError, DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { testArtifactStore } from '../../conformance/artifact-store.ts';
import { followLink } from './follow-link.ts';

const CLOCK = { now: () => Date.now() };
const MINUTE_MS = 60_000;

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
  return { store: storeOf(client), client };
}

function storeOf(client: ContainerClient): BlobArtifactStore {
  const { connectionString } = server;
  return new BlobArtifactStore(
    async () => client,
    linkSigner({ kind: 'connection_string', connectionString }, async () => service, CLOCK),
  );
}

describe('BlobArtifactStore', () => {
  testArtifactStore(() => storeIn('artifacts').store, followLink);

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

  it('signs links that a browser saves, of one blob and to read it only', async () => {
    const { store } = storeIn('links');
    await store.put('run-1/big report (1).html', Buffer.from('<script>'), 'text/html');
    await store.put('run-1/other', Buffer.from('other'), 'text/plain');

    const link = new URL((await store.link('run-1/big report (1).html', Date.now() + MINUTE_MS)) ?? '');
    const opened = await fetch(link);
    const other = await fetch(new URL(`/devstoreaccount1/links/run-1/other${link.search}`, link));
    const written = await fetch(link, { method: 'PUT', body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } });

    expect(Object.keys(Object.fromEntries(link.searchParams)).sort()).toEqual(['rscd', 'se', 'sig', 'sp', 'sr', 'sv']);
    expect([opened.status, other.status, written.status]).toEqual([200, 403, 403]);
    expect(opened.headers.get('content-type')).toBe('text/html');
    expect(opened.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''big%20report%20%281%29.html");
  });

  it('says that nothing can be signed without the key or an identity', async () => {
    await storeIn('unsigned').store.put('a', new Uint8Array(), 'text/plain');
    const expiresOn = new Date(Date.now() + MINUTE_MS);
    const url = service.generateAccountSasUrl(expiresOn, AccountSASPermissions.parse('rl'), 'sco');
    const client = new BlobServiceClient(url).getContainerClient('unsigned');

    const link = storeOf(client).link('a', Date.now() + MINUTE_MS);

    await expect(link).rejects.toThrow(DependencyRefusedError);
  });

  it('says that the account gives it no key to sign with', async () => {
    const { store, client } = storeIn('no-key');
    await store.put('a', new Uint8Array(), 'text/plain');
    const identity = { kind: 'identity', endpoint: service.url, credential: 'managed_identity' } as const;
    const keyless = new BlobArtifactStore(
      async () => client,
      linkSigner(identity, async () => service, CLOCK),
    );

    const link = keyless.link('a', Date.now() + MINUTE_MS);

    await expect(link).rejects.toThrow("403 on making a link to the artifact a. Check the connection and the identity's roles.");
  });

  it('says that it may not write', async () => {
    const wrongKey = server.connectionString.replace(/AccountKey=[^;]+/, 'AccountKey=d3Jvbmc=');
    const client = BlobServiceClient.fromConnectionString(wrongKey).getContainerClient('artifacts');
    const store = storeOf(client);

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
    const store = storeOf(client);

    const put = store.put('a', new Uint8Array(), 'text/plain');

    await expect(put).rejects.toThrow(DependencyUnavailableError);
  });
});
