import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ManagedIdentityTokenSource } from 'durable-functions';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { countEvents, DurableApp, eventLine } from './driver.ts';

interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const SECOND = 1_000;
const folder = mkdtempSync(join(tmpdir(), 'durable-'));
const app = new DurableApp({ databasePath: join(folder, 'durable.db') });
const seen: SeenRequest[] = [];
const answers: ((response: ServerResponse) => void)[] = [];
const server = createServer((request, response) => {
  void text(request).then((body) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers, body });
    const answer = answers.shift() ?? ((unexpected) => unexpected.writeHead(500).end('unexpected request'));
    answer(response);
  });
});
let origin = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await app.start();
});
afterEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await app.close();
  server.closeAllConnections();
  await once(server.close(), 'close');
  rmSync(folder, { recursive: true });
});

function answerWith(status: number, headers: Record<string, string> = {}, body = ''): void {
  answers.push((response) => response.writeHead(status, headers).end(body));
}

test('a call carries method, headers and body, and returns status, headers and content', async () => {
  answerWith(404, { 'x-reason': 'none', 'content-type': 'application/json' }, '{"found":false}');

  const { output } = await app.run('http', {
    method: 'POST',
    url: `${origin}/items?a=1`,
    headers: { 'x-functions-key': 'secret' },
    body: { id: 7 },
  });

  expect(seen).toMatchObject([{ method: 'POST', url: '/items?a=1', headers: { 'x-functions-key': 'secret' }, body: '{"id":7}' }]);
  expect(output).toMatchObject({ statusCode: 404, content: '{"found":false}', headers: { 'x-reason': 'none' }, next: 'next' });
  expect(output).not.toHaveProperty('headers.content-type');
});

test('a call that is accepted for later is polled at its location, after the pause it asks for', async () => {
  for (const poll of [1, 2]) answerWith(202, { location: `${origin}/status/${poll}`, 'retry-after': '1' });
  answerWith(200, {}, 'done');

  const id = await app.startNew('http', {
    method: 'PUT',
    url: `${origin}/start`,
    headers: { 'X-Functions-Key': 'k', a: 'b' },
    body: 'x',
  });
  await app.after(id, 'TimerCreated', 1);
  app.clock.advance(SECOND);
  await app.after(id, 'TimerCreated', 2);
  app.clock.advance(SECOND - 1);
  const before = seen.length;
  app.clock.advance(1);
  const status = await app.ended(id);

  expect(before).toBe(2);
  expect(seen).toMatchObject([
    { method: 'PUT', url: '/start', headers: { 'x-functions-key': 'k', a: 'b' }, body: 'x' },
    { method: 'GET', url: '/status/1', headers: { a: 'b' }, body: '' },
    { method: 'GET', url: '/status/2', headers: { a: 'b' }, body: '' },
  ]);
  expect(seen[1]?.headers).not.toHaveProperty('x-functions-key');
  expect(status.output).toMatchObject({ statusCode: 200, content: 'done', next: 'next' });
  expect(eventLine(status).filter((line) => /^T.*(Scheduled|Created) /.test(line))).toEqual([
    'TaskScheduled 0',
    'TimerCreated 1',
    'TaskScheduled 2',
    'TimerCreated 3',
    'TaskScheduled 4',
    'TaskScheduled 5',
  ]);
});

test('without Retry-After the pause is 30 seconds', async () => {
  answerWith(202, { location: `${origin}/status` });
  answerWith(200, {}, 'done');

  const id = await app.startNew('http', { method: 'GET', url: `${origin}/start` });
  const { historyEvents = [] } = await app.after(id, 'TimerCreated');
  const calledAt = app.clock.now();
  app.clock.advance(30 * SECOND);
  await app.ended(id);

  const timer = historyEvents.find((event) => event.EventType === 'TimerCreated');
  expect(timer?.['FireAt']).toBe(new Date(calledAt + 30 * SECOND).toISOString());
});

test('tasks beside a polled call keep their ids', async () => {
  answerWith(202, { location: `${origin}/status`, 'retry-after': '7' });
  answerWith(200, {}, 'done');

  const id = await app.startNew('httpAmongOthers', origin);
  await app.after(id, 'TimerCreated', 2);
  app.clock.advance(5 * SECOND);
  await app.after(id, 'TimerCreated', 3);
  app.clock.advance(10 * SECOND);
  const status = await app.ended(id);

  expect(status.output).toEqual(['done', `${id} at 3`, 'next']);
});

test('a poll that falls due while the host is down is made after its restart', async () => {
  answerWith(202, { location: `${origin}/status`, 'retry-after': '1' });
  answerWith(200, {}, 'done');

  const id = await app.startNew('http', { method: 'GET', url: `${origin}/start` });
  await app.after(id, 'TimerCreated');
  await app.restart(() => app.clock.advance(2 * SECOND));
  const status = await app.ended(id);

  expect(status.output).toMatchObject({ statusCode: 200, content: 'done' });
  expect(countEvents(status, 'TimerFired')).toBe(1);
});

test.each([
  ['polling is off', { location: '/status' }, { enablePolling: false }],
  ['there is no location', {}, {}],
])('202 is the result when %s', async (_, headers, options) => {
  answerWith(202, headers, 'accepted');

  const { output } = await app.run('http', { method: 'GET', url: `${origin}/start`, ...options });

  expect(output).toMatchObject({ statusCode: 202, content: 'accepted', next: 'next' });
});

test('a call that gets no answer fails where it is awaited', async () => {
  const gone = createServer();
  await once(gone.listen(0, '127.0.0.1'), 'listening');
  const { port } = gone.address() as AddressInfo;
  await once(gone.close(), 'close');

  const { output } = await app.run('http', { method: 'GET', url: `http://127.0.0.1:${port}/` });

  expect(output).toContain("Activity function 'BuiltIn::HttpActivity' failed: fetch failed: connect ECONNREFUSED");
});

test('a poll at a location that is no complete URL fails', async () => {
  answerWith(202, { location: '/status', 'retry-after': '0' });

  const { output } = await app.run('http', { method: 'GET', url: origin });

  expect(output).toContain('its address is not a complete URL');
});

test('a call that waits too long for its answer fails', async () => {
  const arrived = new Promise<void>((resolve) => answers.push(() => resolve()));
  const id = await app.startNew('http', { method: 'GET', url: `${origin}/slow` });
  await arrived;
  app.clock.advance(100 * SECOND);
  const { output } = await app.ended(id);

  expect(output).toContain(`${new URL(origin).host} gave no answer within 100 seconds`);
});

test('a call that needs a managed identity fails with what to do instead', async () => {
  const tokenSource = new ManagedIdentityTokenSource('https://vault.azure.net');

  const { output } = await app.run('http', { method: 'GET', url: origin, tokenSource });

  expect(output).toContain('Send an Authorization header instead');
  expect(seen).toEqual([]);
});
