import type { PatchRequestBody } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { refusal, startFixture } from './cosmos-fixture.ts';

const document = { id: 'x', pk: 'a', n: 1, text: 'old', list: [1, 2, 3], nested: { deep: { value: 1 } } };

/** The service knows `move`; the types of the client do not. */
function untyped(operations: object[]): PatchRequestBody {
  return JSON.parse(JSON.stringify(operations));
}

async function patched(operations: object[]): Promise<unknown> {
  const { items } = await startFixture();
  await items.items.create({ ...document });
  await items.item('x', 'a').patch(untyped(operations));
  const { resource } = await items.item('x', 'a').read();
  const { _rid, _self, _etag, _attachments, _ts, ...content } = resource;
  return content;
}

describe('a patch', () => {
  const cases: [string, object[], object][] = [
    ['adds a property', [{ op: 'add', path: '/more', value: { a: 1 } }], { more: { a: 1 } }],
    ['adds over a property', [{ op: 'add', path: '/text', value: 'new' }], { text: 'new' }],
    ['inserts into an array', [{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2, 3] }],
    ['appends to an array with -', [{ op: 'add', path: '/list/-', value: 4 }], { list: [1, 2, 3, 4] }],
    ['appends to an array at its length', [{ op: 'add', path: '/list/3', value: 4 }], { list: [1, 2, 3, 4] }],
    ['sets a property', [{ op: 'set', path: '/nested/deep/value', value: 2 }], { nested: { deep: { value: 2 } } }],
    ['sets an element', [{ op: 'set', path: '/list/0', value: 'x' }], { list: ['x', 2, 3] }],
    ['replaces a property', [{ op: 'replace', path: '/text', value: null }], { text: null }],
    ['replaces an element', [{ op: 'replace', path: '/list/2', value: 0 }], { list: [1, 2, 0] }],
    ['removes a property', [{ op: 'remove', path: '/nested/deep' }], { nested: {} }],
    ['removes an element', [{ op: 'remove', path: '/list/0' }], { list: [2, 3] }],
    ['increments a number', [{ op: 'incr', path: '/n', value: 2.5 }], { n: 3.5 }],
    ['decrements a number', [{ op: 'incr', path: '/n', value: -3 }], { n: -2 }],
    ['increments what is missing from zero', [{ op: 'incr', path: '/count', value: 5 }], { count: 5 }],
    ['moves a value', [{ op: 'move', from: '/nested/deep', path: '/moved' }], { nested: {}, moved: { value: 1 } }],
    ['unescapes ~1 and ~0', [{ op: 'set', path: '/a~1b~0c', value: 1 }], { 'a/b~c': 1 }],
    [
      'applies its operations one after the other',
      [
        { op: 'add', path: '/list/-', value: 4 },
        { op: 'remove', path: '/list/0' },
        { op: 'incr', path: '/list/0', value: 10 },
      ],
      { list: [12, 3, 4] },
    ],
  ];

  test.each(cases)('%s', async (_name, operations, changes) => {
    expect(await patched(operations)).toEqual({ ...document, ...changes });
  });

  const refusals: [string, object[]][] = [
    ['replaces what is missing', [{ op: 'replace', path: '/missing', value: 1 }]],
    ['removes what is missing', [{ op: 'remove', path: '/missing' }]],
    ['removes an element past the end', [{ op: 'remove', path: '/list/3' }]],
    ['adds below a missing parent', [{ op: 'add', path: '/missing/child', value: 1 }]],
    ['adds below a scalar', [{ op: 'add', path: '/text/child', value: 1 }]],
    ['inserts past the end of an array', [{ op: 'add', path: '/list/4', value: 1 }]],
    ['sets a property of an array', [{ op: 'set', path: '/list/name', value: 1 }]],
    ['increments text', [{ op: 'incr', path: '/text', value: 1 }]],
    ['moves what is missing', [{ op: 'move', from: '/missing', path: '/n' }]],
    ['moves a value into itself', [{ op: 'move', from: '/nested', path: '/nested/deep/self' }]],
    ['changes the id', [{ op: 'set', path: '/id', value: 'y' }]],
    ['changes the partition key', [{ op: 'set', path: '/pk', value: 'b' }]],
    ['changes a system property', [{ op: 'set', path: '/_ts', value: 1 }]],
    ['has no operations', []],
    ['has more than ten operations', Array.from({ length: 11 }, () => ({ op: 'incr', path: '/n', value: 1 }))],
    ['sets an invalid time to live', [{ op: 'set', path: '/ttl', value: 'soon' }]],
  ];

  test.each(refusals)('that %s is refused and changes nothing', async (_name, operations) => {
    const { items } = await startFixture();
    const { etag } = await items.items.create({ ...document });

    const refused = await refusal(items.item('x', 'a').patch(untyped(operations)));

    expect(refused).toMatchObject({ code: 400 });
    expect((await items.item('x', 'a').read()).etag).toBe(etag);
  });

  test('that fails at its last operation undoes those before', async () => {
    const { items } = await startFixture();
    await items.items.create({ ...document });

    await refusal(
      items.item('x', 'a').patch([
        { op: 'set', path: '/n', value: 99 },
        { op: 'remove', path: '/missing' },
      ]),
    );

    expect((await items.item('x', 'a').read()).resource).toMatchObject(document);
  });

  test('of an item that is not there is refused', async () => {
    const { items } = await startFixture();

    const refused = await refusal(items.item('x', 'a').patch([{ op: 'set', path: '/n', value: 1 }]));

    expect(refused).toMatchObject({ code: 404 });
  });

  test('with a condition is applied only to an item that passes it', async () => {
    const { items } = await startFixture();
    await items.items.create({ ...document });
    const patch = (condition: string) =>
      items.item('x', 'a').patch({ condition, operations: [{ op: 'incr', path: '/n', value: 1 }] });

    const passed = await patch('FROM c WHERE c.n = 1 AND IS_DEFINED(c.nested)');
    const failed = await refusal(patch('from c where c.n = 1'));
    const malformed = await refusal(patch('WHERE c.n = 1'));

    expect(passed.resource).toMatchObject({ n: 2 });
    expect(failed).toMatchObject({ code: 412, substatus: 1110 });
    expect(malformed).toMatchObject({ code: 400 });
  });

  test('costs about as much as a replacement', async () => {
    const { items } = await startFixture();
    await items.items.create({ ...document });

    const { requestCharge } = await items.item('x', 'a').patch([{ op: 'incr', path: '/n', value: 1 }]);

    expect(requestCharge).toBeCloseTo(10.29);
  });
});
