import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { httpClientAdapter } from '../../../src/adapters/http/http-client-adapter.ts';
import type { JsonObject } from '../../../src/json.ts';
import { type HttpClient, type HttpRequest, isHttpClient } from '../../../src/ports/http-client.ts';
import { HttpRequestError, HttpResponseError, HttpStatusError, HttpUnreachableError } from '../../../src/ports/http-errors.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { type Answer, json, TestHttpServer } from './http-server.ts';

let answer: Answer = (_, response) => json(response, {});
let server: TestHttpServer;
let other: TestHttpServer;

beforeAll(async () => {
  server = await TestHttpServer.start((request, response) => answer(request, response));
  other = await TestHttpServer.start((_, response) => json(response, { other: true }));
});

afterEach(() => {
  server.requests.length = 0;
  other.requests.length = 0;
});

afterAll(async () => {
  await Promise.all([server.close(), other.close()]);
});

const clock = new ManualClock(Date.UTC(2026, 0, 1, 12));

/** May call this machine. */
function clientWith(config: JsonObject = {}): HttpClient {
  const client = httpClientAdapter.create({ allow_private: true, ...config }, { port: 'api', clock, log: () => undefined });
  if (!isHttpClient(client)) throw new TypeError('The adapter makes HTTP clients.');
  return client;
}

function request(change: Partial<HttpRequest> = {}): HttpRequest {
  const signal = new AbortController().signal;
  return { method: 'GET', url: `${server.origin}/x`, headers: {}, query: {}, signal, ...change };
}

async function failureOf(sent: Promise<unknown>): Promise<Error> {
  const outcome = await sent.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(outcome instanceof Error)) throw new TypeError('The call was expected to fail.');
  return outcome;
}

describe('an answer', () => {
  it.each([
    ['application/json', '{"a":[1]}', { a: [1] }],
    ['application/problem+json; charset=utf-8', '{"a":1}', { a: 1 }],
    ['text/plain', '{"a":1}', '{"a":1}'],
    ['text/plain; charset=utf-8', 'Größe', 'Größe'],
    ['application/json', '', null],
  ])('of %s %j is read', async (type, text, expected) => {
    answer = (_, response) => response.writeHead(200, { 'content-type': type }).end(text);

    const { status, body } = await clientWith().send(request());

    expect([status, body]).toEqual([200, expected]);
  });

  it.each([
    ['is not the JSON that it says it is', '{"a":'],
    ['integer beyond 2^53', '{"a":12345678901234567890}'],
  ])('is refused if it %s', async (message, text) => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(text);

    const error = await failureOf(clientWith().send(request()));

    expect(error).toBeInstanceOf(HttpResponseError);
    expect(error.message).toContain(message);
  });

  it('keeps long fractions', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[0.12345678901234568000]');

    const { body } = await clientWith().send(request());

    expect(body).toEqual([0.12345678901234568]);
  });

  it('is refused if it is larger than allowed', async () => {
    answer = (_, response) => response.writeHead(200).end('x'.repeat(2_000));

    const error = await failureOf(clientWith({ max_response_bytes: 1_000 }).send(request()));

    expect(error).toBeInstanceOf(HttpResponseError);
    expect(error.message).toContain('larger than 1000 bytes');
  });
});

describe('a status that is no success', () => {
  it.each([
    [400, false],
    [401, false],
    [404, false],
    [408, true],
    [409, false],
    [429, true],
    [500, true],
    [503, true],
  ])('of %i: retryable %s', async (status, retryable) => {
    answer = (_, response) => json(response, { fault: 'it did not work' }, status);

    const error = await failureOf(clientWith().send(request()));

    expect(error).toMatchObject({ code: 'http_status', status, retryable });
    expect(error.message).toBe(`GET /x of ${server.origin} answered ${status}: {"fault":"it did not work"}`);
  });

  it.each([
    ['7', 7_000],
    ['Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
    ['Thu, 01 Jan 2026 11:00:00 GMT', 0],
    ['soon', undefined],
  ])('with Retry-After %j asks to wait', async (header, expected) => {
    answer = (_, response) => json(response, {}, 503, { 'retry-after': header });

    const error = await failureOf(clientWith().send(request()));

    expect(error instanceof HttpStatusError ? error.retryAfterMs : 'no status').toBe(expected);
  });

  it('is an answer if the port does not raise it', async () => {
    answer = (_, response) => json(response, { fault: 1 }, 404);

    const answered = await clientWith({ raise_for_status: false }).send(request());

    expect(answered).toEqual({ status: 404, body: { fault: 1 } });
  });

  it('never repeats what was sent in headers or the query', async () => {
    answer = ({ url, headers }, response) => json(response, { url: url.slice(0, 2), headers }, 400);
    const config = { basic_auth_username: 'ada', basic_auth_password: 'hunter-"2"', headers: { 'x-api-key': 'key-4711' } };
    const sent = request({ headers: { 'x-own': 'own-value' }, query: { token: 'query-secret' } });

    const error = await failureOf(clientWith(config).send(sent));

    const encoded = Buffer.from('ada:hunter-"2"').toString('base64');
    for (const secret of ['key-4711', 'own-value', 'query-secret', encoded, 'hunter'])
      expect(error.message).not.toContain(secret);
    expect(error.message).toContain('answered 400');
  });
});

describe('a request', () => {
  it('carries method, query, headers and a JSON body', async () => {
    answer = (_, response) => json(response, {});

    const query = { a: 1, list: ['x', true], none: null, map: { k: 'v w' } };
    await clientWith().send(request({ method: 'POST', headers: { 'X-Own': 'v' }, query, body: { k: [1, null] } }));

    const [seen] = server.requests;
    expect(seen?.method).toBe('POST');
    expect(seen?.url).toBe('/x?a=1&list=x&list=true&map=%7B%22k%22%3A%22v+w%22%7D');
    expect(seen?.headers).toMatchObject({ 'x-own': 'v', 'content-type': 'application/json' });
    expect(seen?.body).toBe('{"k":[1,null]}');
  });

  it.each([
    ['/orders/7', '/base/orders/7'],
    ['orders', '/base/orders'],
    ['//evil.example/x', '/base/evil.example/x'],
    ['@evil.example', '/base/@evil.example'],
  ])('to %j stays under the base', async (url, path) => {
    answer = (_, response) => json(response, {});

    await clientWith({ base_url: `${server.origin}/base/` }).send(request({ url }));

    expect(server.requests.map((seen) => seen.url)).toEqual([path]);
  });

  it.each([
    [{ bearer_token: 'abc' }, 'Bearer abc'],
    [{ basic_auth_username: 'ada', basic_auth_password: 'pw' }, `Basic ${Buffer.from('ada:pw').toString('base64')}`],
  ])('is authorized by %j', async (config: JsonObject, expected) => {
    answer = (_, response) => json(response, {});

    await clientWith(config).send(request());

    expect(server.requests[0]?.headers.authorization).toBe(expected);
  });

  it('carries no credentials of the port to another origin than its base', async () => {
    const client = clientWith({ base_url: server.origin, bearer_token: 'abc', headers: { 'x-api-key': 'k' } });

    await client.send(request({ url: `${other.origin}/x` }));

    const [seen] = other.requests;
    expect(seen?.headers.authorization).toBeUndefined();
    expect(seen?.headers['x-api-key']).toBeUndefined();
  });

  it.each(['../admin', '/x/../../admin', '%2e%2e/admin', '../basement'])(
    'to %j, which leads out of the base, is refused',
    async (url) => {
      const error = await failureOf(clientWith({ base_url: `${server.origin}/base` }).send(request({ url })));

      expect(error).toBeInstanceOf(HttpRequestError);
      expect(server.requests).toEqual([]);
    },
  );

  it.each(['no-scheme', 'ftp://example.com/', 'file:///etc/passwd', 'http://user:password@127.0.0.1/'])(
    'to %j is refused',
    async (url) => {
      const error = await failureOf(clientWith().send(request({ url })));

      expect(error).toBeInstanceOf(HttpRequestError);
      expect(error.message).not.toContain('password@');
    },
  );

  it('with a header that cannot be sent is refused, without its value', async () => {
    const error = await failureOf(clientWith({ headers: { 'x-key': 'secret\nvalue' } }).send(request()));

    expect(error).toBeInstanceOf(HttpRequestError);
    expect(error.message).toContain("'x-key'");
    expect(error.message).not.toContain('secret');
  });

  it('that fails does not tell the path of its base', async () => {
    answer = (_, response) => json(response, {}, 500);

    const error = await failureOf(
      clientWith({ base_url: `${server.origin}/hook/very-secret` }).send(request({ url: 'orders/7' })),
    );

    expect(error.message).toBe(`GET /orders/7 of ${server.origin} answered 500: {}`);
  });

  it('that nobody answers in time may be tried again', async () => {
    answer = () => undefined;

    const error = await failureOf(clientWith({ timeout: 0.05 }).send(request({ query: { key: 'secret' } })));

    expect(error).toBeInstanceOf(HttpUnreachableError);
    expect(error.message).toBe(`GET /x of ${server.origin} was not answered within 0.05 s.`);
  });

  it('to a system that is down may be tried again', async () => {
    const down = await TestHttpServer.start(() => undefined);
    await down.close();

    const error = await failureOf(clientWith().send(request({ url: `${down.origin}/x?key=secret` })));

    expect(error).toMatchObject({ code: 'http_unreachable', retryable: true });
    expect(error.message).toContain('(ECONNREFUSED)');
    expect(error.message).not.toContain('secret');
  });

  it('ends with its caller', async () => {
    const caller = new AbortController();
    const reason = new Error('the node is out of time');
    answer = () => caller.abort(reason);

    const error = await failureOf(clientWith().send(request({ signal: caller.signal })));

    expect(error).toBe(reason);
  });
});

describe('a redirect', () => {
  function redirectTo(location: () => string, status: number): Answer {
    return ({ url }, response) => {
      if (url === '/x') response.writeHead(status, { location: location() }).end();
      else json(response, { arrived: url });
    };
  }

  it('within the origin keeps method, body and headers', async () => {
    answer = redirectTo(() => '/y', 307);

    const { body } = await clientWith({ bearer_token: 'abc' }).send(request({ method: 'PUT', body: { a: 1 } }));

    expect(body).toEqual({ arrived: '/y' });
    expect(server.requests[1]).toMatchObject({ method: 'PUT', body: '{"a":1}', headers: { authorization: 'Bearer abc' } });
  });

  it('to another origin carries no credentials', async () => {
    answer = redirectTo(() => `${other.origin}/y`, 307);
    const headers = { 'x-api-key': 'k', cookie: 'c=1', accept: 'application/json', 'idempotency-key': 'i' };

    const { body } = await clientWith({ bearer_token: 'abc' }).send(request({ method: 'POST', headers, body: 1 }));

    expect(body).toEqual({ other: true });
    expect(other.requests[0]?.headers).toMatchObject({ accept: 'application/json', 'idempotency-key': 'i' });
    for (const name of ['authorization', 'x-api-key', 'cookie']) expect(other.requests[0]?.headers).not.toHaveProperty(name);
  });

  it.each([301, 302, 303])('of %i makes a POST a GET without a body', async (status) => {
    answer = redirectTo(() => '/y', status);

    await clientWith().send(request({ method: 'POST', body: { a: 1 } }));

    expect(server.requests[1]).toMatchObject({ method: 'GET', body: '' });
  });

  it('is the answer if the port does not follow', async () => {
    answer = redirectTo(() => '/y', 302);

    const { status } = await clientWith({ follow_redirects: false, raise_for_status: false }).send(request());

    expect([status, server.requests.length]).toEqual([302, 1]);
  });

  it.each(['/x', 'file:///etc/passwd', 'http://user:password@127.0.0.1/'])('to %j comes to an end', async (location) => {
    answer = redirectTo(() => location, 302);

    const error = await failureOf(clientWith().send(request()));

    expect(error).toMatchObject({ code: 'redirect_refused', retryable: false });
    expect(server.requests.length).toBeLessThanOrEqual(11);
  });
});

describe('the configuration', () => {
  it.each([{ base_url: 'ftp://x' }, { base_url: 'https://x/?key=secret' }, { timeout: -1 }, { timeout: 'soon' }, { unknown: 1 }])(
    '%j is refused',
    (config) => {
      expect(() => clientWith(config)).toThrow(expect.objectContaining({ code: 'adapter_config_invalid' }));
    },
  );
});
