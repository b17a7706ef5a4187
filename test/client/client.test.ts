import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type ClientOptions, HexdagClient, HexdagClientError } from '../../src/client/index.ts';
import { type Answer, TestHttpServer } from '../adapters/http/http-server.ts';
import { ScriptedTiming } from './scripted-timing.ts';

const STARTED = { runId: 'run-1', duplicate: false };
const OPEN = { runId: 'run-1', status: 'running', acceptedAt: '2026-01-01T00:00:00.000Z', nodes: [] };
const ENDED = { ...OPEN, status: 'failed', finishedAt: '2026-01-01T00:01:00.000Z' };
const AWAY = { type: 'about:blank', title: 'Service Unavailable', status: 503, code: 'dependency_unavailable', detail: 'Later.' };

/** Given in this order, the last one again and again. */
let script: Answer[] = [];
let server: TestHttpServer;
let timing: ScriptedTiming;

beforeAll(async () => {
  server = await TestHttpServer.start((request, response) => {
    const next = script.length > 1 ? script.shift() : script[0];
    return next?.(request, response);
  });
});

afterEach(() => {
  server.requests.length = 0;
});

afterAll(() => server.close());

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Ends the connection without an answer. */
const hangUp = (_: unknown, response: ServerResponse) => response.destroy();

function createClient(answers: Answer[], options: Partial<ClientOptions> = {}): HexdagClient {
  script = answers;
  timing = new ScriptedTiming(0.5);
  return new HexdagClient({ url: server.origin, timing, ...options });
}

async function failureOf(call: Promise<unknown>): Promise<HexdagClientError> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof HexdagClientError)) throw new TypeError(`The call gave ${JSON.stringify(outcome)}.`);
  return outcome;
}

describe('starting a run', () => {
  it('sends the input and the key, and tells which run it is', async () => {
    const client = createClient([json(202, STARTED)]);
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    const started = await client.startRun('order processing', { orderId: 'A1' }, { idempotencyKey: 'A1', traceparent });

    expect(started).toEqual({ ...STARTED, idempotencyKey: 'A1' });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        url: '/api/pipelines/order%20processing/runs',
        headers: { 'idempotency-key': 'A1', 'content-type': 'application/json', traceparent },
        body: '{"orderId":"A1"}',
      },
    ]);
  });

  it('makes one key for the call and keeps it over the repetitions', async () => {
    const client = createClient([json(503, AWAY), hangUp, json(202, { ...STARTED, duplicate: true })]);

    const started = await client.startRun('order', {});
    const other = await client.startRun('order', {});

    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([started.idempotencyKey, started.idempotencyKey, started.idempotencyKey, other.idempotencyKey]);
    expect(other.idempotencyKey).not.toBe(started.idempotencyKey);
    expect(started.duplicate).toBe(true);
  });

  it.each([
    ['an empty key', '', 'idempotency_key_invalid'],
    ['a key beyond ASCII', 'grün', 'idempotency_key_invalid'],
    ['a key with a line break', 'a\nb', 'idempotency_key_invalid'],
    ['a key with a space at its end', 'a ', 'idempotency_key_invalid'],
  ])('refuses %s before anything is sent', async (_, idempotencyKey, code) => {
    const client = createClient([json(202, STARTED)]);

    const failure = await failureOf(client.startRun('order', {}, { idempotencyKey }));

    expect(failure).toMatchObject({ code, retryable: false, status: undefined });
    expect(server.requests).toEqual([]);
  });

  it.each([undefined, () => 1])('refuses %s as an input, which JSON does not have', async (input) => {
    const client = createClient([json(202, STARTED)]);

    const failure = await failureOf(client.startRun('order', input));

    expect(failure.code).toBe('input_not_json');
  });
});

describe('what is part of an address', () => {
  it.each(['../x', 'a/b', '', '.', 'x'.repeat(101), 'ü'])('is no run id if it is %j', async (id) => {
    const client = createClient([json(200, ENDED)]);

    const failures = await Promise.all([
      failureOf(client.getRun(id)),
      failureOf(client.waitForRun(id)),
      failureOf(client.cancel(id)),
      failureOf(client.sendEvent(id, 'go')),
    ]);

    expect(failures.map(({ code }) => code)).toEqual(Array(4).fill('run_id_invalid'));
    expect(server.requests).toEqual([]);
  });

  it.each(['', '.', '..', '\ud800'])('is no event key or pipeline if it is %j', async (text) => {
    const client = createClient([json(202, STARTED)]);

    const failures = await Promise.all([failureOf(client.sendEvent('run-1', text)), failureOf(client.startRun(text, {}))]);

    expect(failures.map(({ code }) => code)).toEqual(['event_key_invalid', 'pipeline_unknown']);
    expect(server.requests).toEqual([]);
  });

  it('is encoded', async () => {
    const client = createClient([json(202, { node: 'gate', duplicate: false })]);

    await client.sendEvent('run-1', '../approve:A/1?x#ü', { approved: true });

    expect(server.requests[0]?.url).toBe('/api/runs/run-1/events/..%2Fapprove%3AA%2F1%3Fx%23%C3%BC');
  });

  it('may begin below the origin', async () => {
    const client = createClient([json(200, ENDED)], { url: `${server.origin}/orders` });

    await client.getRun('run-1');

    expect(server.requests[0]?.url).toBe('/orders/api/runs/run-1');
  });

  it.each([
    ...['', 'orders.example', 'ftp://orders.example', 'http://orders.example/?a=1', '/api'],
    'http://user:secret@orders.example',
  ])('is no app if it is %j', (url) => {
    expect(() => new HexdagClient({ url })).toThrow(expect.objectContaining({ code: 'url_invalid' }));
  });
});

describe('who calls', () => {
  it('is told by a function key or a token', async () => {
    const client = createClient([json(200, ENDED)], { key: 'k', token: 't' });

    await client.getRun('run-1');

    expect(server.requests[0]?.headers).toMatchObject({ 'x-functions-key': 'k', authorization: 'Bearer t' });
  });

  it('is asked for before each attempt, since a token may have expired', async () => {
    const tokens = ['first', 'second'];
    const client = createClient([json(503, AWAY), json(200, ENDED)], { token: async () => tokens.shift() ?? '' });

    await client.getRun('run-1');

    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
  });

  it('is not known if no token can be had', async () => {
    const cause = new Error('no identity');
    const client = createClient([json(200, ENDED)], { token: () => Promise.reject(cause) });

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'token_unavailable', cause });
    expect(server.requests).toEqual([]);
  });

  it.each([{ key: 'se\ncret' }, { token: 'se\u0000cret' }, { token: 'se\u2028cret' }])(
    'is not told by what no header can carry, and the error holds nothing of it (%j)',
    async (options) => {
      const client = createClient([json(200, ENDED)], options);

      const failure = await failureOf(client.getRun('run-1'));

      expect(failure.code).toBe('header_value_invalid');
      expect(inspect(failure, { depth: 5 })).not.toContain('cret');
      expect(server.requests).toEqual([]);
    },
  );

  it('is told to the app alone, wherever it sends to', async () => {
    const elsewhere = (_: unknown, response: ServerResponse) =>
      response.writeHead(307, { location: `${server.origin}/elsewhere` }).end();
    const client = createClient([elsewhere, json(200, ENDED)], { key: 'k' });

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'app_refused', status: 307 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a refusal', () => {
  it('is told with its code, status and problem document', async () => {
    const faults = [{ path: '$.total', rule: 'minimum', message: 'must be >= 0' }];
    const problem = { ...AWAY, status: 422, code: 'schema_violation', detail: 'It does not fit.', faults };
    const client = createClient([json(422, problem)]);

    const failure = await failureOf(client.startRun('order', {}));

    expect(failure).toMatchObject({
      name: 'HexdagClientError',
      code: 'schema_violation',
      message: 'It does not fit.',
      status: 422,
      retryable: false,
      problem: { faults },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('is repeated as late as the app asks, and given up when it asks for too long', async () => {
    const client = createClient([
      json(429, { ...AWAY, status: 429, code: 'rate_limited' }, { 'retry-after': '2' }),
      json(503, AWAY, { 'retry-after': 'Thu, 01 Jan 2026 00:00:12 GMT' }),
      json(503, AWAY, { 'retry-after': '100' }),
    ]);

    const failure = await failureOf(client.getRun('run-1'));

    expect(timing.slept).toEqual([2_250, 10_969]);
    expect(failure).toMatchObject({ code: 'dependency_unavailable', status: 503, retryable: true, retryAfterMs: 100_000 });
  });

  it('is given up after five attempts', async () => {
    const client = createClient([json(503, AWAY)]);

    const failure = await failureOf(client.getRun('run-1'));

    expect(server.requests).toHaveLength(5);
    expect(timing.slept).toEqual([100, 200, 400, 800]);
    expect(failure.retryable).toBe(true);
  });

  it.each([
    ['<html>Bad gateway</html>', 'app_refused'],
    ['{"error":"no"}', 'app_refused'],
    ['', 'app_refused'],
  ])('that is %j has the code %s', async (text, code) => {
    const client = createClient([(_, response) => response.writeHead(403).end(text)]);

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code, message: 'The app, or what stands before it, answered 403.', problem: undefined });
  });

  it('without content, as the host gives it to a wrong key, says what it may be', async () => {
    const client = createClient([(_, response) => response.writeHead(401).end()]);

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'app_refused', status: 401, message: expect.stringContaining('function key') });
  });

  it('is an answer that is no JSON', async () => {
    const client = createClient([(_, response) => response.writeHead(200).end('<html>Sign in</html>')]);

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'answer_unreadable', status: 200, retryable: false });
  });
});

describe('an app that does not answer', () => {
  it('is asked again', async () => {
    const breakOff: Answer = (_, response) => response.writeHead(200).write('{"run', () => response.destroy());
    const client = createClient([hangUp, breakOff, json(200, ENDED)]);

    const run = await client.getRun('run-1');

    expect(run).toEqual(ENDED);
    expect(server.requests).toHaveLength(3);
  });

  it('is told, with the cause', async () => {
    const client = createClient([hangUp], { maxAttempts: 2 });

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'app_unreachable', retryable: true, status: undefined, cause: expect.any(Error) });
    expect(failure.message).toBe(`The connection to ${server.origin} ended before the answer did.`);
  });

  it('is told apart from one that is not there', async () => {
    const gone = await TestHttpServer.start(() => undefined);
    await gone.close();
    const client = createClient([], { url: gone.origin, maxAttempts: 2 });

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure.message).toMatch(/^Nothing answers at /);
    expect(timing.slept).toHaveLength(1);
  });

  it('is waited for only so long', async () => {
    const client = createClient([() => undefined], { timeoutMs: 20, maxAttempts: 1 });

    const failure = await failureOf(client.getRun('run-1'));

    expect(failure).toMatchObject({ code: 'app_unreachable', message: `No answer from ${server.origin} within 20 ms.` });
  });
});

describe('a signal', () => {
  it('ends a call that is under way, with its own reason', async () => {
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const client = createClient([() => controller.abort(reason)]);

    const call = client.getRun('run-1', { signal: controller.signal });

    await expect(call).rejects.toBe(reason);
    expect(server.requests).toHaveLength(1);
  });

  it('ends the wait for the next attempt', async () => {
    const controller = new AbortController();
    const reason = new Error('shutting down');
    const away: Answer = (request, response) => {
      response.on('finish', () => controller.abort(reason));
      return json(503, AWAY, { 'retry-after': '30' })(request, response);
    };
    script = [away];
    const client = new HexdagClient({ url: server.origin });

    const call = client.getRun('run-1', { signal: controller.signal });

    await expect(call).rejects.toBe(reason);
  });
});

describe('the runs of an app', () => {
  it('are asked for page by page, as they are needed', async () => {
    const [first, second, third] = ['run-1', 'run-2', 'run-3'].map((runId) => ({ ...OPEN, runId }));
    const client = createClient([json(200, { runs: [first, second], cursor: 'n+1' }), json(200, { runs: [third] })]);
    const runs = client.listRuns({ status: 'failed', pipeline: 'a&b', limit: 2 });

    const one = await runs.next();
    const requestsForOne = server.requests.length;
    const rest = [];
    for await (const run of runs) rest.push(run);

    expect([one.value, requestsForOne]).toEqual([first, 1]);
    expect(rest).toEqual([second, third]);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/runs?limit=2&status=failed&pipeline=a%26b',
      '/api/runs?limit=2&status=failed&pipeline=a%26b&cursor=n%2B1',
    ]);
  });
});

describe('waiting for a run', () => {
  it('looks as often as the app asks, less often the longer it takes, and tells how the run ended', async () => {
    const open = json(200, OPEN, { 'retry-after': '1' });
    const later = json(200, OPEN, { 'retry-after': '60' });
    const client = createClient([open, later, open, json(200, OPEN), json(200, ENDED)]);

    const run = await client.waitForRun('run-1');

    expect(run).toEqual(ENDED);
    expect(timing.slept).toEqual([1_000, 60_000, 6_100, 6_710]);
  });

  it('goes on while the app is away for a moment', async () => {
    const client = createClient([json(200, OPEN), json(503, AWAY), hangUp, json(200, ENDED)]);

    const run = await client.waitForRun('run-1');

    expect(run.status).toBe('failed');
  });

  it('ends when the time is up, and the run does not', async () => {
    const client = createClient([json(200, OPEN, { 'retry-after': '1' })]);

    const failure = await failureOf(client.waitForRun('run-1', { timeoutMs: 3_500 }));

    expect(failure).toMatchObject({ code: 'run_wait_timeout', retryable: true });
    expect(failure.message).toContain("'running'");
    expect(timing.slept).toEqual([1_000, 1_000, 1_000]);
  });

  it('ends when the time is up, though the app is away', async () => {
    const client = createClient([json(200, OPEN), json(503, AWAY, { 'retry-after': '4' })]);

    const failure = await failureOf(client.waitForRun('run-1', { timeoutMs: 5_000 }));

    expect(failure.code).toBe('dependency_unavailable');
    expect(timing.slept).toEqual([1_000]);
  });
});

describe('retrying a run', () => {
  it('says how and why', async () => {
    const client = createClient([json(202, { runId: 'run-1', retry: 2, duplicate: false })]);

    const answer = await client.retry('run-1', { plan: 'current', reason: 'Mended.' });

    expect(answer.retry).toBe(2);
    expect(server.requests).toMatchObject([{ url: '/api/runs/run-1/retry', body: '{"reason":"Mended.","plan":"current"}' }]);
  });

  it('is repeated until the end that it begins after is published', async () => {
    const early = json(503, AWAY, { 'retry-after': '2' });
    const client = createClient([early, json(202, { runId: 'run-1', retry: 1, duplicate: false })]);

    await client.retry('run-1');

    expect(timing.slept).toEqual([2_250]);
  });
});

describe('the files of a run', () => {
  it('are listed, and come as they are', async () => {
    const file = { name: 'run-1/pack/Größe 1.txt', sha256: 'c'.repeat(64), bytes: 3, contentType: 'text/plain' };
    const bytes = Buffer.from([0x61, 0x00, 0xff]);
    const content: Answer = (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(bytes);
    const client = createClient([json(200, { artifacts: [file] }), content]);

    const [artifact] = await client.listArtifacts('run-1');
    const got = await client.getArtifact('run-1', artifact?.name ?? '');

    expect(artifact).toEqual(file);
    expect([got.contentType, Buffer.concat(await collect(got.content))]).toEqual(['text/plain', bytes]);
    expect(server.requests[1]).toMatchObject({
      url: '/api/runs/run-1/artifacts/run-1/pack/Gr%C3%B6%C3%9Fe%201.txt',
      headers: { accept: '*/*' },
    });
  });

  it('may take longer to come than an attempt may', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    let end = () => {};
    const slow: Answer = (_, response) => {
      response.writeHead(200).write('a');
      end = () => response.end('b');
    };
    const client = createClient([slow], { timeoutMs: 1_000 });

    const { content } = await client.getArtifact('run-1', 'run-1/x');
    vi.advanceTimersByTime(2_000);
    end();

    expect(Buffer.concat(await collect(content)).toString()).toBe('ab');
  });

  it('may be empty', async () => {
    const client = createClient([(_, response) => response.writeHead(200).end()]);

    const { content, contentType } = await client.getArtifact('run-1', 'run-1/x');

    expect([await collect(content), contentType]).toEqual([[], 'application/octet-stream']);
  });

  it.each(['', '..', 'run-1/../x', 'run-1//x'])('are not asked for by %j, which is no name', async (name) => {
    const client = createClient([json(200, {})]);

    const failure = await failureOf(client.getArtifact('run-1', name));

    expect(failure.code).toBe('artifact_not_found');
    expect(server.requests).toEqual([]);
  });
});

describe('a file that is too large for an answer', () => {
  const tooLarge = json(
    409,
    { type: 'about:blank', title: 'Conflict', status: 409, code: 'artifact_too_large', detail: 'Ask for a link.' },
    { 'content-type': 'application/problem+json' },
  );
  const linkTo = (url: string) => json(200, { url, expiresAt: '2026-01-01T00:05:00.000Z' }, { 'cache-control': 'no-store' });
  const whole: Answer = (_, response) => response.writeHead(200, { 'content-type': 'text/csv' }).end('all of it');

  it('comes by its link, which is told neither key nor token, and is repeated like any call', async () => {
    const away: Answer = (_, response) => response.writeHead(503).end('<Error/>');
    const client = createClient([tooLarge, linkTo(`${server.origin}/account/big?sig=s3cret`), away, whole], {
      key: 'the key',
      token: 'the token',
    });

    const { content, contentType } = await client.getArtifact('run-1', 'run-1/big');

    expect([contentType, Buffer.concat(await collect(content)).toString()]).toEqual(['text/csv', 'all of it']);
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/runs/run-1/artifacts/run-1/big',
      '/api/runs/run-1/artifacts/run-1/big?link=true',
      '/account/big?sig=s3cret',
      '/account/big?sig=s3cret',
    ]);
    const told = server.requests.map(({ headers }) => [headers['x-functions-key'], headers.authorization]);
    expect(told).toEqual([...Array(2).fill(['the key', 'Bearer the token']), ...Array(2).fill([undefined, undefined])]);
  });

  it('is told to be out of reach without its link', async () => {
    const forbidden: Answer = (_, response) => response.writeHead(403).end('<Error>s3cret</Error>');
    const link = linkTo(`${server.origin}/account/big?sig=s3cret`);

    const refused = await failureOf(createClient([tooLarge, link, forbidden]).getArtifact('run-1', 'x'));
    const silent = await failureOf(createClient([tooLarge, link, hangUp]).getArtifact('run-1', 'x'));
    const odd = await failureOf(createClient([tooLarge, linkTo('s3cret')]).getArtifact('run-1', 'x'));

    expect([refused, silent, odd]).toMatchObject([
      { code: 'link_unusable', status: 403, retryable: false },
      { code: 'link_unusable', retryable: true },
      { code: 'answer_unreadable', retryable: false },
    ]);
    expect(inspect([refused, silent, odd], { depth: 5 })).not.toContain('s3cret');
  });

  it('may be opened by others, by a link that they are given', async () => {
    const client = createClient([linkTo('https://account.example/big?sig=s')]);

    const link = await client.linkArtifact('run-1', 'run-1/big');

    expect(link).toEqual({ url: 'https://account.example/big?sig=s', expiresAt: '2026-01-01T00:05:00.000Z' });
  });
});

describe('the readiness of the app', () => {
  const readiness = { status: 'unready', checkedAt: '2026-01-01T00:00:00.000Z', dependencies: [] };

  it('is told once, also if it is not ready', async () => {
    const client = createClient([json(503, readiness, { 'retry-after': '5' })]);

    const answer = await client.ready();

    expect(answer).toEqual(readiness);
    expect(server.requests).toHaveLength(1);
  });

  it('is not known if its settings are wrong', async () => {
    const idle = json(503, { ...AWAY, code: 'config_invalid' }, { 'content-type': 'application/problem+json' });
    const client = createClient([idle], { maxAttempts: 1 });

    const failure = await failureOf(client.ready());

    expect(failure.code).toBe('config_invalid');
  });
});

async function collect(content: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks = [];
  for await (const chunk of content) chunks.push(chunk);
  return chunks;
}
