import { describe, expect, test } from 'vitest';
import { CosmosService } from '../../../local/cosmos/service.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';
import { results, startFixture } from './cosmos-fixture.ts';

const IDS = 'SELECT VALUE c.id FROM c ORDER BY c.id';

describe('a time to live', () => {
  test('of an item makes it vanish at its second', async () => {
    const { items, clock } = await startFixture(-1);
    await items.items.create({ id: 'short', pk: 'a', ttl: 10 });
    await items.items.create({ id: 'long', pk: 'a' });

    clock.advance(9_999);
    const before = await items.item('short', 'a').read();
    clock.advance(1);
    const after = await items.item('short', 'a').read();

    expect([before.statusCode, after.statusCode]).toEqual([200, 404]);
    expect(await results(items, IDS)).toEqual(['long']);
    expect(await results(items, IDS, {}, { partitionKey: 'a' })).toEqual(['long']);
  });

  test('of the container holds for items without their own', async () => {
    const { items, clock } = await startFixture(60);
    await items.items.create({ id: 'default', pk: 'a' });
    await items.items.create({ id: 'short', pk: 'a', ttl: 10 });
    await items.items.create({ id: 'never', pk: 'a', ttl: -1 });

    const now = await results(items, IDS);
    clock.advance(10_000);
    const later = await results(items, IDS);
    clock.advance(50_000);
    const last = await results(items, IDS);

    expect([now, later, last]).toEqual([['default', 'never', 'short'], ['default', 'never'], ['never']]);
  });

  test('of an item means nothing where the container has none', async () => {
    const { items, clock } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a', ttl: 1 });

    clock.advance(3600_000);

    expect((await items.item('x', 'a').read()).statusCode).toBe(200);
  });

  test('starts anew with each write', async () => {
    const { items, clock } = await startFixture(10);
    await items.items.create({ id: 'x', pk: 'a' });

    clock.advance(9_000);
    await items.item('x', 'a').patch([{ op: 'set', path: '/n', value: 1 }]);
    clock.advance(9_000);

    expect((await items.item('x', 'a').read()).statusCode).toBe(200);
  });

  test('that the container is given later holds for the items it has', async () => {
    const { items, clock } = await startFixture();
    await items.items.create({ id: 'default', pk: 'a' });
    await items.items.create({ id: 'never', pk: 'a', ttl: -1 });
    await items.replace({ id: 'items', partitionKey: { paths: ['/pk'] }, defaultTtl: 30 });

    clock.advance(30_000);

    expect(await results(items, IDS)).toEqual(['never']);
  });

  test('that has run out frees the id', async () => {
    const { items, clock } = await startFixture(10);
    const { resource: first } = await items.items.create({ id: 'x', pk: 'a' });
    clock.advance(10_000);

    const second = await items.items.create({ id: 'x', pk: 'a' });

    expect(second.statusCode).toBe(201);
    expect(second.resource?._rid).not.toBe(first?._rid);
  });

  test('that has run out makes every write but a creation a 404', async () => {
    const { items, clock } = await startFixture(10);
    await items.items.create({ id: 'x', pk: 'a' });
    clock.advance(10_000);

    const answers = await items.items.bulk([
      { operationType: 'Replace', partitionKey: 'a', id: 'x', resourceBody: { id: 'x', pk: 'a' } },
      { operationType: 'Patch', partitionKey: 'a', id: 'x', resourceBody: { operations: [{ op: 'set', path: '/n', value: 1 }] } },
      { operationType: 'Delete', partitionKey: 'a', id: 'x' },
      { operationType: 'Upsert', partitionKey: 'a', resourceBody: { id: 'x', pk: 'a' } },
    ]);

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404, 404, 201]);
  });
});

test('expired items are removed from the table, however many', async () => {
  const clock = new ManualClock();
  const service = new CosmosService(':memory:', clock, (error) => {
    throw error;
  });
  await service.catalog.apply({ databases: [{ id: 'd', containers: [{ id: 'c', partitionKey: '/pk', defaultTtl: -1 }] }] });
  const resource = { kind: 'items', database: 'd', container: 'c' } as const;
  const create = (id: string, ttl: number) =>
    service.answer(
      resource,
      { method: 'POST', headers: { 'x-ms-documentdb-partitionkey': '["a"]' }, body: JSON.stringify({ id, pk: 'a', ttl }) },
      '',
    );
  await Promise.all(Array.from({ length: 1200 }, (_, index) => create(`gone ${index}`, 5)));
  await create('stays', 3600);
  const { items } = service.catalog.container('d', 'c');
  const rows = () => Array.from(items.scan({ after: 0, conditions: [], nowSeconds: 0 })).length;

  const before = rows();
  for (let second = 0; second < 10; second += 1) {
    clock.advance(1000);
    // The sweep writes with the commits of the next turns of the event loop.
    await service.commits.write(() => undefined);
    await service.commits.write(() => undefined);
  }

  expect(before).toBe(1201);
  expect(rows()).toBe(1);
  service.close();
});
