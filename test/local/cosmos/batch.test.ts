import type { OperationInput } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { refusal, results, startFixture } from './cosmos-fixture.ts';

describe('an atomic batch', () => {
  test('performs all of its operations', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'read', pk: 'a' });
    await items.items.create({ id: 'replace', pk: 'a', n: 1 });
    await items.items.create({ id: 'patch', pk: 'a', n: 1 });
    await items.items.create({ id: 'delete', pk: 'a' });

    const { code, result } = await items.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'create', pk: 'a' } },
        { operationType: 'Upsert', resourceBody: { id: 'upsert', pk: 'a' } },
        { operationType: 'Upsert', resourceBody: { id: 'replace', pk: 'a', n: 2 } },
        { operationType: 'Read', id: 'read' },
        { operationType: 'Replace', id: 'replace', resourceBody: { id: 'replace', pk: 'a', n: 3 } },
        { operationType: 'Patch', id: 'patch', resourceBody: { operations: [{ op: 'incr', path: '/n', value: 1 }] } },
        { operationType: 'Delete', id: 'delete' },
      ],
      'a',
    );

    expect(code).toBe(200);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 201, 200, 200, 200, 200, 204]);
    expect(result?.[5]).toMatchObject({
      resourceBody: { id: 'patch', n: 2 },
      eTag: expect.any(String),
      requestCharge: expect.any(Number),
    });
    expect(await results(items, 'SELECT VALUE c.id FROM c ORDER BY c.id')).toEqual([
      'create',
      'patch',
      'read',
      'replace',
      'upsert',
    ]);
  });

  test('that fails in one operation performs none', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'there', pk: 'a' });

    const { code, result } = await items.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'new', pk: 'a' } },
        { operationType: 'Delete', id: 'there' },
        { operationType: 'Create', resourceBody: { id: 'new', pk: 'a' } },
        { operationType: 'Create', resourceBody: { id: 'other', pk: 'a' } },
      ],
      'a',
    );

    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 409, 424]);
    expect(await results(items, 'SELECT VALUE c.id FROM c')).toEqual(['there']);
  });

  test('sees its own writes', async () => {
    const { items } = await startFixture();

    const { result } = await items.items.batch(
      [
        { operationType: 'Create', resourceBody: { id: 'x', pk: 'a', n: 1 } },
        { operationType: 'Patch', id: 'x', resourceBody: [{ op: 'incr', path: '/n', value: 1 }] },
        { operationType: 'Read', id: 'x' },
      ],
      'a',
    );

    expect(result?.[2]?.resourceBody).toMatchObject({ n: 2 });
  });

  test('checks etags and the conditions of patches', async () => {
    const { items } = await startFixture();
    const { etag } = await items.items.create({ id: 'x', pk: 'a', n: 1 });
    const replace = (ifMatch: string): OperationInput => ({
      operationType: 'Replace',
      id: 'x',
      ifMatch,
      resourceBody: { id: 'x', pk: 'a', n: 2 },
    });
    const condition = 'FROM c WHERE c.n = 1';

    const current = await items.items.batch([replace(etag)], 'a');
    const stale = await items.items.batch([replace(etag)], 'a');
    const unmet = await items.items.batch(
      [{ operationType: 'Patch', id: 'x', resourceBody: { condition, operations: [{ op: 'set', path: '/n', value: 9 }] } }],
      'a',
    );

    expect(current.code).toBe(200);
    expect(stale.result).toMatchObject([{ statusCode: 412 }]);
    expect(unmet.result).toMatchObject([{ statusCode: 412, subStatusCode: 1110 }]);
  });

  test('leaves the documents out of the answer when it is told to', async () => {
    const { items } = await startFixture();

    const { result } = await items.items.batch([{ operationType: 'Create', resourceBody: { id: 'x', pk: 'a' } }], 'a', {
      contentResponseOnWriteEnabled: false,
    });

    expect(result).toEqual([{ statusCode: 201, eTag: expect.any(String), requestCharge: expect.any(Number) }]);
  });

  test('takes 100 operations, all of one partition', async () => {
    const { items } = await startFixture();
    const creates = Array.from(
      { length: 100 },
      (_, n): OperationInput => ({ operationType: 'Create', resourceBody: { id: `${n}`, pk: 'a' } }),
    );

    const full = await items.items.batch(creates, 'a');
    const mixed = await items.items.batch([{ operationType: 'Create', resourceBody: { id: 'x', pk: 'b' } }], 'a');

    expect(full.code).toBe(200);
    expect(mixed.result).toMatchObject([{ statusCode: 400, subStatusCode: 1001 }]);
    expect(await results(items, 'SELECT VALUE COUNT(1) FROM c')).toEqual([100]);
  });

  test('above 2 MB is refused', async () => {
    const { items } = await startFixture();
    const text = 'x'.repeat(1024 * 1024);

    const refused = await refusal(
      items.items.batch(
        ['1', '2'].map((id) => ({ operationType: 'Create', resourceBody: { id, pk: 'a', text } })),
        'a',
      ),
    );

    expect(refused.message).toContain('larger than 2097152 bytes');
    expect(await results(items, 'SELECT VALUE COUNT(1) FROM c')).toEqual([0]);
  });
});

describe('a bulk request', () => {
  const operations: OperationInput[] = [
    { operationType: 'Create', partitionKey: 'a', resourceBody: { id: 'new', pk: 'a' } },
    { operationType: 'Create', partitionKey: 'a', resourceBody: { id: 'there', pk: 'a' } },
    {
      operationType: 'Patch',
      partitionKey: 'b',
      id: 'patched',
      resourceBody: { condition: 'FROM c WHERE c.n = 1', operations: [{ op: 'incr', path: '/n', value: 1 }] },
    },
    {
      operationType: 'Patch',
      partitionKey: 'b',
      id: 'patched',
      resourceBody: { condition: 'FROM c WHERE c.n = 1', operations: [{ op: 'incr', path: '/n', value: 1 }] },
    },
    { operationType: 'Read', partitionKey: 'c', id: 'missing' },
    { operationType: 'Delete', partitionKey: 'a', id: 'there' },
    { operationType: 'Upsert', partitionKey: null, resourceBody: { id: 'null', pk: null } },
  ];
  const statuses = [201, 409, 200, 412, 404, 204, 201];
  const remaining = ['new', 'null', 'patched'];

  async function startWithItems() {
    const fixture = await startFixture();
    await fixture.items.items.create({ id: 'there', pk: 'a' });
    await fixture.items.items.create({ id: 'patched', pk: 'b', n: 1 });
    return fixture;
  }

  test('performs each operation on its own (executeBulkOperations)', async () => {
    const { items } = await startWithItems();

    const answers = await items.items.executeBulkOperations(structuredClone(operations));

    expect(answers.map(({ response, error }) => response?.statusCode ?? error?.code)).toEqual(statuses);
    expect(answers[0]?.response).toMatchObject({
      resourceBody: { id: 'new' },
      requestCharge: expect.any(Number),
      eTag: expect.any(String),
    });
    expect(answers[3]?.error).toMatchObject({ substatus: 1110 });
    expect(await results(items, 'SELECT VALUE c.id FROM c ORDER BY c.id')).toEqual(remaining);
  });

  test('performs each operation on its own (bulk)', async () => {
    const { items } = await startWithItems();

    const answers = await items.items.bulk(structuredClone(operations));

    expect(answers.map(({ statusCode }) => statusCode)).toEqual(statuses);
    expect(await results(items, 'SELECT VALUE c.id FROM c ORDER BY c.id')).toEqual(remaining);
  });

  test('stops at its first failure when it is told to', async () => {
    const { items } = await startWithItems();

    const answers = await items.items.bulk(structuredClone(operations), { continueOnError: false });

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 409, 424, 424, 424, 424, 424]);
  });

  test('has its operations throttled one by one', async () => {
    const { server, items } = await startFixture();
    server.throttle({ share: 0.5, retryAfterMs: 5, seed: 3 });
    const creates = Array.from(
      { length: 20 },
      (_, n): OperationInput => ({ operationType: 'Create', resourceBody: { id: `${n}`, pk: `${n}` } }),
    );

    const answers = await items.items.bulk(creates);

    const codes = answers.map(({ statusCode }) => statusCode);
    expect(new Set(codes)).toEqual(new Set([201, 429]));
    expect(answers.find(({ statusCode }) => statusCode === 429)).toMatchObject({ retryAfterMilliseconds: 5 });
    server.throttle(null);
    expect(await results(items, 'SELECT VALUE COUNT(1) FROM c')).toEqual([codes.filter((code) => code === 201).length]);
  });
});
