import { createHash } from 'node:crypto';
import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Artifact, HexdagClient } from '../../src/client/index.ts';
import { cli } from '../cli/cli.ts';
import { Stack } from './stack.ts';

let folder: string;
let log: FileHandle;
let stack: Stack;
let client: HexdagClient;
/** Of more than 32 MiB. */
let large: Artifact;
let small: Artifact;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hexdag-links-'));
  log = await open(join(folder, 'host.log'), 'w');
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/large-file', APP_LOG_LEVEL: 'debug' }, log.fd, ['--enable-auth']);
  client = new HexdagClient({ url: stack.ready.http, key: key() });
  [large, small] = await Promise.all([outputOf({ letter: 'a', count: 34 }), outputOf({ letter: 'b', count: 1 })]);
});

afterAll(async () => {
  await stack?.stop();
  await log?.close();
  await rm(folder, { recursive: true });
});

function key(): string {
  return stack.ready.functionKey ?? '';
}

/** What a run leaves behind. */
async function outputOf(input: object): Promise<Artifact> {
  const { runId } = await client.startRun('large-file', input);
  const { outputArtifact } = await client.waitForRun(runId, { timeoutMs: 60_000 });
  if (outputArtifact === undefined) throw new TypeError('The run left no file behind.');
  return outputArtifact;
}

function runOf({ name }: Artifact): string {
  return name.slice(0, name.indexOf('/'));
}

/** Asks the API for an artifact. */
function get(artifact: Artifact, query = '', headers: Readonly<Record<string, string>> = { 'x-functions-key': key() }) {
  return fetch(`${stack.ready.http}/api/runs/${runOf(artifact)}/artifacts/${artifact.name}${query}`, { headers });
}

async function linkTo(artifact: Artifact): Promise<URL> {
  return new URL((await client.linkArtifact(runOf(artifact), artifact.name)).url);
}

async function sha256Of(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of content) hash.update(piece);
  return hash.digest('hex');
}

describe('an artifact above 32 MiB', () => {
  it('is not answered, and the refusal says how to get it', async () => {
    const response = await get(large);

    const refusal = await response.json();
    expect(large.bytes).toBeGreaterThan(32 * 1024 * 1024);
    expect([response.status, refusal]).toMatchObject([409, { code: 'artifact_too_large' }]);
    expect(refusal).toMatchObject({ detail: expect.stringContaining('?link=true') });
  });

  it('comes by its link, byte for byte, as a file to save', async () => {
    const answer = await get(large, '?link=true');
    const { url, expiresAt } = JSON.parse(await answer.text());
    const response = await fetch(url);

    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    expect(await sha256Of(response.body ?? new ReadableStream())).toBe(large.sha256);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(response.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''output.json");
  });

  it('comes through the client and the command line like smaller ones', async () => {
    const file = join(folder, 'output.json');
    const environment = { HEXDAG_URL: stack.ready.http, HEXDAG_KEY: key() };

    const { content } = await client.getArtifact(runOf(large), large.name);
    const sha256 = await sha256Of(content);
    const { exitCode } = await cli(['runs', 'artifacts', runOf(large), large.name, '--output-file', file], { environment });

    expect([sha256, exitCode]).toEqual([large.sha256, 0]);
    expect(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ).toBe(large.sha256);
  });
});

describe('a link', () => {
  it('is had of a smaller artifact, too, and opens the same as the API', async () => {
    const [direct, linked] = [await get(small), await fetch(await linkTo(small))];

    const headers = ['content-type', 'content-length', 'content-disposition'];
    expect(headers.map((name) => linked.headers.get(name))).toEqual(headers.map((name) => direct.headers.get(name)));
    expect(await linked.text()).toBe(await direct.text());
  });

  it('opens no other artifact, nor their list, and changes nothing', async () => {
    const link = await linkTo(small);
    const container = '/devstoreaccount1/artifacts';

    const responses = await Promise.all([
      fetch(new URL(`${container}/${large.name}${link.search}`, link)),
      fetch(new URL(`${container}?restype=container&comp=list&${link.searchParams}`, link)),
      fetch(link, { method: 'PUT', body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } }),
      fetch(link, { method: 'DELETE' }),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect((await fetch(link)).status).toBe(200);
  });

  it('is not had without the key, nor of what is no artifact of the run', async () => {
    const strange = { ...small, name: `${runOf(small)}/../${large.name}` };
    const ofOther = await fetch(`${stack.ready.http}/api/runs/${runOf(small)}/artifacts/${large.name}?link=true`, {
      headers: { 'x-functions-key': key() },
    });

    const statuses = [
      await get(small, '?link=true', {}),
      await get(small, '?link=true', { 'x-functions-key': 'guessed' }),
      await get(strange, '?link=true'),
      await get(small, '?link=yes'),
    ].map(({ status }) => status);

    expect([...statuses, ofOther.status]).toEqual([401, 401, 404, 400, 404]);
  });

  it('is nowhere in the logs', async () => {
    const signature = (await linkTo(large)).searchParams.get('sig') ?? '';

    const lines = await readFile(join(folder, 'host.log'), 'utf8');

    expect(lines).toContain('getArtifact');
    expect([lines.includes('sig='), lines.includes(signature)]).toEqual([false, false]);
  });
});
