import { describe, expect, test } from 'vitest';
import { refusal, startFixture } from './cosmos-fixture.ts';

describe('databases', () => {
  test('are created, read, listed and deleted', async () => {
    const { client } = await startFixture();

    const created = await client.databases.createIfNotExists({ id: 'other' });
    const again = await client.databases.createIfNotExists({ id: 'other' });
    const { resources } = await client.databases.readAll().fetchAll();
    const deleted = await client.database('other').delete();

    expect(created.statusCode).toBe(201);
    expect(again.statusCode).toBe(200);
    expect(resources.map(({ id }) => id)).toEqual(['test', 'other']);
    expect(deleted.statusCode).toBe(204);
    expect(await refusal(client.database('other').read())).toMatchObject({ code: 404 });
  });

  test('that are there already are refused', async () => {
    const { client } = await startFixture();

    const refused = await refusal(client.databases.create({ id: 'test' }));

    expect(refused).toMatchObject({ code: 409 });
  });

  test('take their containers and items with them', async () => {
    const { client, items } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    await client.database('test').delete();

    await client.databases.create({ id: 'test' });
    const { container } = await client.database('test').containers.create({ id: 'items', partitionKey: '/pk' });

    expect((await container.item('1', 'a').read()).statusCode).toBe(404);
  });
});

describe('containers', () => {
  test('are created, read, listed and deleted', async () => {
    const { client } = await startFixture();
    const { containers } = client.database('test');

    const created = await containers.createIfNotExists({ id: 'more', partitionKey: { paths: ['/a/b'] }, defaultTtl: 60 });
    const again = await containers.createIfNotExists({ id: 'more', partitionKey: '/a/b' });
    const { resources } = await containers.readAll().fetchAll();
    const deleted = await client.database('test').container('more').delete();

    expect(created.statusCode).toBe(201);
    expect(created.resource).toMatchObject({
      id: 'more',
      partitionKey: { paths: ['/a/b'], kind: 'Hash', version: 2 },
      defaultTtl: 60,
      _self: expect.stringMatching(/^dbs\/.+\/colls\/.+\/$/),
      _etag: expect.any(String),
    });
    expect(again.statusCode).toBe(200);
    expect(resources.map(({ id }) => id)).toEqual(['items', 'more']);
    expect(deleted.statusCode).toBe(204);
    expect(await refusal(client.database('test').container('more').read())).toMatchObject({ code: 404 });
  });

  test('have one partition key range', async () => {
    const { items } = await startFixture();

    const { resources } = await items.readPartitionKeyRanges().fetchAll();

    expect(resources).toMatchObject([{ id: '0', minInclusive: '', maxExclusive: 'FF' }]);
  });

  test('are replaced, but keep their partition key', async () => {
    const { items } = await startFixture();

    const replaced = await items.replace({ id: 'items', partitionKey: { paths: ['/pk'] }, defaultTtl: 30 });
    const refused = await refusal(items.replace({ id: 'items', partitionKey: { paths: ['/other'] } }));

    expect(replaced.resource).toMatchObject({ defaultTtl: 30 });
    expect(refused).toMatchObject({ code: 400 });
  });

  test.each([
    ['a hierarchical partition key', { partitionKey: { paths: ['/a', '/b'], kind: 'MultiHash', version: 2 } }],
    ['a malformed partition key', { partitionKey: { paths: ['/a//b'] } }],
    ['a time to live of zero', { partitionKey: { paths: ['/pk'] }, defaultTtl: 0 }],
    ['unique keys', { partitionKey: { paths: ['/pk'] }, uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }] } }],
  ])('with %s are refused', async (_name, definition) => {
    const { client } = await startFixture();

    const refused = await refusal(
      client.database('test').containers.create(JSON.parse(JSON.stringify({ id: 'x', ...definition }))),
    );

    expect(refused).toMatchObject({ code: 400 });
  });

  test('that are there already are refused, as are those of unknown databases', async () => {
    const { client } = await startFixture();

    const twice = await refusal(client.database('test').containers.create({ id: 'items', partitionKey: '/pk' }));
    const nowhere = await refusal(client.database('nowhere').containers.create({ id: 'items', partitionKey: '/pk' }));

    expect(twice).toMatchObject({ code: 409 });
    expect(nowhere).toMatchObject({ code: 404 });
  });

  test('created at the same time exist once', async () => {
    const { client } = await startFixture();
    const { containers } = client.database('test');

    const created = await Promise.allSettled(
      Array.from({ length: 5 }, () => containers.create({ id: 'x', partitionKey: '/pk' })),
    );

    expect(created.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('are deleted together with a page of a query still open', async () => {
    const { client, items } = await startFixture();
    for (const id of ['1', '2', '3']) await items.items.create({ id, pk: 'a' });
    await items.items.query('SELECT * FROM c', { maxItemCount: 1 }).fetchNext();

    const deleted = await items.delete();

    expect(deleted.statusCode).toBe(204);
    expect((await client.database('test').containers.readAll().fetchAll()).resources).toEqual([]);
  });
});
