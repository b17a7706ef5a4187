import { readFileSync } from 'node:fs';
import { type ContainerClient, ContainerSASPermissions } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../helpers/eventually.ts';
import { BAD_FILES, GOOD_FILES } from './blobs/cases.ts';
import { putBlob } from './blobs/put-blob.ts';
import { Stack } from './stack.ts';

const MAX_GROWTH_KIB = 64 * 1024;

const Refusal = z.object({
  reason: z.string(),
  description: z.string(),
  name: z.string(),
  etag: z.string().nullable(),
  trigger: z.string(),
});
const Page = z.object({ runs: z.array(z.object({ runId: z.string(), status: z.string() })) });
const Run = z.object({ output: z.object({ name: z.string(), type: z.string(), etag: z.string() }).nullable() });

let stack: Stack;
let incoming: ContainerClient;

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/blobs' }, 'ignore');
  incoming = stack.blobs.getContainerClient('incoming');
  await stack.blobs.getContainerClient('artifacts').createIfNotExists();
  await eventually(async () => expect(await incoming.exists()).toBe(true));
});

afterAll(async () => {
  await stack?.stop();
});

async function put(name: string, content: Uint8Array | string): Promise<string> {
  const { status, etag } = await putBlob(incoming, name, Buffer.from(content));
  expect(status).toBe(201);
  return etag;
}

/** What was recorded of refused files. */
async function refusals(): Promise<z.infer<typeof Refusal>[]> {
  const artifacts = stack.blobs.getContainerClient('artifacts');
  const found: z.infer<typeof Refusal>[] = [];
  for await (const { name } of artifacts.listBlobsFlat({ prefix: 'rejected/documents/' })) {
    const content = await artifacts.getBlobClient(name).downloadToBuffer();
    found.push(Refusal.parse(JSON.parse(content.toString('utf8'))));
  }
  return found;
}

async function listRuns(): Promise<z.infer<typeof Page>['runs']> {
  return Page.parse(await (await fetch(`${stack.ready.http}/api/runs?limit=100`)).json()).runs;
}

/** What the runs that have ended tell of their files. */
async function outputs(): Promise<{ name: string; type: string; etag: string }[]> {
  const runs = await listRuns();
  const ended = runs.filter(({ status }) => status === 'completed');
  const documents = await Promise.all(
    ended.map(async ({ runId }) => (await fetch(`${stack.ready.http}/api/runs/${runId}`)).json()),
  );
  return documents.flatMap((document) => Run.parse(document).output ?? []);
}

async function outputsOf(name: string) {
  return (await outputs()).filter((output) => output.name === name);
}

/** The most memory that the host has ever had. */
async function peakKib(): Promise<number> {
  const { host } = await stack.status();
  const status = readFileSync(`/proc/${host.pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
}

describe('files that come in', () => {
  beforeAll(async () => {
    await Promise.all(GOOD_FILES.map(({ name, content }) => put(name, content)));
    await eventually(async () => expect(await outputs()).toHaveLength(GOOD_FILES.length));
    const before = await peakKib();
    for (const { name, content } of BAD_FILES) await put(name, content);
    await eventually(async () => expect(await refusals()).toHaveLength(BAD_FILES.length));
    expect((await peakKib()) - before).toBeLessThan(MAX_GROWTH_KIB);
  });

  it.each(BAD_FILES)('$id: $what is refused ($reason)', async ({ name, reason, words }) => {
    const refused = (await refusals()).filter((refusal) => refusal.name === name);

    expect(refused).toMatchObject([{ reason, trigger: 'documents' }]);
    expect(words.filter((word) => !refused[0]?.description.includes(word))).toEqual([]);
  });

  it.each(GOOD_FILES)('$id: $what runs', async ({ name, type }) => {
    expect(await outputsOf(name)).toMatchObject([{ name, type }]);
  });

  it('start no run when they are refused, and are refused once', async () => {
    expect(await listRuns()).toHaveLength(GOOD_FILES.length);
    expect(await refusals()).toHaveLength(BAD_FILES.length);
  });
});

describe('a file whose name has a line feed inside', () => {
  it('BL2: is passed over by the host, whose captures end at one, and starts nothing', async () => {
    await put('a\r\nb.csv', 'a,b\n');
    await put('below.csv', 'a,b\n');

    await eventually(async () => expect(await outputsOf('below.csv')).toHaveLength(1));

    expect(await outputsOf('a\r\nb.csv')).toEqual([]);
    expect((await refusals()).map(({ name }) => name)).not.toContain('a\r\nb.csv');
  });
});

describe('a file that is written again', () => {
  it('BL6, BL15: has one run for each version that is seen, the last one always', async () => {
    let last = '';
    for (let version = 0; version < 20; version += 1) last = await put('growing.csv', 'a,b\n'.repeat(version + 1));

    await eventually(async () => expect((await outputsOf('growing.csv')).map(({ etag }) => etag)).toContain(last));

    const etags = (await outputsOf('growing.csv')).map(({ etag }) => etag);
    expect(new Set(etags).size).toBe(etags.length);
  });

  it('BL14: and deleted before it is read has none, and leaves nothing', async () => {
    await put('short-lived.csv', 'a,b\n');
    await incoming.getBlobClient('short-lived.csv').delete();
    await put('behind.csv', 'a,b\n');

    await eventually(async () => expect(await outputsOf('behind.csv')).toHaveLength(1));

    const refused = (await refusals()).map(({ name }) => name);
    expect(refused).not.toContain('short-lived.csv');
  });
});

describe('a container that no trigger reads', () => {
  it('BL18: answers 403 to whoever may read another one, and starts nothing', async () => {
    const secret = stack.blobs.getContainerClient('secret');
    await secret.create();
    await secret.getBlockBlobClient('a.csv').upload('a,b\n', 4);
    const permissions = ContainerSASPermissions.parse('rl');
    const { search } = new URL(await incoming.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 60_000) }));

    const answer = await fetch(`${secret.getBlobClient('a.csv').url}${search}`);

    expect(answer.status).toBe(403);
    expect(await outputsOf('a.csv')).toEqual([]);
  });
});
