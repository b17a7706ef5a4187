import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import { fixtureDirectory } from './probe.ts';

let host: FunctionsHost;

beforeAll(async () => {
  host = await startFunctionsHost({
    appDirectory: fixtureDirectory('http-app'),
    port: 0,
    settings: { 'AzureWebJobs.switchedOff.Disabled': 'true', FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000' },
    enableAuth: true,
    extensions: [],
    onLog: () => undefined,
  });
});

afterAll(() => host.close());

function call(path: string, init?: RequestInit): Promise<Response> {
  return fetch(`${host.origin}${path}`, init);
}

describe('a request to an HTTP function', () => {
  it('arrives with method, URL, route parameters, query, headers, user and body', async () => {
    const principal = Buffer.from(JSON.stringify({ identityProvider: 'aad', userId: '1', userDetails: 'ada', userRoles: [] }));

    const response = await call('/api/Things/12/lid?x=1&x=2&y=%C3%A9', {
      method: 'POST',
      headers: { 'X-Tenant': 'blue', 'x-ms-client-principal': principal.toString('base64') },
      body: 'héllo',
    });

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      method: 'POST',
      url: `${host.origin}/api/Things/12/lid?x=1&x=2&y=%C3%A9`,
      params: { id: '12', part: 'lid' },
      query: { x: '1,2', y: 'é' },
      tenant: 'blue',
      user: 'ada',
      body: 'héllo',
    });
  });

  it('finds nothing when a route constraint, the method or the path does not fit', async () => {
    const responses = await Promise.all([
      call('/api/things/ab'),
      call('/api/things/1', { method: 'DELETE' }),
      call('/api/elsewhere'),
      call('/api/things/%E0%A4%A'),
    ]);

    expect(responses.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  });

  it('finds nothing behind a function that a setting disables', async () => {
    const response = await call('/api/switchedOff');

    expect(response.status).toBe(404);
  });

  it('is refused with 413 when its body is larger than the limit', async () => {
    const response = await call('/api/echo', { method: 'POST', body: 'x'.repeat(1_000_000) });

    expect(response.status).toBe(413);
  });
});

describe('the answer of an HTTP function', () => {
  it('carries bytes unchanged, the status, and the custom headers of host.json', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);

    const response = await call('/api/echo', { method: 'POST', body: bytes });

    expect(response.status).toBe(201);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('is 204 when nothing was returned', async () => {
    const response = await call('/api/nothing');

    expect(response.status).toBe(204);
  });

  it('is 500 without a body when the function threw', async () => {
    const response = await call('/api/broken');

    expect(response.status).toBe(500);
    expect(await response.text()).toBe('');
  });

  it('sets each cookie with its attributes', async () => {
    const response = await call('/api/cookies');

    expect(response.headers.getSetCookie()).toEqual([
      'session=a%20b; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=None',
      'plain=1; Expires=Thu, 01 Jan 1970 00:00:01 GMT; SameSite=Lax',
    ]);
  });
});

describe('keys, when they are enforced', () => {
  it('open functions by level, from the header or the query', async () => {
    const { master, host: hostKey } = host.keys;
    const withKey = (key: string) => ({ headers: { 'x-functions-key': key } });

    const statuses = await Promise.all(
      [
        call('/api/guarded'),
        call('/api/guarded', withKey('wrong')),
        call('/api/guarded', withKey(hostKey)),
        call(`/api/guarded?code=${hostKey}`),
        call(`/api/guarded?code=${hostKey}`, withKey('wrong')),
        call('/api/guarded', withKey(master)),
        call('/api/administered', withKey(hostKey)),
        call('/api/administered', withKey(master)),
      ].map(async (response) => (await response).status),
    );

    expect(statuses).toEqual([401, 401, 200, 200, 401, 200, 401, 200]);
  });

  it('guard the admin API and extension webhooks, but not the ping', async () => {
    const { system, host: hostKey } = host.keys;

    const statuses = await Promise.all(
      [
        call('/admin/host/ping', { method: 'POST' }),
        call('/admin/host/status'),
        call('/admin/functions', { headers: { 'x-functions-key': hostKey } }),
        call('/runtime/webhooks/probe/x'),
        call(`/runtime/webhooks/probe/x?code=${system}`),
      ].map(async (response) => (await response).status),
    );

    expect(statuses).toEqual([200, 401, 401, 401, 404]);
  });
});

describe('the admin API', () => {
  const asAdmin = (init: RequestInit = {}) => ({ ...init, headers: { 'x-functions-key': host.keys.master } });
  const run = (name: string, body: string) => call(`/admin/functions/${name}`, asAdmin({ method: 'POST', body }));

  it('tells the state of the host', async () => {
    const response = await call('/admin/host/status', asAdmin());

    expect(await response.json()).toMatchObject({ state: 'Running', version: expect.stringMatching(/^4\./) });
  });

  it('lists the functions with their bindings and addresses, the disabled ones too', async () => {
    const response = await call('/admin/functions', asAdmin());

    const functions = await response.json();
    expect(functions).toContainEqual(expect.objectContaining({ name: 'switchedOff', isDisabled: true }));
    expect(functions).toContainEqual(expect.objectContaining({ name: 'worker', invoke_url_template: null }));
    expect(functions).toContainEqual({
      name: 'describe',
      language: 'node',
      isDirect: true,
      isProxy: false,
      isDisabled: false,
      href: `${host.origin}/admin/functions/describe`,
      invoke_url_template: `${host.origin}/api/things/{id:int}/{part?}`,
      config: {
        name: 'describe',
        bindings: [
          expect.objectContaining({ type: 'httpTrigger', direction: 'in' }),
          expect.objectContaining({ type: 'http', name: '$return' }),
        ],
      },
    });
  });

  it('runs a function by hand with the input given as text', async () => {
    const started = await run('worker', JSON.stringify({ input: '{"n":1}' }));

    const seen = await call('/api/lastManualInput');
    expect(started.status).toBe(202);
    expect(await seen.json()).toEqual({ manualInput: { n: 1 } });
  });

  it('refuses an unknown function, a body that is no JSON, and an input that is no text', async () => {
    const responses = await Promise.all([run('unknown', '{}'), run('worker', 'no json'), run('worker', '{"input":1}')]);

    expect(responses.map(({ status }) => status)).toEqual([404, 400, 400]);
  });

  it('answers the status of one function', async () => {
    const [known, unknown] = await Promise.all([
      call('/admin/functions/echo/status', asAdmin()),
      call('/admin/functions/unknown/status', asAdmin()),
    ]);

    expect([known.status, unknown.status]).toEqual([200, 404]);
  });

  it('drains on request, and HTTP functions still answer', async () => {
    const before = await (await call('/admin/host/drain/status', asAdmin())).json();

    const accepted = await call('/admin/host/drain', asAdmin({ method: 'POST' }));

    expect(before).toEqual({ state: 'Disabled' });
    expect(accepted.status).toBe(202);
    expect((await call('/api/nothing')).status).toBe(204);
  });
});
