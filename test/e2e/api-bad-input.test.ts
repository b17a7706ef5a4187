import { type FileHandle, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HexdagClient } from '../../src/client/index.ts';
import { TestHttpServer } from '../adapters/http/http-server.ts';
import { AUDIENCE, KeyServer, OTHER_TENANT, unsigned } from '../helpers/key-server.ts';
import { Stack } from './stack.ts';
import { untilWaiting } from './until-waiting.ts';

const START = '/api/pipelines/gate/runs';
const FUNCTION_KEY = 'a-function-key-that-nobody-may-read';
const ALL = ['Runs.Read', 'Runs.Write', 'Operator'];
const ALGORITHM_REFUSED = { status: 401, code: 'alg_not_allowed', detail: expect.stringContaining('RS256 only') };

let directory: KeyServer;
let attacker: TestHttpServer;
let stack: Stack;
let folder: string;
let logFile: FileHandle;
let token: string;
/** All that was ever sent. */
const sent: string[] = [];

beforeAll(async () => {
  directory = await KeyServer.start();
  directory.isDown = true;
  attacker = await TestHttpServer.start((_, response) => response.end('{"keys":[]}'));
  folder = await mkdtemp(join(tmpdir(), 'hexdag-log-'));
  logFile = await open(join(folder, 'log.txt'), 'w');
  const settings = { OIDC_ISSUER: directory.issuer, OIDC_AUDIENCE: AUDIENCE, PIPELINES_DIRECTORY: 'test/e2e/api-access' };
  stack = await Stack.start({ ...settings, APP_LOG_LEVEL: 'debug' }, logFile.fd);
  token = await directory.token(ALL);
});

afterAll(async () => {
  await stack?.stop();
  await directory?.close();
  await attacker?.close();
  await logFile?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Asked {
  readonly method?: string;
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Told {
  readonly status: number;
  readonly code: unknown;
  readonly detail: string;
  readonly headers: Headers;
  readonly text: string;
}

async function ask(path: string, { method = 'GET', authorization, headers = {}, body }: Asked = {}): Promise<Told> {
  if (authorization !== undefined) sent.push(authorization);
  const response = await fetch(`${stack.ready.http}${path}`, {
    method,
    headers: {
      'x-functions-key': FUNCTION_KEY,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  const problem = response.status < 400 ? {} : JSON.parse(text);
  if (response.status >= 400) expect(response.headers.get('content-type')).toBe('application/problem+json');
  return { status: response.status, code: problem.code, detail: problem.detail ?? '', headers: response.headers, text };
}

/** Asks for a run under the row's id as its key, so that it can be told afterwards that none was started. */
function askForRun(row: string, text: string | undefined): Promise<Told> {
  const authorization = text === undefined ? undefined : `Bearer ${text}`;
  return ask(START, { method: 'POST', authorization, headers: { 'idempotency-key': row }, body: '{"orderId":"A1"}' });
}

function asOperator(path: string, asked: Asked = {}): Promise<Told> {
  return ask(path, { authorization: `Bearer ${token}`, ...asked });
}

function client(): HexdagClient {
  return new HexdagClient({ url: stack.ready.http, token });
}

function startGate(): Promise<{ readonly runId: string }> {
  return client().startRun('gate', { orderId: 'A1' });
}

/** Of runs that were asked for in vain. */
async function runsOfRows(): Promise<unknown[]> {
  const query = "SELECT c.eventKey FROM c WHERE c.type = 'run' AND STARTSWITH(c.eventKey, 'RQ')";
  return (await stack.runs.items.query(query).fetchAll()).resources;
}

describe('tokens', () => {
  it('RQ9: cannot be judged while the key server is away and no key is known: keys_unavailable, later', async () => {
    const told = await askForRun('RQ9', token);

    expect(told).toMatchObject({ status: 503, code: 'keys_unavailable', detail: expect.stringContaining('again in 1 s') });
    expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0);
    directory.isDown = false;
    // The client comes again when it is told to.
    expect(await client().listPage({ limit: 1 })).toMatchObject({ runs: [] });
  });

  it('RQ1: none is token_missing, with the challenge', async () => {
    const told = await askForRun('RQ1', undefined);

    expect(told).toMatchObject({ status: 401, code: 'token_missing', detail: expect.stringContaining('Authorization: Bearer') });
    expect(told.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('RQ2: alg none is alg_not_allowed', async () => {
    expect(await askForRun('RQ2', unsigned(token))).toMatchObject(ALGORITHM_REFUSED);
  });

  it('RQ3: HS256 with our public key is alg_not_allowed', async () => {
    const forged = await directory.tokenByPublicKey(ALL);

    expect(await askForRun('RQ3', forged)).toMatchObject(ALGORITHM_REFUSED);
  });

  it('RQ4: expired 61 s ago is token_expired, and less than a minute ago is still accepted', async () => {
    const now = Math.floor(Date.now() / 1_000);
    const [old, older] = [
      await directory.token(ALL, { claims: { exp: now - 30 } }),
      await directory.token(ALL, { claims: { exp: now - 61 } }),
    ];

    const accepted = await asOperator('/api/runs', { authorization: `Bearer ${old}` });
    const refused = await askForRun('RQ4', older);

    expect(accepted.status).toBe(200);
    expect(refused).toMatchObject({ status: 401, code: 'token_expired', detail: expect.stringContaining('get a new one') });
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });

  it.each([
    ['its tid', { tid: OTHER_TENANT }],
    ['its issuer', { iss: `https://login.microsoftonline.com/${OTHER_TENANT}/v2.0` }],
  ])('RQ5: of another tenant by %s, rightly signed, is issuer_mismatch', async (_, claims) => {
    const foreign = await directory.token(ALL, { claims });

    const told = await askForRun('RQ5', foreign);

    expect(told).toMatchObject({ status: 401, code: 'issuer_mismatch', detail: expect.stringContaining('issuer or tenant') });
  });

  it('RQ6: without the role is role_missing, which names it', async () => {
    const reader = await directory.token(['Runs.Read']);

    const told = await askForRun('RQ6', reader);

    expect(told).toMatchObject({ status: 403, code: 'role_missing' });
    expect(told.detail).toContain("'Runs.Write'");
  });

  it('RQ7: with a jku is key_not_found, and nothing is fetched', async () => {
    const before = { ...directory.fetches };
    const luring = await directory.token(ALL, { header: { jku: `${attacker.origin}/jwks.json`, kid: 'mine' } });

    const told = await askForRun('RQ7', luring);

    expect(told).toMatchObject({ status: 401, code: 'key_not_found', detail: expect.stringContaining("among the issuer's") });
    expect(attacker.requests).toEqual([]);
    expect(directory.fetches).toEqual(before);
  });

  it('RQ8: with a hundred unknown keys are key_not_found, with two fetches at most, at once and one after the other', async () => {
    const before = directory.fetches.keys;
    const unknown = await Promise.all(
      Array.from({ length: 100 }, (_, index) => directory.token(ALL, { header: { kid: `unknown-${index}` } })),
    );

    const told = await Promise.all(unknown.slice(0, 80).map((one) => askForRun('RQ8', one)));
    for (const one of unknown.slice(80)) told.push(await askForRun('RQ8', one));

    expect(new Set(told.map(({ status, code }) => `${status} ${code}`))).toEqual(new Set(['401 key_not_found']));
    expect(directory.fetches.keys - before).toBeLessThanOrEqual(2);
  });

  it('are judged by the keys at hand while the key server is away', async () => {
    directory.isDown = true;

    const told = await asOperator('/api/runs');
    directory.isDown = false;

    expect(told.status).toBe(200);
  });

  it('started nothing where they were refused', async () => {
    expect(await runsOfRows()).toEqual([]);
  });
});

describe('a webhook whose senders bring tokens', () => {
  const post = (key: string, text?: string) =>
    ask('/api/webhooks/partner', {
      method: 'POST',
      authorization: text === undefined ? undefined : `Bearer ${text}`,
      headers: { 'idempotency-key': key },
      body: '{"orderId":"A1"}',
    });

  it('starts a run for a token with its role, once however often it is sent', async () => {
    const sender = await directory.token(['Events.Send']);

    const [first, again] = [await post('partner-1', sender), await post('partner-1', sender)];

    const { runId } = JSON.parse(first.text);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(JSON.parse(again.text)).toEqual({ runId, duplicate: true });
  });

  it.each([
    ['no token', 401, 'token_missing', async () => undefined],
    ['a token that is not signed', 401, 'alg_not_allowed', async () => unsigned(await directory.token(['Events.Send']))],
    ['a token with every role but its own', 403, 'role_missing', () => directory.token(ALL)],
  ])('refuses %s', async (what, status, code, tokenOf) => {
    const told = await post(`RQ webhook ${what}`, await tokenOf());

    expect([told.status, told.code]).toEqual([status, code]);
    expect(await runsOfRows()).toEqual([]);
  });
});

describe('queries', () => {
  it('RQ10: the id of a run elsewhere is answered as one that never was', async () => {
    const [elsewhere, never] = [await asOperator('/api/runs/other-tenant-id'), await asOperator(`/api/runs/${'0'.repeat(40)}`)];

    expect(elsewhere).toMatchObject({ status: 404, code: 'run_not_found', detail: 'There is no run of this id.' });
    expect(elsewhere.text).toBe(never.text);
  });

  it.each([
    ['RQ11', 'limit=-1', 'query_value', 'from 1 to 100'],
    ['RQ11', 'limit=1e9', 'query_value', 'from 1 to 100'],
    ['RQ11', 'limit=abc', 'query_value', 'from 1 to 100'],
    ['RQ12', 'status=done', 'query_value', 'accepted, running, completed, failed, cancelled'],
    ['RQ13', 'cursor=garbage', 'cursor_invalid', 'the page before'],
    ['RQ14', 'from=2026-13-01', 'query_value', "'from'"],
    ['RQ14', 'from=2026-02-01&to=2026-01-01', 'query_value', "'from'"],
    ['RQ15', 'limit=10&limit=20', 'query_repeated', "'limit'"],
    ['RQ16', 'filter=c.id OR 1=1', 'query_unknown', '"filter" is not known. Known: status'],
  ])('%s: ?%s is %s', async (_, query, code, words) => {
    const told = await asOperator(`/api/runs?${encodeURI(query)}`);

    expect(told).toMatchObject({ status: 400, code });
    expect(told.detail).toContain(words);
  });

  it('RQ13: the cursor of another query is cursor_invalid', async () => {
    await Promise.all([startGate(), startGate()]);
    const page = z.object({ cursor: z.string() }).parse(JSON.parse((await asOperator('/api/runs?limit=1')).text));

    const [same, other] = [
      await asOperator(`/api/runs?limit=1&cursor=${page.cursor}`),
      await asOperator(`/api/runs?limit=1&trigger=orders&cursor=${page.cursor}`),
    ];

    expect([same.status, other.status, other.code]).toEqual([200, 400, 'cursor_invalid']);
  });

  it('find runs by trigger and by the time of their acceptance', async () => {
    const { runId } = await startGate();
    const { acceptedAt } = await client().getRun(runId);

    const found = await asOperator(`/api/runs?trigger=api:gate&from=${acceptedAt}&to=2999-01-01`);
    const before = await asOperator(`/api/runs?from=2000-01-01&to=${acceptedAt}&trigger=api:gate`);

    expect(found.text).toContain(runId);
    expect(before.text).not.toContain(runId);
  });

  it('RQ22: whatever Accept says, the answer is JSON', async () => {
    const headers = { accept: 'text/html' };

    const [found, missing] = [await asOperator('/api/runs', { headers }), await asOperator('/api/runs/nobody', { headers })];

    expect([found.status, found.headers.get('content-type')]).toEqual([200, 'application/json']);
    expect(missing).toMatchObject({ status: 404, code: 'run_not_found' });
  });
});

describe('calls of an operator', () => {
  function post(path: string, body?: string): Promise<Told> {
    return asOperator(path, { method: 'POST', ...(body === undefined ? {} : { body }) });
  }

  it('RQ17: an event for a run that has ended is run_not_waiting', async () => {
    const { runId } = await startGate();
    await client().cancel(runId);

    const told = await post(`/api/runs/${runId}/events/approve`, '{"by":"Ada"}');

    expect(told).toMatchObject({ status: 409, code: 'run_not_waiting', detail: expect.stringContaining('has ended') });
    expect((await client().getRun(runId)).status).toBe('cancelled');
  });

  it('RQ18: cancelling twice is cancelling once', async () => {
    const { runId } = await startGate();

    const told = [await post(`/api/runs/${runId}/cancel`, '{"reason":"Out of stock."}'), await post(`/api/runs/${runId}/cancel`)];

    expect(told.map(({ status }) => status)).toEqual([202, 202]);
    expect(await client().getRun(runId)).toMatchObject({ status: 'cancelled', error: { message: 'Out of stock.' } });
  });

  it('RQ19: retrying a run that is at work is run_not_failed', async () => {
    const { runId } = await startGate();

    const told = await post(`/api/runs/${runId}/retry`);

    expect(told).toMatchObject({
      status: 409,
      code: 'run_not_failed',
      detail: expect.stringContaining('only a failed or cancelled'),
    });
    expect(await client().getRun(runId)).not.toHaveProperty('retry');
  });

  it('RQ20: a member too many is told, and has no effect', async () => {
    const { runId } = await startGate();

    const control = await post(`/api/runs/${runId}/cancel`, '{"reason":"x","isAdmin":true}');
    const input = await asOperator(START, {
      method: 'POST',
      headers: { 'idempotency-key': 'RQ20' },
      body: '{"orderId":"A1","isAdmin":true}',
    });

    expect(control).toMatchObject({ status: 400, code: 'field_unknown', detail: expect.stringContaining('$.isAdmin') });
    expect(input).toMatchObject({ status: 422, code: 'schema_violation', detail: expect.stringContaining('$.isAdmin') });
    expect((await client().getRun(runId)).finishedAt).toBeUndefined();
    expect(await runsOfRows()).toEqual([]);
  });

  it('RQ21: an artifact of another run is artifact_not_found, however its name is written', async () => {
    const [owner, other] = [await startGate(), await startGate()];
    await untilWaiting(client(), owner.runId);
    await client().sendEvent(owner.runId, 'approve', 'x'.repeat(40_000));
    await client().waitForRun(owner.runId);
    const name = `${owner.runId}/output.json`;

    const own = await asOperator(`/api/runs/${owner.runId}/artifacts/${name}`);
    const told = await Promise.all(
      [name, `..%2F${name}`, encodeURIComponent(`../${name}`), '..%2Fother-run%2Fx', `${other.runId}%2F..%2F${name}`].map(
        (path) => asOperator(`/api/runs/${other.runId}/artifacts/${path}`),
      ),
    );

    const refusal = { status: 404, code: 'artifact_not_found', detail: "The run's records name no artifact of this name." };
    expect(told).toMatchObject(told.map(() => refusal));
    expect(JSON.parse(own.text)).toEqual({ decision: 'x'.repeat(40_000) });
    expect(own.headers.get('content-disposition')).toMatch(/^attachment/);
  });

  it('do a run again that was cancelled, as itself', async () => {
    const { runId } = await startGate();
    await client().cancel(runId);

    const told = await post(`/api/runs/${runId}/retry`, '{"reason":"By mistake."}');
    await untilWaiting(client(), runId);
    await client().sendEvent(runId, 'approve', 'yes');
    const run = await client().waitForRun(runId);

    expect([told.status, told.headers.get('location')]).toEqual([202, `/api/runs/${runId}`]);
    expect(run).toMatchObject({ status: 'completed', retry: 1, output: { decision: 'yes' } });
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/api/nothing', 404, 'route_unknown', null],
    ['GET', '/api', 404, 'route_unknown', null],
    ['DELETE', '/api/runs/x', 405, 'method_not_allowed', 'GET, HEAD'],
    ['PUT', '/api/runs', 405, 'method_not_allowed', 'GET, HEAD'],
    ['GET', '/api/runs/x/cancel', 405, 'method_not_allowed', 'POST'],
  ])('%s %s is %i %s', async (method, path, status, code, allow) => {
    const told = await asOperator(path, { method });

    expect(told).toMatchObject({ status, code });
    expect(told.headers.get('allow')).toBe(allow);
  });

  it('is a body in the answer to HEAD', async () => {
    const told = await asOperator('/api/runs', { method: 'HEAD' });

    expect([told.status, told.headers.get('content-type'), told.text]).toEqual([200, 'application/json', '']);
  });
});

describe('the app as a whole', () => {
  it('tells whether its dependencies answer, to anybody, and nothing else of them', async () => {
    const told = await ask('/api/health/ready');

    const names = ['cosmos', 'durable', 'service_bus', 'blob', 'token_keys'];
    expect(JSON.parse(told.text)).toMatchObject({
      status: 'ready',
      dependencies: names.map((name) => ({ name, status: 'ok', latencyMs: expect.any(Number) })),
    });
  });

  it('logs no token and no key, whatever it logs', async () => {
    const log = await readFile(join(folder, 'log.txt'), 'utf8');

    const parts = sent.flatMap((authorization) => authorization.replace('Bearer ', '').split('.').slice(1));
    expect(log).toContain('a request is refused');
    expect(log).toContain('"subject":"caller-1"');
    expect(parts.filter((part) => part !== '' && log.includes(part))).toEqual([]);
    expect(log).not.toContain(FUNCTION_KEY);
    expect(log.toLowerCase()).not.toContain('bearer ');
  });
});
