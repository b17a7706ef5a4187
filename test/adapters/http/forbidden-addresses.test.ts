import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AddressLookup, lookUpAddresses } from '../../../src/adapters/http/address-rules.ts';
import { FetchHttpClient } from '../../../src/adapters/http/fetch-http-client.ts';
import { httpClientAdapter } from '../../../src/adapters/http/http-client-adapter.ts';
import type { JsonObject } from '../../../src/json.ts';
import { type HttpClient, isHttpClient } from '../../../src/ports/http-client.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { json, TestHttpServer } from './http-server.ts';

let location = '';
let server: TestHttpServer;

beforeAll(async () => {
  server = await TestHttpServer.start(({ url }, response) => {
    if (url === '/away') response.writeHead(302, { location }).end();
    else json(response, { arrived: url });
  });
});

afterEach(() => {
  server.requests.length = 0;
});

afterAll(() => server.close());

const clock = new ManualClock();

function clientWith(config: JsonObject = {}): HttpClient {
  const client = httpClientAdapter.create(config, { port: 'api', clock, log: () => undefined });
  if (!isHttpClient(client)) throw new TypeError('The adapter makes HTTP clients.');
  return client;
}

function resolving(lookup: AddressLookup, config: { baseUrl?: string; allowPrivate?: boolean } = {}): HttpClient {
  const limits = { timeoutMs: 5_000, maxRedirects: 10, maxResponseBytes: 1_000 };
  const rules = { headers: {}, followRedirects: true, raiseForStatus: true, allowPrivate: false };
  return new FetchHttpClient({ ...limits, ...rules, ...config }, clock, lookup);
}

function get(client: HttpClient, url: string) {
  return client.send({ method: 'GET', url, headers: {}, query: {}, signal: new AbortController().signal });
}

const FORBIDDEN = [
  'http://169.254.169.254/latest/meta-data',
  'http://169.254.0.1/',
  'http://168.63.129.16/',
  'http://2852039166/',
  'http://0xa9fea9fe/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518./',
  'http://①⑥⑨.②⑤④.①⑥⑨.②⑤④/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[::ffff:169.254.169.254]/',
  'http://[0:0:0:0:0:ffff:a83f:8110]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[fe80::1]/',
  'http://[FEBF:0::1]/',
];

const PRIVATE = [
  'http://2130706433/',
  'http://0x7f000001/',
  'http://①②⑦.⓪.⓪.①/',
  'http://127.1/',
  'http://localhost/',
  'http://api.localhost./',
  'http://0.0.0.0/',
  'http://10.0.0.1/',
  'http://172.16.0.1/',
  'http://172.31.255.255/',
  'http://192.168.1.1/',
  'http://100.64.0.1/',
  'http://[::1]/',
  'http://[::]/',
  'http://[::ffff:7f00:1]/',
  'http://[fd00::1]/',
];

describe('an address that belongs to the platform', () => {
  it.each(FORBIDDEN)('EX14 %s is not called, whatever the port allows', async (url) => {
    const sent = get(clientWith({ allow_private: true }), url);

    await expect(sent).rejects.toMatchObject({ code: 'url_not_allowed', retryable: false });
  });

  it('is not called as the base of a port either', async () => {
    const sent = get(clientWith({ base_url: 'http://169.254.169.254' }), '/metadata');

    await expect(sent).rejects.toMatchObject({ code: 'url_not_allowed' });
  });

  it.each(['http://169.254.169.254/', 'http://[::ffff:a9fe:a9fe]/', 'http://168.63.129.16/'])(
    'EX15 %s is not called because a redirect says so',
    async (target) => {
      location = target;

      const sent = get(clientWith({ base_url: server.origin, allow_private: true }), '/away');

      await expect(sent).rejects.toMatchObject({ code: 'redirect_refused', retryable: false });
    },
  );

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1%eth0'])(
    'is not called by a name that resolves to it as well: %s',
    async (address) => {
      const client = resolving(async () => ['203.0.113.7', address], { allowPrivate: true });

      const sent = get(client, 'http://metadata.example/');

      await expect(sent).rejects.toMatchObject({ code: 'url_not_allowed' });
    },
  );
});

describe('an address of this machine or its network', () => {
  it.each(PRIVATE)('EX14 %s is not called if nothing allows it', async (url) => {
    const sent = get(clientWith({ base_url: 'https://api.example' }), url);

    await expect(sent).rejects.toMatchObject({ code: 'url_not_allowed', retryable: false });
  });

  it('is not called by a name that resolves to it', async () => {
    const sent = get(
      resolving(async () => ['127.0.0.1']),
      `http://orders.example:${new URL(server.origin).port}/x`,
    );

    await expect(sent).rejects.toThrow("'orders.example' (127.0.0.1)");
    expect(server.requests).toEqual([]);
  });

  it('is not called because a redirect says so', async () => {
    location = 'http://10.0.0.1/';

    const sent = get(clientWith({ base_url: server.origin }), '/away');

    await expect(sent).rejects.toMatchObject({ code: 'redirect_refused' });
  });

  it.each([{ base_url: true }, { allow_private: true }])('is called if the port says so: %j', async ({ base_url }) => {
    const client = clientWith(base_url ? { base_url: server.origin } : { allow_private: true });

    const { body } = await get(client, `${server.origin}/x`);

    expect(body).toEqual({ arrived: '/x' });
  });

  it('is called by the name that the base of the port has', async () => {
    const base = server.origin.replace('127.0.0.1', 'localhost');

    const { body } = await get(clientWith({ base_url: base }), '/x');

    expect(body).toEqual({ arrived: '/x' });
  });

  it('is followed to by a redirect within the host of the base', async () => {
    location = '/y';

    const { body } = await get(clientWith({ base_url: server.origin }), '/away');

    expect(body).toEqual({ arrived: '/y' });
  });
});

describe('looking up a name', () => {
  it('ends with the caller', async () => {
    const caller = new AbortController();
    const client = resolving(() => {
      caller.abort(new Error('the node is out of time'));
      return new Promise(() => undefined);
    });

    const sent = client.send({ method: 'GET', url: 'http://slow.example/', headers: {}, query: {}, signal: caller.signal });

    await expect(sent).rejects.toThrow('the node is out of time');
  });

  it('gives nothing if there is no such name, which is left to the request to tell', async () => {
    const addresses = await lookUpAddresses('x'.repeat(300));

    expect(addresses).toEqual([]);
  });
});
