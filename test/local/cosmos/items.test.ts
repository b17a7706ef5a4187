import type { PartitionKey } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { refusal, results, startFixture } from './cosmos-fixture.ts';

describe('an item', () => {
  test('is created with the system properties and can be read', async () => {
    const { items, clock } = await startFixture();

    const created = await items.items.create({ id: 'x', pk: 'a', nested: { list: [1, 'two', null, true] } });
    const read = await items.item('x', 'a').read();

    expect(created.statusCode).toBe(201);
    expect(created.resource).toEqual({
      id: 'x',
      pk: 'a',
      nested: { list: [1, 'two', null, true] },
      _rid: expect.any(String),
      _self: expect.stringMatching(/^dbs\/.+\/colls\/.+\/docs\/.+\/$/),
      _etag: created.etag,
      _attachments: 'attachments/',
      _ts: clock.now() / 1000,
    });
    expect(read.statusCode).toBe(200);
    expect(read.resource).toEqual(created.resource);
    expect(read.etag).toBe(created.etag);
  });

  test('that is not there is read as 404', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const elsewhere = await items.item('x', 'b').read();

    expect(elsewhere.statusCode).toBe(404);
    expect(elsewhere.resource).toBeUndefined();
  });

  test('is created once in a partition', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const refused = await refusal(items.items.create({ id: 'x', pk: 'a' }));
    const other = await items.items.create({ id: 'x', pk: 'b' });

    expect(refused).toMatchObject({ code: 409 });
    expect(other.statusCode).toBe(201);
  });

  test('is upserted: created, then replaced', async () => {
    const { items } = await startFixture();

    const created = await items.items.upsert({ id: 'x', pk: 'a', n: 1 });
    const replaced = await items.items.upsert({ id: 'x', pk: 'a', n: 2 });

    expect([created.statusCode, replaced.statusCode]).toEqual([201, 200]);
    expect(replaced.resource).toMatchObject({ n: 2, _rid: created.resource?._rid });
    expect(replaced.etag).not.toBe(created.etag);
  });

  test('is replaced as a whole, even by what was read before', async () => {
    const { items } = await startFixture();
    const { resource } = await items.items.create({ id: 'x', pk: 'a', gone: true });

    const replaced = await items.item('x', 'a').replace({ ...resource, gone: undefined, n: 2 });

    expect(replaced.statusCode).toBe(200);
    expect(replaced.resource).toEqual({ ...resource, gone: undefined, n: 2, _etag: replaced.etag });
  });

  test('that is not there is neither replaced nor deleted', async () => {
    const { items } = await startFixture();

    const replaced = await refusal(items.item('x', 'a').replace({ id: 'x', pk: 'a' }));
    const deleted = await refusal(items.item('x', 'a').delete());

    expect(replaced).toMatchObject({ code: 404 });
    expect(deleted).toMatchObject({ code: 404 });
  });

  test('keeps its id when it is replaced', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const refused = await refusal(items.item('x', 'a').replace({ id: 'y', pk: 'a' }));

    expect(refused).toMatchObject({ code: 400 });
  });

  test('is deleted', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const deleted = await items.item('x', 'a').delete();

    expect(deleted.statusCode).toBe(204);
    expect((await items.item('x', 'a').read()).statusCode).toBe(404);
  });

  test('keeps any JSON as it is', async () => {
    const { items } = await startFixture();
    const content = {
      text: 'é😀\u0000"\\\n\u2028',
      numbers: [0, -1.5, 1e21, 2 ** 53],
      empty: {},
      __proto__x: 1,
      constructor: 'c',
    };

    await items.items.create({ id: 'x', pk: 'a', content });

    expect((await items.item('x', 'a').read()).resource.content).toEqual(content);
  });
});

describe('an etag', () => {
  const stale = { accessCondition: { type: 'IfMatch', condition: '"0000000000000001"' } };

  test('that is current lets a write through, an old one does not', async () => {
    const { items } = await startFixture();
    const { etag: condition } = await items.items.create({ id: 'x', pk: 'a', n: 1 });
    const current = { accessCondition: { type: 'IfMatch', condition } };

    const first = await items.item('x', 'a').replace({ id: 'x', pk: 'a', n: 2 }, current);
    const second = await refusal(items.item('x', 'a').replace({ id: 'x', pk: 'a', n: 3 }, current));

    expect(first.statusCode).toBe(200);
    expect(second).toMatchObject({ code: 412 });
    expect((await items.item('x', 'a').read()).resource).toMatchObject({ n: 2 });
  });

  test('guards upserts, patches and deletions too', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });
    const item = items.item('x', 'a');

    const refused = await Promise.all([
      refusal(items.items.upsert({ id: 'x', pk: 'a' }, stale)),
      refusal(item.patch([{ op: 'set', path: '/n', value: 1 }], stale)),
      refusal(item.delete(stale)),
    ]);

    expect(refused.map(({ code }) => code)).toEqual([412, 412, 412]);
  });

  test('may be any with *', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const deleted = await items.item('x', 'a').delete({ accessCondition: { type: 'IfMatch', condition: '*' } });

    expect(deleted.statusCode).toBe(204);
  });

  test('that the client has already is answered 304 without the item', async () => {
    const { items } = await startFixture();
    const { etag: condition } = await items.items.create({ id: 'x', pk: 'a' });

    const same = await items.item('x', 'a').read({ accessCondition: { type: 'IfNoneMatch', condition } });
    const other = await items.item('x', 'a').read({ accessCondition: { type: 'IfNoneMatch', condition: '"0"' } });

    expect(same.statusCode).toBe(304);
    expect(other.statusCode).toBe(200);
  });

  test('lets one of many concurrent writers win', async () => {
    const { items } = await startFixture();
    const { etag: condition } = await items.items.create({ id: 'x', pk: 'a' });

    const writes = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        items.item('x', 'a').replace({ id: 'x', pk: 'a', n }, { accessCondition: { type: 'IfMatch', condition } }),
      ),
    );

    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a partition key', () => {
  const values: [string, PartitionKey | undefined, unknown][] = [
    ['a string', 'plain', 'plain'],
    ['an empty string', '', ''],
    ['odd characters', 'ü/\\#?"\' 😀\n', 'ü/\\#?"\' 😀\n'],
    ['a number', 1.5, 1.5],
    ['zero', 0, 0],
    ['true', true, true],
    ['false', false, false],
    ['null', null, null],
    ['nothing', undefined, undefined],
  ];

  test.each(values)('may be %s', async (_name, key, value) => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: value, n: 1 });

    const read = await items.item('x', key).read();
    const replaced = await items.item('x', key).replace({ id: 'x', pk: value, n: 2 });
    const deleted = await items.item('x', key).delete();

    expect([read.statusCode, replaced.statusCode, deleted.statusCode]).toEqual([200, 200, 204]);
    expect(read.resource.pk).toEqual(value);
  });

  test('of each of these values is a partition of its own', async () => {
    const { items } = await startFixture();
    const keys = [...values.map(([, , value]) => value), '1.5', 'true', 'null', '{}'];

    for (const pk of keys) await items.items.create({ id: 'same', pk });

    expect(await results(items, 'SELECT VALUE COUNT(1) FROM c')).toEqual([keys.length]);
  });

  test('may be nested', async () => {
    const { client } = await startFixture();
    const { container } = await client.database('test').containers.create({ id: 'nested', partitionKey: '/address/city' });

    await container.items.create({ id: 'x', address: { city: 'Oslo' } });
    await container.items.create({ id: 'y', address: 'unknown' });

    expect((await container.item('x', 'Oslo').read()).statusCode).toBe(200);
    expect((await container.item('y', undefined).read()).statusCode).toBe(200);
  });

  test('that differs from the one in the document is refused', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'x', pk: 'a' });

    const refused = await refusal(items.item('x', 'a').replace({ id: 'x', pk: 'b' }));

    expect(refused).toMatchObject({ code: 400, substatus: 1001 });
  });

  test('must not be an object', async () => {
    const { items } = await startFixture();

    const refused = await refusal(items.items.create({ id: 'x', pk: { a: 1 } }));

    expect(refused).toMatchObject({ code: 400 });
  });
});

describe('limits', () => {
  test.each([
    ['with spaces, quotes and accents', 'a \'b\' "c" é😀'],
    ['with a question mark', 'what?really=yes'],
    ['with percent signs', '100%25'],
    ['of 1,023 bytes', 'x'.repeat(1023)],
  ])('an id %s is accepted', async (_name, id) => {
    const { items } = await startFixture();
    await items.items.create({ id, pk: 'a' });

    const read = await items.item(id, 'a').read();

    expect(read.resource?.id).toBe(id);
  });

  test('a longer id is refused', async () => {
    const { items } = await startFixture();

    const refused = await refusal(items.items.create({ id: 'é'.repeat(512), pk: 'a' }));

    expect(refused).toMatchObject({ code: 400 });
  });

  test('an item of 2 MB is accepted, a larger one is not', async () => {
    const { items } = await startFixture();
    const frame = JSON.stringify({ id: 'x', pk: 'a', text: '' }).length;
    const fits = 2 * 1024 * 1024 - frame;

    const accepted = await items.items.create({ id: 'x', pk: 'a', text: 'x'.repeat(fits) });
    const refused = await refusal(items.items.create({ id: 'y', pk: 'a', text: 'x'.repeat(fits + 1) }));

    expect(accepted.statusCode).toBe(201);
    expect(refused).toMatchObject({ code: 413 });
  });

  test('a document may be nested 128 levels deep', async () => {
    const { items } = await startFixture();
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);

    const accepted = await items.items.create({ id: 'x', pk: 'a', nested: nested(127) });
    const refused = await refusal(items.items.create({ id: 'y', pk: 'a', nested: nested(128) }));

    expect(accepted.statusCode).toBe(201);
    expect(refused).toMatchObject({ code: 400 });
  });

  test('a time to live must be a whole number of seconds', async () => {
    const { items } = await startFixture();

    const refused = await Promise.all(
      [0, -2, 1.5, '60'].map((ttl) => refusal(items.items.create<object>({ id: 'x', pk: 'a', ttl }))),
    );

    expect(refused.map(({ code }) => code)).toEqual([400, 400, 400, 400]);
  });
});

test('request charges grow with size, and a replacement costs about twice a creation', async () => {
  const { items } = await startFixture();
  const text = 'x'.repeat(40 * 1024);

  const small = await items.items.create({ id: 'small', pk: 'a' });
  const large = await items.items.create({ id: 'large', pk: 'a', text });
  const readSmall = await items.item('small', 'a').read();
  const readLarge = await items.item('large', 'a').read();
  const replaced = await items.item('small', 'a').replace({ id: 'small', pk: 'a' });

  expect(small.requestCharge).toBeCloseTo(5.29);
  expect(large.requestCharge).toBeGreaterThan(20);
  expect(readSmall.requestCharge).toBe(1);
  expect(readLarge.requestCharge).toBeCloseTo(4.64);
  expect(replaced.requestCharge).toBeCloseTo(10.29);
});
