import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BlobService, startBlob } from '../../../local/blob/server.ts';
import { BlobExtension } from '../../../local/functions-host/blob-extension.ts';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { eventually } from '../../helpers/eventually.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { fixtureDirectory } from './probe.ts';

const POLL_MS = 1_000;
/** Of a call that fails five times: 1, 2, 4 and 8 seconds. */
const ALL_RETRIES_MS = 15_000;

interface Call {
  readonly name: string;
  readonly blob: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
}

interface Fixture {
  readonly calls: Call[];
  readonly behaviour: { handle: () => Promise<void> };
}

const appDirectory = fixtureDirectory('blob-app');
const appFile = join(appDirectory, 'functions.cjs');
const load = createRequire(import.meta.url);

let storageFolder: string;
let storage: BlobService;
let account: BlobServiceClient;
let folder: string;
let clock: ManualClock;
let logs: LogEntry[];
let host: FunctionsHost | undefined;

beforeAll(async () => {
  storageFolder = mkdtempSync(join(tmpdir(), 'blob-extension-'));
  storage = await startBlob({ port: 0, folder: storageFolder });
  account = BlobServiceClient.fromConnectionString(storage.connectionString);
});

afterAll(async () => {
  await storage.close();
  rmSync(storageFolder, { recursive: true });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'blob-receipts-'));
  clock = new ManualClock();
  logs = [];
});

afterEach(async () => {
  await host?.close();
  host = undefined;
  for await (const { name } of account.listContainers()) {
    const container = account.getContainerClient(name);
    for await (const blob of container.listBlobsFlat()) await container.deleteBlob(blob.name);
  }
  rmSync(folder, { recursive: true });
});

/** Starts the app afresh: its modules would register nothing a second time. */
async function start(): Promise<Fixture> {
  await host?.close();
  delete load.cache[appFile];
  host = await startFunctionsHost({
    appDirectory,
    port: 0,
    settings: { BLOBS: storage.connectionString },
    extensions: [new BlobExtension({ databasePath: join(folder, 'receipts.db') })],
    clock,
    onLog: (entry) => logs.push(entry),
  });
  // The first request waits for the storage to load.
  await eventually(() => expect(clock.next()).toBeDefined());
  return load(appFile);
}

/** Lets time pass until what is expected has come about. */
async function afterAWhile(expectation: () => void): Promise<void> {
  await eventually(() => {
    clock.advance(POLL_MS);
    expectation();
  });
}

async function upload(path: string, content = 'hello'): Promise<string> {
  const [container = '', ...name] = path.split('/');
  const { etag } = await account
    .getContainerClient(container)
    .getBlockBlobClient(name.join('/'))
    .upload(content, content.length, {
      metadata: { by: 'test' },
      blobHTTPHeaders: { blobContentType: 'text/plain' },
    });
  return etag ?? '';
}

function announce(body: unknown, fn = 'announced', init: RequestInit = {}): Promise<Response> {
  const url = `${host?.origin}/runtime/webhooks/blobs?functionName=Host.Functions.${fn}`;
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), ...init });
}

function created(name: string, etag: string) {
  const subject = `/blobServices/default/containers/announced/blobs/${name}`;
  return { specversion: '1.0', type: 'Microsoft.Storage.BlobCreated', source: 's', id: '1', subject, data: { eTag: etag } };
}

describe('a blob trigger', () => {
  it('hands over the content, with what the real host tells of a blob', async () => {
    const app = await start();
    const etag = await upload('plain/2026/a.txt');

    await afterAWhile(() => expect(app.calls).toHaveLength(1));

    expect(app.calls).toEqual([
      {
        name: 'buffered',
        blob: Buffer.from('hello'),
        metadata: {
          blobTrigger: 'plain/2026/a.txt',
          uri: expect.stringMatching(/^http:.*\/plain\/2026\/a\.txt$/),
          properties: { eTag: etag, contentLength: 5, contentType: 'text/plain', lastModified: expect.any(String) },
          metadata: { by: 'test' },
          // The library takes what looks like JSON for JSON.
          folder: 2026,
          name: 'a',
        },
      },
    ]);
  });

  it('names the blob alone to a function that opens it itself', async () => {
    const app = await start();
    await upload('deferred/a b%2F.txt');

    await afterAWhile(() => expect(app.calls).toHaveLength(1));

    expect(app.calls[0]?.blob).toEqual({
      version: '1.0',
      source: 'AzureStorageBlobs',
      contentType: 'application/json',
      content: { Connection: 'BLOBS', ContainerName: 'deferred', BlobName: 'a b%2F.txt' },
    });
  });

  it('leaves alone what does not fit its path', async () => {
    const app = await start();
    for (const path of ['plain/a.txt', 'plain/2026/a.csv', 'plain/2026/b.txt']) await upload(path);

    await afterAWhile(() => expect(app.calls.length).toBeGreaterThan(0));

    expect(app.calls.map(({ metadata }) => metadata['blobTrigger'])).toEqual(['plain/2026/b.txt']);
  });

  it('calls for names with a line feed at their end only, as captures of the real host take them', async () => {
    const app = await start();
    for (const name of ['a\nb', '\na', 'a\n\n', 'b\n', 'z']) await upload(`deferred/${name}`);

    await afterAWhile(() => expect(app.calls.some(({ metadata }) => metadata['name'] === 'z')).toBe(true));

    expect(app.calls.map(({ metadata }) => metadata['blobTrigger'])).toEqual(['deferred/b\n', 'deferred/z']);
    expect(app.calls.map(({ metadata }) => metadata['name'])).toEqual(['b', 'z']);
  });

  it('calls once for each version, over a restart too', async () => {
    const first = await start();
    await upload('deferred/a', 'one');
    await afterAWhile(() => expect(first.calls).toHaveLength(1));
    await upload('deferred/a', 'two');
    await afterAWhile(() => expect(first.calls).toHaveLength(2));

    const second = await start();
    await upload('deferred/b');
    await afterAWhile(() => expect(second.calls.length).toBeGreaterThan(0));

    expect(second.calls.map(({ metadata }) => metadata['name'])).toEqual(['b']);
    expect(host?.counters()).toMatchObject({ 'blobs.seen': 1, 'blobs.poison': 0 });
  });

  it('repeats a call that failed after a growing while, and gives up after the fifth', async () => {
    const app = await start();
    const times: number[] = [];
    app.behaviour.handle = async () => {
      times.push(clock.now());
      throw new Error('failed on purpose');
    };
    await upload('deferred/a');

    await afterAWhile(() => expect(host?.counters()).toMatchObject({ 'blobs.poison': 1 }));
    clock.advance(ALL_RETRIES_MS);

    expect(app.calls).toHaveLength(5);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses.every((pause, index) => pause >= 1_000 * 2 ** index)).toBe(true);
    expect(logs.some(({ level, message }) => level === 'error' && message.includes('webjobs-blobtrigger-poison'))).toBe(true);
  });

  it('calls again after a restart for what had failed, and not for what was given up', async () => {
    const first = await start();
    first.behaviour.handle = async () => {
      throw new Error('failed on purpose');
    };
    await upload('deferred/poison');
    await afterAWhile(() => expect(host?.counters()).toMatchObject({ 'blobs.poison': 1 }));
    await upload('deferred/later');
    await afterAWhile(() => expect(first.calls).toHaveLength(6));

    const second = await start();
    await afterAWhile(() => expect(second.calls.length).toBeGreaterThan(0));

    expect(second.calls.map(({ metadata }) => metadata['name'])).toEqual(['later']);
  });

  it('forgets a failed version that was written again or deleted', async () => {
    const app = await start();
    let isAway = true;
    app.behaviour.handle = async () => {
      if (isAway) throw new Error('failed on purpose');
    };
    await upload('deferred/deleted');
    await upload('deferred/rewritten', 'one');
    await afterAWhile(() => expect(new Set(app.calls.map(({ metadata }) => metadata['name'])).size).toBe(2));
    // The next look into each of two containers, and another try of both: no call is under way.
    await eventually(() => expect(clock.appointments).toBe(4));

    await account.getContainerClient('deferred').deleteBlob('deleted');
    const etag = await upload('deferred/rewritten', 'two');
    isAway = false;
    const before = app.calls.length;
    await afterAWhile(() => expect(app.calls.length).toBeGreaterThan(before));
    clock.advance(ALL_RETRIES_MS);
    await upload('deferred/end');
    await afterAWhile(() => expect(app.calls.at(-1)?.metadata['name']).toBe('end'));

    const after = app.calls.slice(before).map(({ metadata }) => metadata);
    expect(after).toMatchObject([{ name: 'rewritten', properties: { eTag: etag } }, { name: 'end' }]);
  });

  it('reports an outage once, and goes on after it', async () => {
    const app = await start();
    const blocked = storage;
    await blocked.close();
    const outages = () => logs.filter(({ message }) => message.includes('named on deferred: the storage is not reachable'));
    await afterAWhile(() => expect(outages()).toHaveLength(1));
    clock.advance(5 * POLL_MS);
    storage = await startBlob({ port: blocked.port, folder: storageFolder });

    await upload('deferred/after');
    await afterAWhile(() => expect(app.calls).toHaveLength(1));

    expect(outages()).toHaveLength(1);
  });
});

describe('announcements of Event Grid', () => {
  it('are refused with 413 when they are larger than such announcements are', async () => {
    const app = await start();

    const answer = await announce({ padding: 'x'.repeat(2_000_000) });

    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: 'body_too_large', detail: 'The body has more than 1048576 bytes.' });
    expect(app.calls).toEqual([]);
  });

  it('call the function they are for, once, and nobody looks into the container', async () => {
    const app = await start();
    const etag = await upload('announced/a b.txt');
    await upload('announced/silent.txt');
    await upload('deferred/x');
    await afterAWhile(() => expect(app.calls.map(({ name }) => name)).toEqual(['named']));

    const answers = [await announce(created('a b.txt', etag)), await announce([created('a b.txt', etag)])];

    await eventually(() => expect(app.calls).toHaveLength(2));
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(host?.counters()).toMatchObject({ 'blobs.seen': 2 });
    expect(app.calls[1]).toMatchObject({ name: 'announced', blob: Buffer.from('hello'), metadata: { name: 'a b.txt' } });
  });

  it('may come in the schema of Event Grid, and are validated', async () => {
    const app = await start();
    const etag = await upload('announced/a.txt');
    const { type, ...rest } = created('a.txt', etag);

    const validation = await announce([
      { eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent', subject: '', data: { validationCode: '512d38b6' } },
    ]);
    const handshake = await announce(undefined, 'announced', {
      method: 'OPTIONS',
      headers: { 'webhook-request-origin': 'eventgrid.azure.net' },
      body: null,
    });
    const answer = await announce([{ ...rest, eventType: type }]);

    expect(await validation.json()).toEqual({ validationResponse: '512d38b6' });
    expect(handshake.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net');
    expect(answer.status).toBe(202);
    await eventually(() => expect(app.calls).toHaveLength(1));
  });

  it.each([
    ['an unknown function', () => announce(created('a', '1'), 'nobody'), 404],
    ['no JSON', () => announce(undefined, 'announced', { body: '{' }), 400],
    ['another method', () => announce(undefined, 'announced', { method: 'PUT', body: '{}' }), 405],
    ['an event of another kind', () => announce({ ...created('a', '1'), type: 'Microsoft.Storage.BlobDeleted' }), 202],
    ['a blob of another container', () => announce({ ...created('a', '1'), subject: '/x' }), 202],
  ])('that make no sense call nothing: %s', async (_, send, status) => {
    const app = await start();

    const answer = await send();

    expect(answer.status).toBe(status);
    expect(app.calls).toEqual([]);
    expect(host?.counters()).toMatchObject({ 'blobs.seen': 0 });
  });
});
