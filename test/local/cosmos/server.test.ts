import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startCosmos } from '../../../local/cosmos/server.ts';
import { connect, refusal, startFixture } from './cosmos-fixture.ts';

describe('the account', () => {
  test('keeps the client on the address it was given', async () => {
    const { server, client } = await startFixture();

    const { resource } = await client.getDatabaseAccount();

    expect(resource?.writableLocations).toEqual([{ name: 'Local', databaseAccountEndpoint: server.endpoint }]);
    expect(resource?.readableLocations).toEqual(resource?.writableLocations);
    expect(await client.getReadEndpoint()).toBe(server.endpoint);
  });

  test('refuses a client with another key', async () => {
    const { server } = await startFixture();
    const stranger = connect({ endpoint: server.endpoint, key: Buffer.alloc(64).toString('base64') });

    const refused = await refusal(stranger.database('test').read());

    expect(refused).toMatchObject({ code: 401 });
    stranger.dispose();
  });

  test('refuses a request without a signature', async () => {
    const { server } = await startFixture();

    const response = await fetch(`${server.endpoint}dbs/test/colls/items/docs`);

    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ code: 'Unauthorized' });
  });

  test('counts requests, request units, writes and commits', async () => {
    const { server, items } = await startFixture();
    const before = server.counters();

    const { requestCharge: created } = await items.items.create({ id: '1', pk: 'a' });
    const { requestCharge: read } = await items.item('1', 'a').read();

    const after = server.counters();
    expect(after['writes']).toBe((before['writes'] ?? 0) + 1);
    expect(after['commits']).toBe((before['commits'] ?? 0) + 1);
    // The client also reads the account and the container once.
    expect(after['requests']).toBeGreaterThanOrEqual((before['requests'] ?? 0) + 2);
    expect(after['requestUnits']).toBeGreaterThanOrEqual((before['requestUnits'] ?? 0) + created + read);
  });

  test('counts a bulk request as one commit', async () => {
    const { server, items } = await startFixture();
    const before = server.counters();

    await items.items.bulk(
      Array.from({ length: 50 }, (_, index) => ({
        operationType: 'Create',
        resourceBody: { id: String(index), pk: String(index) },
      })),
    );

    expect(server.counters()['commits']).toBe((before['commits'] ?? 0) + 1);
  });
});

describe('garbage', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a path that is not URL-encoded', 'GET /dbs/%E0%A4%A HTTP/1.1\r\nhost: x\r\n\r\n'],
  ])('%s is answered 400', async (_name, bytes) => {
    const { server } = await startFixture();

    const answer = await exchange(server.port, bytes);

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('a client that leaves within its request does no harm', async () => {
    const { server, items } = await startFixture();
    const socket = connectSocket(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.write('POST /dbs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{', resolve));
    socket.destroy();

    const { statusCode } = await items.items.create({ id: '1', pk: 'a' });

    expect(statusCode).toBe(201);
  });

  test('a client that never ends its request does not keep the server from closing', async () => {
    const server = await startCosmos({ port: 0, databasePath: ':memory:' });
    const socket = connectSocket(server.port, '127.0.0.1');
    socket.on('error', () => {});
    await new Promise((resolve) => socket.write('POST /dbs HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{', resolve));

    await server.close();

    await expect(fetch(server.endpoint)).rejects.toThrow();
  });

  test.each([
    ['stored procedures', 'dbs/test/colls/items/sprocs'],
    ['offers', 'offers'],
  ])('%s are refused plainly', async (_name, path) => {
    const { server, client } = await startFixture();
    const requests = client.database('test').container('items').scripts;

    const refused =
      path === 'offers' ? refusal(client.offers.readAll().fetchAll()) : refusal(requests.storedProcedures.readAll().fetchAll());

    expect(await refused).toMatchObject({ code: 400, message: expect.stringContaining('not offered') });
    expect(server.port).toBeGreaterThan(0);
  });
});

describe('throttling', () => {
  test('refuses the share of requests it is told to, the same ones for the same seed', async () => {
    const { server, items } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    const run = async () => {
      server.throttle({ share: 0.3, retryAfterMs: 25, seed: 7 });
      const codes: unknown[] = [];
      for (let index = 0; index < 40; index += 1) {
        codes.push(
          await items
            .item('1', 'a')
            .read()
            .then(
              ({ statusCode }) => statusCode,
              ({ code }) => code,
            ),
        );
      }
      return codes;
    };

    const first = await run();
    const second = await run();

    expect(second).toEqual(first);
    const refused = first.filter((code) => code === 429).length;
    expect(refused).toBeGreaterThan(4);
    expect(refused).toBeLessThan(22);
    expect(server.counters()['throttled']).toBe(refused * 2);
  });

  test('tells the client how long to wait', async () => {
    const { server, items } = await startFixture();
    server.throttle({ share: 1, retryAfterMs: 250 });

    const refused = items.item('1', 'a').read();

    await expect(refused).rejects.toMatchObject({ code: 429, substatus: 3200, retryAfterInMs: 250 });
  });

  test('ends at its time, and when it is taken back', async () => {
    const { server, items, clock } = await startFixture();
    const status = () =>
      items
        .item('1', 'a')
        .read()
        .then(
          ({ statusCode }) => statusCode,
          ({ code }) => code,
        );
    server.throttle({ share: 1, retryAfterMs: 1, untilMs: clock.now() + 1000 });

    const during = await status();
    clock.advance(1000);
    const after = await status();
    server.throttle({ share: 1, retryAfterMs: 1 });
    const again = await status();
    server.throttle(null);
    const released = await status();

    expect([during, after, again, released]).toEqual([429, 404, 429, 404]);
  });
});

describe('a start', () => {
  test('on the files of an earlier one finds everything there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cosmos-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const layout = { databases: [{ id: 'test', containers: [{ id: 'items', partitionKey: '/pk', defaultTtl: 60 }] }] };
    const options = { port: 0, databasePath: join(folder, 'cosmos.db'), layout };
    const first = await startCosmos(options);
    const early = connect(first);
    const created = await early.database('test').container('items').items.create({ id: '1', pk: 'a', n: 1 });
    await early.database('test').container('items').items.create({ id: '2', pk: 'a' });
    await early.database('test').container('items').item('2', 'a').delete();
    early.dispose();
    await first.close();

    const second = await startCosmos(options);
    const late = connect(second);
    const container = late.database('test').container('items');
    const read = await container.item('1', 'a').read();
    const next = await container.items.create({ id: '3', pk: 'a' });
    late.dispose();
    await second.close();

    expect(read.resource).toEqual(created.resource);
    // Etags go on rising, also past those of items that are gone.
    expect(Number.parseInt(next.etag.slice(1, -1), 16)).toBeGreaterThan(Number.parseInt(created.etag.slice(1, -1), 16) + 2);
  });

  test('on a taken port fails and leaves the file free', async () => {
    const { server } = await startFixture();
    const folder = mkdtempSync(join(tmpdir(), 'cosmos-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const databasePath = join(folder, 'cosmos.db');

    const taken = startCosmos({ port: server.port, databasePath });

    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const other = await startCosmos({ port: 0, databasePath });
    await other.close();
  });
});

function exchange(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, '127.0.0.1', () => socket.write(bytes));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString('utf8'));
    });
    socket.once('error', reject);
  });
}
