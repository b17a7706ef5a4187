import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BlobArtifactStore } from '../../../src/adapters/azure/blob-artifact-store.ts';
import { createClients } from '../../../src/adapters/azure/clients.ts';
import { linkSigner } from '../../../src/adapters/azure/link-signer.ts';
import { loadConfig } from '../../../src/config.ts';
import { testArtifactStore } from '../../conformance/artifact-store.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { followLink } from './follow-link.ts';
import { type SecureBlobService, startSecureBlobService } from './secure-blob-service.ts';

const MINUTE_MS = 60_000;

let service: SecureBlobService;
let clock: ManualClock;
let store: BlobArtifactStore;

beforeAll(async () => {
  service = await startSecureBlobService();
  for (const [name, value] of Object.entries(service.environment)) vi.stubEnv(name, value);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await service.close();
});

beforeEach(() => {
  clock = new ManualClock(Date.now());
  const config = loadConfig({
    APP_ENV: 'development',
    AzureWebJobsStorage: 'UseDevelopmentStorage=true',
    TASKHUB_NAME: 'orders',
    COSMOS__accountEndpoint: 'https://cosmos.test:443/',
    SB__fullyQualifiedNamespace: 'sb.test.example',
    DATA__blobServiceUri: service.endpoint,
    DATA__credential: 'managedidentity',
  });
  const { artifacts, data } = createClients(config);
  store = new BlobArtifactStore(artifacts, linkSigner(config.data, data, clock));
});

async function stored(): Promise<string> {
  const name = `${randomUUID()}/report.csv`;
  await store.put(name, Buffer.from(name), 'text/csv');
  return name;
}

async function linkTo(name: string): Promise<URL> {
  return new URL((await store.link(name, clock.now() + 5 * MINUTE_MS)) ?? '');
}

/** When the key began that signed a link. */
async function keyOf(name: string): Promise<number> {
  return Date.parse((await linkTo(name)).searchParams.get('skt') ?? '');
}

describe('BlobArtifactStore by an identity', () => {
  testArtifactStore(() => store, followLink);

  it('signs links that read one blob over TLS, and nothing else', async () => {
    const [name, other] = [await stored(), await stored()];

    const link = await linkTo(name);
    const elsewhere = new URL(link.href.replace(encodeURI(name), encodeURI(other)));
    const whole = new URL(`${link.origin}/devstoreaccount1/artifacts?restype=container&comp=list&${link.searchParams}`);
    const opened = await Promise.all([fetch(link), fetch(elsewhere), fetch(whole)]);
    const changed = await Promise.all([
      fetch(link, { method: 'PUT', body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } }),
      fetch(link, { method: 'DELETE' }),
    ]);

    expect(Object.fromEntries(link.searchParams)).toMatchObject({
      sp: 'r',
      sr: 'b',
      spr: 'https',
      skoid: 'app',
      sktid: 'tenant',
    });
    expect(opened.map(({ status }) => status)).toEqual([200, 403, 403]);
    expect(changed.map(({ status }) => status)).toEqual([403, 403]);
    expect(await followLink(link.href)).toEqual(new Uint8Array(Buffer.from(name)));
  });

  it('asks for one key, however many links there are to be', async () => {
    const name = await stored();
    const before = service.keyRequests();

    const links = await Promise.all(Array.from({ length: 20 }, () => linkTo(name)));
    await linkTo(name);

    expect(links).toHaveLength(20);
    expect(service.keyRequests() - before).toBe(1);
  });

  it('asks for another key once the one it had does not do', async () => {
    const name = await stored();
    const first = await keyOf(name);

    clock.advance(60 * MINUTE_MS);
    const second = await keyOf(name);

    expect(second - first).toBe(60 * MINUTE_MS);
  });
});
