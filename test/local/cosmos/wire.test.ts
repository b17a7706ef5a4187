import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { CosmosServer } from '../../../local/cosmos/server.ts';
import { startFixture } from './cosmos-fixture.ts';

const ITEMS = 'dbs/test/colls/items';

interface Raw {
  method?: string;
  path?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** A signed request that the client would not send. */
async function send(server: CosmosServer, { method = 'POST', path = `${ITEMS}/docs`, body, headers }: Raw): Promise<Response> {
  const date = new Date().toUTCString();
  const segments = path.split('/').map(decodeURIComponent);
  const isFeed = segments.length % 2 === 1;
  const link = (isFeed ? segments.slice(0, -1) : segments).join('/');
  const text = `${method.toLowerCase()}\n${segments.at(isFeed ? -1 : -2)}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(server.key, 'base64')).update(text).digest('base64');
  return fetch(server.endpoint + path, {
    method,
    headers: { authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`), 'x-ms-date': date, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

const KEY = { 'x-ms-documentdb-partitionkey': '["a"]' };
const QUERY = { 'x-ms-documentdb-isquery': 'true' };
const BULK = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'false' };

describe('a request that makes no sense is refused', () => {
  const cases: [string, Raw, number][] = [
    ['a body that is no JSON', { headers: KEY, body: '{"id":' }, 400],
    ['a body that is no object', { headers: KEY, body: '[1]' }, 400],
    ['no body', { headers: KEY }, 400],
    ['a body that is no UTF-8 text', { headers: KEY, body: '\ud800' }, 400],
    ['no id', { headers: KEY, body: '{"pk":"a"}' }, 400],
    ['an id that is no string', { headers: KEY, body: '{"id":1,"pk":"a"}' }, 400],
    ['an id with a slash', { headers: KEY, body: '{"id":"a/b","pk":"a"}' }, 400],
    ['no partition key', { body: '{"id":"1","pk":"a"}' }, 400],
    ['a partition key that is no JSON', { headers: { 'x-ms-documentdb-partitionkey': 'a' }, body: '{"id":"1"}' }, 400],
    ['two partition key values', { headers: { 'x-ms-documentdb-partitionkey': '["a","b"]' }, body: '{"id":"1"}' }, 400],
    ['a partition key above 2 KB', { headers: { 'x-ms-documentdb-partitionkey': `["${'x'.repeat(2049)}"]` }, body: '{}' }, 400],
    ['a body beyond every limit', { headers: KEY, body: `{"id":"${'x'.repeat(6 * 1024 * 1024)}"}` }, 413],
    ['a query without text', { headers: QUERY, body: '{"parameters":[]}' }, 400],
    ['a query with nameless parameters', { headers: QUERY, body: '{"query":"SELECT 1","parameters":[1]}' }, 400],
    ['a page of no items', { headers: { ...QUERY, 'x-ms-max-item-count': '0' }, body: '{"query":"SELECT 1"}' }, 400],
    [
      'a partition key range that is not there',
      { headers: { ...QUERY, 'x-ms-documentdb-partitionkeyrangeid': '7' }, body: '{"query":"SELECT 1"}' },
      410,
    ],
    ['a batch that is no list', { headers: BULK, body: '{}' }, 400],
    ['a batch of 101 operations', { headers: BULK, body: JSON.stringify(Array.from({ length: 101 }, () => ({}))) }, 400],
    ['a change feed from no etag', { method: 'GET', headers: { 'a-im': 'Incremental feed', 'if-none-match': 'yesterday' } }, 400],
    ['a patch without operations', { method: 'PATCH', path: `${ITEMS}/docs/1`, headers: KEY, body: '{}' }, 400],
    ['an unknown method', { method: 'OPTIONS', path: `${ITEMS}/docs/1`, headers: KEY }, 405],
    ['an unknown database', { path: 'dbs/none/colls/items/docs', headers: KEY, body: '{"id":"1"}' }, 404],
    ['an unknown container', { path: 'dbs/test/colls/none/docs', headers: KEY, body: '{"id":"1"}' }, 404],
    ['an unknown kind of resource', { path: 'planets', body: '{}' }, 400],
    ['a database without an id', { path: 'dbs', body: '{}' }, 400],
    ['a database with a slash in its id', { path: 'dbs', body: '{"id":"a/b"}' }, 400],
    ['a container without a partition key', { path: 'dbs/test/colls', body: '{"id":"x"}' }, 400],
  ];

  test.each(cases)('%s', async (_name, request, status) => {
    const { server } = await startFixture();

    const response = await send(server, request);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code: expect.any(String), message: expect.stringMatching(/\S/) });
  });

  test('an operation of a bulk request, on its own', async () => {
    const { server } = await startFixture();
    const create = { operationType: 'Create', partitionKey: '["a"]', resourceBody: { id: '1', pk: 'a' } };
    const operations = [
      1,
      {},
      { operationType: 'Drop', partitionKey: '["a"]' },
      { operationType: 'Read', partitionKey: '["a"]' },
      create,
    ];

    const response = await send(server, { headers: BULK, body: JSON.stringify(operations) });

    expect(response.status).toBe(207);
    expect(await response.json()).toMatchObject([400, 400, 400, 400, 201].map((statusCode) => ({ statusCode })));
  });
});

test('an answer has the headers that clients read', async () => {
  const { server } = await startFixture();

  const created = await send(server, { headers: KEY, body: '{"id":"1","pk":"a"}' });
  const queried = await send(server, { headers: QUERY, body: '{"query":"SELECT * FROM c"}' });

  expect(created.headers.get('etag')).toMatch(/^"[0-9a-f]{16}"$/);
  expect(created.headers.get('x-ms-request-charge')).toBe('5.29');
  expect(created.headers.get('x-ms-activity-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(created.headers.get('x-ms-session-token')).toMatch(/^0:-1#\d+$/);
  expect(queried.headers.get('x-ms-item-count')).toBe('1');
  expect(await queried.json()).toMatchObject({ _rid: expect.any(String), _count: 1, Documents: [{ id: '1' }] });
});

test('a property called __proto__ is kept like the others', async () => {
  const { server, items } = await startFixture();
  const body = '{"id":"1","pk":"a","__proto__":{"polluted":true}}';

  await send(server, { headers: KEY, body });
  const patched = await send(server, {
    method: 'PATCH',
    path: `${ITEMS}/docs/1`,
    headers: KEY,
    body: '[{"op":"set","path":"/__proto__/more","value":1}]',
  });
  const { resources } = await items.items.query('SELECT VALUE c["__proto__"] FROM c').fetchAll();

  expect(patched.status).toBe(200);
  expect(resources).toEqual([{ polluted: true, more: 1 }]);
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
