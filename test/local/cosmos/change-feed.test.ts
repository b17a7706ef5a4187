import { type ChangeFeedIteratorOptions, ChangeFeedMode, ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { refusal, startFixture } from './cosmos-fixture.ts';

/** Reads pages until there is nothing new; the ids of each page, and where to go on. */
async function drain(items: Container, options: ChangeFeedIteratorOptions): Promise<{ pages: string[][]; continuation: string }> {
  const iterator = items.items.getChangeFeedIterator(options);
  const pages: string[][] = [];
  for (;;) {
    const page = await iterator.readNext();
    if (page.statusCode === 304) return { pages, continuation: page.continuationToken };
    pages.push(page.result.map(({ id }) => id));
  }
}

describe('the change feed', () => {
  test('of a container gives all items from the beginning, in the order of their last change', async () => {
    const { items } = await startFixture();
    for (const id of ['1', '2', '3', '4']) await items.items.create({ id, pk: id });
    await items.item('2', '2').patch([{ op: 'set', path: '/n', value: 1 }]);
    await items.item('3', '3').delete();

    const { pages } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 2 });

    expect(pages).toEqual([['1', '4'], ['2']]);
  });

  test('goes on where a continuation token ends', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    const { continuation } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });
    await items.items.create({ id: '2', pk: 'b' });
    await items.item('1', 'a').patch([{ op: 'set', path: '/n', value: 1 }]);

    const { pages } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation) });

    expect(pages).toEqual([['2', '1']]);
  });

  test('from now gives later changes only', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    const iterator = items.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Now() });

    const before = await iterator.readNext();
    await items.items.create({ id: '2', pk: 'a' });
    const after = await iterator.readNext();

    expect(before.statusCode).toBe(304);
    expect(after.result.map(({ id }) => id)).toEqual(['2']);
  });

  test('from a time gives what changed since', async () => {
    const { items, clock } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    clock.advance(60_000);
    await items.items.create({ id: '2', pk: 'a' });

    const { pages } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Time(new Date(clock.now() - 1000)) });

    expect(pages).toEqual([['2']]);
  });

  test('of a partition gives its items only', async () => {
    const { items } = await startFixture();
    for (const [id, pk] of [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'a'],
    ] as const)
      await items.items.create({ id, pk });

    const { pages, continuation } = await drain(items, {
      changeFeedStartFrom: ChangeFeedStartFrom.Beginning('a'),
      maxItemCount: 1,
    });
    await items.items.create({ id: '4', pk: 'b' });
    await items.items.create({ id: '5', pk: 'a' });
    const later = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Continuation(continuation) });

    expect(pages).toEqual([['1'], ['3']]);
    expect(later.pages).toEqual([['5']]);
  });

  test('of a feed range gives the items of the range', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: '1', pk: 'a' });
    const [range] = await items.getFeedRanges();
    if (range === undefined) throw new Error('A container has a feed range.');

    const { pages } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(range) });

    expect(pages).toEqual([['1']]);
  });

  test('leaves out what has expired', async () => {
    const { items, clock } = await startFixture(10);
    await items.items.create({ id: '1', pk: 'a' });
    clock.advance(10_000);
    await items.items.create({ id: '2', pk: 'a' });

    const { pages } = await drain(items, { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() });

    expect(pages).toEqual([['2']]);
  });

  test('never gives a change twice nor loses one while writers are at work', async () => {
    const { items } = await startFixture();
    const iterator = items.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 7 });
    const ids = Array.from({ length: 60 }, (_, index) => String(index));
    const writers = Promise.all(ids.map((id) => items.items.create({ id, pk: id })));

    const seen: string[] = [];
    while (seen.length < ids.length) seen.push(...(await iterator.readNext()).result.map(({ id }) => id));
    await writers;

    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  test('with all versions and deletes is refused plainly', async () => {
    const { items } = await startFixture();
    const iterator = items.items.getChangeFeedIterator({
      changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
      changeFeedStartFrom: ChangeFeedStartFrom.Now(),
    });

    const refused = await refusal(iterator.readNext());

    expect(refused).toMatchObject({ code: 400, message: expect.stringContaining('not offered') });
  });
});
