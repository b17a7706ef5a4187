import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { getArtifact, listArtifacts } from '../../src/api/artifacts.ts';
import { artifactLink } from '../../src/api/schemas/artifact-link.ts';
import { artifactList } from '../../src/api/schemas/artifact-list.ts';
import { isJsonObject } from '../../src/json.ts';
import type { ArtifactReference } from '../../src/ports/artifact-store.ts';
import { createWorld, type World } from '../triggers/fixtures.ts';
import { createNode, createRequest, createRun } from './fixtures.ts';

const SLIP = 'run-1/pack/Lieferschein für Ada.html';

let world: World;

beforeEach(async () => {
  world = createWorld();
});

function put(name: string, content = 'Hello', contentType = 'text/html'): Promise<ArtifactReference> {
  return world.artifacts.put(name, Buffer.from(content), contentType);
}

async function runWith(...results: readonly object[]): Promise<void> {
  await world.runs.claim(createRun());
  for (const [index, result] of results.entries()) {
    await world.runs.commitNode(createNode({ node: `n${index}`, result: { value: JSON.parse(JSON.stringify(result)) } }));
  }
}

function link(name: string, query = 'link=true') {
  return getArtifact(createRequest({ params: { id: 'run-1', name }, query }), world);
}

function get(name: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') {
  return getArtifact(createRequest({ method, params: { id: 'run-1', name }, headers }), world);
}

async function names(id = 'run-1'): Promise<unknown> {
  const { body } = await listArtifacts(createRequest({ params: { id } }), world);
  return artifactList.parse(body).artifacts.map(({ name }) => name);
}

describe('the artifacts of a run', () => {
  it('are those that its output and its nodes name, each once', async () => {
    const slip = await put(SLIP);
    const large = await put('run-1/big.result.json', '[]', 'application/json');
    const output = await put('run-1/output.json', '{}', 'application/json');
    await runWith({ file: slip, again: [slip] });
    await world.runs.commitNode(createNode({ node: 'big', result: { blob: large } }));
    await world.runs.finish('run-1', {
      status: 'completed',
      finishedAt: '2026-01-01T00:00:09.000Z',
      output: { blob: output },
      outbox: [],
    });

    expect(await names()).toEqual(['run-1/big.result.json', 'run-1/output.json', SLIP]);
  });

  it('are told as what they are, without what else a result says of them', async () => {
    const slip = await put(SLIP);
    await runWith({ file: { ...slip, card: '4111' } });

    const { body } = await listArtifacts(createRequest({ params: { id: 'run-1' } }), world);

    expect(body).toEqual({ artifacts: [slip] });
  });

  it('are not what was put in, nor what is of another run, whatever a result says', async () => {
    const others = [await put('run-2/secret.txt'), await put('run-1/input/0123.json'), await put('rejected/m-1')];
    await runWith({ others });

    const answers = await Promise.all(others.map(({ name }) => get(name)));

    expect(await names()).toEqual([]);
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  });

  it('are none of a run that is not there', async () => {
    const answers = [await listArtifacts(createRequest({ params: { id: 'run-9' } }), world), await get(SLIP)];

    expect(answers).toMatchObject([{ body: { code: 'run_not_found' } }, { body: { code: 'run_not_found' } }]);
  });
});

describe('the content of an artifact', () => {
  it('comes as a file, with its hash', async () => {
    const slip = await put(SLIP, '<script>', 'text/html');
    await runWith({ slip });

    const { status, headers, content = [] } = await get(SLIP);

    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/html',
      'content-length': '8',
      'content-disposition': "attachment; filename*=UTF-8''Lieferschein%20f%C3%BCr%20Ada.html",
      etag: `"${slip.sha256}"`,
      'x-content-type-options': 'nosniff',
    });
    expect(await text(Readable.from(content))).toBe('<script>');
  });

  it('is not sent again to whoever has it, nor for its headers alone', async () => {
    const slip = await put(SLIP);
    await runWith({ slip });

    const known = await get(SLIP, { 'if-none-match': `"${slip.sha256}"` });
    const head = await get(SLIP, {}, 'HEAD');

    expect([known.status, known.content, head.status, head.content]).toEqual([304, undefined, 200, undefined]);
    expect(head.headers['content-length']).toBe('5');
  });

  it.each(['../other-run/x', 'run-1/../run-2/secret.txt', '', 'run-1', SLIP.toLowerCase()])(
    'is not had by the name %j',
    async (name) => {
      await runWith({ slip: await put(SLIP) });

      expect(await get(name)).toMatchObject({ status: 404, body: { code: 'artifact_not_found' } });
    },
  );

  it('above what the host can hold is left where it is', async () => {
    const slip = await put(SLIP);
    await runWith({ slip });
    world.artifacts.describe = async () => ({ ...slip, bytes: 32 * 1024 * 1024 + 1 });

    const { status, body } = await get(SLIP);

    expect([status, body]).toEqual([409, expect.objectContaining({ code: 'artifact_too_large' })]);
    expect(body).toMatchObject({ detail: expect.stringContaining('?link=true') });
  });

  it('that the store has lost is told so', async () => {
    await runWith({ slip: { name: SLIP, sha256: 'a'.repeat(64), bytes: 5, contentType: 'text/html' } });

    expect(await get(SLIP)).toMatchObject({ status: 404, body: { code: 'artifact_not_found' } });
  });
});

describe('a link to an artifact', () => {
  it('opens it for five minutes, and nobody is to keep the answer', async () => {
    await runWith({ slip: await put(SLIP) });
    world.clock.advance(999);

    const { status, headers, body } = await link(SLIP);

    const { url, expiresAt } = artifactLink.parse(body);
    expect([status, headers['cache-control'], expiresAt]).toEqual([200, 'no-store', '2026-01-01T00:05:00.000Z']);
    expect(Buffer.from(world.artifacts.follow(url) ?? []).toString()).toBe('Hello');
    world.clock.advance(300_000);
    expect(world.artifacts.follow(url)).toBeNull();
  });

  it('is had of one that is too large to be answered, and is told by nothing in the log', async () => {
    const slip = await put(SLIP);
    await runWith({ slip });
    world.artifacts.describe = async () => ({ ...slip, bytes: 32 * 1024 * 1024 + 1 });

    const refused = await get(SLIP);
    const { body } = await link(SLIP);

    expect(refused.status).toBe(409);
    expect(world.artifacts.follow(artifactLink.parse(body).url)).not.toBeNull();
    expect(JSON.stringify(world.lines)).not.toContain('memory:');
  });

  it.each(['run-2/secret.txt', 'run-1/input/0123.json', 'run-1/lost', ''])('is not had of %j', async (name) => {
    const others = [await put('run-2/secret.txt'), await put('run-1/input/0123.json')];
    await runWith({ others, lost: { name: 'run-1/lost', sha256: 'a'.repeat(64), bytes: 5, contentType: 'text/html' } });

    expect(await link(name)).toMatchObject({ status: 404, body: { code: 'artifact_not_found' } });
  });

  it('is asked for with true, and with nothing else', async () => {
    await runWith({ slip: await put(SLIP) });

    const answers = await Promise.all(
      ['link=false', 'link=1', 'link=', 'link=TRUE', 'link=true&link=true', 'links=true'].map((query) => link(SLIP, query)),
    );

    expect(answers.map(({ status, body }) => (isJsonObject(body) ? body['code'] : status))).toEqual([
      200,
      'query_value',
      'query_value',
      'query_value',
      'query_repeated',
      'query_unknown',
    ]);
    expect(answers[1]).toMatchObject({ body: { detail: "The query parameter 'link' must be one of true, false." } });
  });
});
