import type { Container } from '@azure/cosmos';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refusal, results, startFixture } from './cosmos-fixture.ts';

const ORDERS = [
  {
    id: '1',
    pk: 'a',
    name: 'Anna',
    total: 10,
    tags: ['new', 'gift'],
    lines: [{ sku: 'x', count: 2 }],
    address: { city: 'Oslo' },
  },
  {
    id: '2',
    pk: 'a',
    name: 'Bert',
    total: 25,
    tags: ['gift'],
    lines: [
      { sku: 'x', count: 1 },
      { sku: 'y', count: 5 },
    ],
    vip: true,
  },
  { id: '3', pk: 'b', name: 'Carl', total: 5, tags: [], lines: [], address: { city: null }, vip: false },
  { id: '4', pk: 'b', name: 'dora', total: '25', tags: ['new'], lines: [{ sku: 'z', count: 1 }], address: { city: 'Bern' } },
  { id: '5', pk: 'c', name: 'Émile', total: null, address: { city: 'Oslo' } },
];

async function startWithOrders(): Promise<Container> {
  const { items } = await startFixture();
  for (const order of ORDERS) await items.items.create(order);
  return items;
}

const ids = (where: string) => `SELECT VALUE c.id FROM c WHERE ${where}`;

describe('WHERE', () => {
  const cases: [string, string[]][] = [
    ['c.name = "Anna"', ['1']],
    ["c.name = 'Anna'", ['1']],
    ['c["name"] != "Anna"', ['2', '3', '4', '5']],
    ['c.total > 5', ['1', '2']],
    ['5 < c.total', ['1', '2']],
    ['c.total >= 5 AND c.total < 25', ['1', '3']],
    ['c.total = "25"', ['4']],
    ['c.total = 25', ['2']],
    ['c.total <> 10', ['2', '3']],
    ['c.total = null', ['5']],
    ['IS_NULL(c.total)', ['5']],
    ['IS_DEFINED(c.vip)', ['2', '3']],
    ['NOT IS_DEFINED(c.vip)', ['1', '4', '5']],
    ['c.vip', ['2']],
    ['NOT c.vip', ['3']],
    ['c.vip = undefined', []],
    ['c.vip OR c.name = "Anna"', ['1', '2']],
    ['NOT (c.vip AND c.name = "Anna")', ['2', '3', '4', '5']],
    ['c.address.city = "Oslo"', ['1', '5']],
    ['c.address.city = null', ['3']],
    ['c.name IN ("Anna", "Carl", 3)', ['1', '3']],
    ['c.name NOT IN ("Anna", "Carl")', ['2', '4', '5']],
    ['c.total BETWEEN 5 AND 10', ['1', '3']],
    ['c.total NOT BETWEEN 5 AND 10', ['2']],
    ['c.name LIKE "%r%"', ['2', '3', '4']],
    ['c.name LIKE "_nna"', ['1']],
    ['c.name NOT LIKE "[A-D]%"', ['4', '5']],
    ['c.name LIKE "Ém%"', ['5']],
    ['c.name LIKE "!Ann_" ESCAPE "!"', ['1']],
    ['c.name LIKE "Ann!_" ESCAPE "!"', []],
    ['c.tags[0] = "gift"', ['2']],
    ['c.tags = []', ['3']],
    ['c.lines = [{"count": 2, "sku": "x"}]', ['1']],
    ['c.total * 2 + 5 = 25', ['1']],
    ['c.total % 10 = 5', ['2', '3']],
    ['-c.total = -10', ['1']],
    ['c.pk || c.id = "b4"', ['4']],
    ['(c.vip ?? "none") = "none"', ['1', '4', '5']],
    ['(IS_STRING(c.total) ? 1 : 2) = 1', ['4']],
    ['IS_NUMBER(c.total) AND NOT IS_ARRAY(c.tags[0]) AND IS_OBJECT(c.address)', ['1', '3']],
    ['IS_BOOL(c.vip) AND IS_PRIMITIVE(c.vip)', ['2', '3']],
    ['CONTAINS(c.name, "nn")', ['1']],
    ['CONTAINS(c.name, "NN", true)', ['1']],
    ['STARTSWITH(c.name, "d")', ['4']],
    ['EndsWith(c.name, "t")', ['2']],
    ['LOWER(c.name) = "bert"', ['2']],
    ['UPPER(c.name) = "ÉMILE"', ['5']],
    ['LENGTH(c.name) = 5', ['5']],
    ['REGEXMATCH(c.name, "^[a-z]")', ['4']],
    ['ARRAY_CONTAINS(c.tags, "new")', ['1', '4']],
    ['ARRAY_CONTAINS(c.lines, {"sku": "x"}, true)', ['1', '2']],
    ['ARRAY_CONTAINS(c.lines, {"sku": "x"})', []],
    ['ARRAY_LENGTH(c.tags) = 0', ['3']],
    ['ABS(c.total - 20) = 5', ['2']],
    ['EXISTS(SELECT VALUE l FROM l IN c.lines WHERE l.count > 1)', ['1', '2']],
    ['(SELECT VALUE COUNT(1) FROM l IN c.lines) = 2', ['2']],
    ['ARRAY_LENGTH(ARRAY(SELECT VALUE l.sku FROM l IN c.lines WHERE l.sku != "y")) = 1', ['1', '2', '4']],
    ['c.pk = "a" AND c.id = "2"', ['2']],
    ['c._ts > 0 -- a comment\n AND c.pk = "c"', ['5']],
    ['TRUE', ['1', '2', '3', '4', '5']],
    ['1 = "1"', []],
    ['NOT (1 = "1")', []],
  ];

  test('selects the documents it is true for', async () => {
    const items = await startWithOrders();

    const answers = await Promise.all(cases.map(async ([where]) => [where, await results(items, ids(where))]));

    expect(answers).toEqual(cases);
  });

  test('may have hundreds of terms', async () => {
    const items = await startWithOrders();
    const terms = Array.from({ length: 400 }, (_, n) => `c.total != ${n + 100}`).join(' AND ');

    const found = await results(items, ids(`c.total > 1 AND ${terms}`));

    expect(found).toEqual(['1', '2', '3']);
  });

  test('takes parameters of any type', async () => {
    const items = await startWithOrders();
    const query = ids('c.name = @name AND c.total >= @total OR c.address = @address OR ARRAY_CONTAINS(@ids, c.id)');

    const found = await results(items, query, { '@name': 'Bert', '@total': 20, '@address': { city: 'Bern' }, '@ids': ['5'] });

    expect(found).toEqual(['2', '4', '5']);
  });

  test('finds the same documents whether SQLite narrows the scan or not', async () => {
    const { items } = await startFixture();
    const value = fc.oneof(
      fc.constantFrom('a', 'b', '', '1', 'é', '\uffff', '😀', 'true', 'null', '[]', '{}'),
      fc.constantFrom(0, -0, 1, -1, 0.5, 2 ** 53, 1e21),
      fc.constantFrom(true, false, null),
      fc.constantFrom<[] | object>([], ['a'], {}, { a: 1 }),
    );
    const samples = fc.sample(fc.record({ x: value, y: value }, { requiredKeys: [] }), { numRuns: 80, seed: 1 });
    for (const [index, sample] of samples.entries()) await items.items.create({ id: String(index), pk: 'a', ...sample });

    await fc.assert(
      fc.asyncProperty(fc.constantFrom('=', '<', '<=', '>', '>='), value, async (operator, constant) => {
        const narrowed = await results(items, ids(`c.x ${operator} @value`), { '@value': constant });
        const scanned = await results(items, ids(`(c.x ${operator} @value) OR false`), { '@value': constant });
        expect(narrowed).toEqual(scanned);
      }),
      { numRuns: 60, seed: 1 },
    );
  });
});

describe('SELECT', () => {
  const cases: [string, unknown[]][] = [
    [
      'SELECT c.id, c.address.city FROM c WHERE c.pk = "b"',
      [
        { id: '3', city: null },
        { id: '4', city: 'Bern' },
      ],
    ],
    ['SELECT c.id AS key, c["name"] title FROM c WHERE c.id = "1"', [{ key: '1', title: 'Anna' }]],
    ['SELECT c.vip FROM c WHERE c.id = "1"', [{}]],
    ['SELECT VALUE c.vip FROM c', [true, false]],
    ['SELECT c.total + 1, UPPER(c.name) FROM c WHERE c.id = "1"', [{ $1: 11, $2: 'ANNA' }]],
    [
      'SELECT VALUE {"n": c.name, list: [c.id, c.vip, 1], "deep": {"t": c.total}} FROM c WHERE c.id = "1"',
      [{ n: 'Anna', list: ['1', 1], deep: { t: 10 } }],
    ],
    ['SELECT VALUE c.address FROM c WHERE c.id = "1"', [{ city: 'Oslo' }]],
    ['SELECT * FROM c.address WHERE address.city = "Oslo"', [{ city: 'Oslo' }, { city: 'Oslo' }]],
    ['SELECT VALUE orders.id FROM orders WHERE orders.pk = "c"', ['5']],
    ['SELECT VALUE o.id FROM root o WHERE o.pk = "c"', ['5']],
    ['SELECT VALUE o.id FROM root AS o WHERE o.pk = "c"', ['5']],
    ['SELECT VALUE l.sku FROM l IN c.lines', ['x', 'x', 'y', 'z']],
    [
      'SELECT c.id, l.sku FROM c JOIN l IN c.lines WHERE l.count > 1',
      [
        { id: '1', sku: 'x' },
        { id: '2', sku: 'y' },
      ],
    ],
    [
      'SELECT VALUE [t, l.sku] FROM c JOIN t IN c.tags JOIN l IN c.lines WHERE c.id = "1"',
      [
        ['new', 'x'],
        ['gift', 'x'],
      ],
    ],
    ['SELECT VALUE n FROM c JOIN (SELECT VALUE l.count * 10 FROM l IN c.lines) AS n WHERE c.id = "2"', [10, 50]],
    ['SELECT TOP 2 VALUE c.id FROM c', ['1', '2']],
    ['SELECT VALUE c.id FROM c OFFSET 1 LIMIT 2', ['2', '3']],
    ['SELECT DISTINCT VALUE c.address.city FROM c', ['Oslo', null, 'Bern']],
    ['SELECT DISTINCT c.pk FROM c', [{ pk: 'a' }, { pk: 'b' }, { pk: 'c' }]],
    ['SELECT DISTINCT VALUE c.pk FROM c ORDER BY c.pk DESC', ['c', 'b', 'a']],
    ['SELECT 1 AS one, "two" AS two', [{ one: 1, two: 'two' }]],
    ['SELECT VALUE "\\u00e9\\n\\"" FROM c WHERE c.id = "1"', ['é\n"']],
  ];

  test('shapes its results', async () => {
    const items = await startWithOrders();

    const answers = await Promise.all(cases.map(async ([query]) => [query, await results(items, query)]));

    expect(answers).toEqual(cases);
  });

  test('* gives the documents as they are read', async () => {
    const items = await startWithOrders();
    const { resource } = await items.item('1', 'a').read();

    const found = await results(items, 'SELECT * FROM c WHERE c.id = "1"');

    expect(found).toEqual([resource]);
  });

  test('calls functions', async () => {
    const { items } = await startFixture();
    const calls: [string, unknown][] = [
      ['CONCAT("a", "b", "c")', 'abc'],
      ['SUBSTRING("abcdef", 2, 3)', 'cde'],
      ['LEFT("abc", 2) || RIGHT("abc", 1)', 'abc'],
      ['INDEX_OF("abcabc", "c", 3)', 5],
      ['REPLACE("a-b-c", "-", "+")', 'a+b+c'],
      ['REVERSE("abc")', 'cba'],
      ['TRIM("  a ") || LTRIM(" b") || RTRIM("c ")', 'abc'],
      ['REPLICATE("ab", 3)', 'ababab'],
      ['STRINGSPLIT("a,b", ",")', ['a', 'b']],
      ['STRINGJOIN(["a", "b"], "+")', 'a+b'],
      ['TOSTRING(1.5) || TOSTRING(true)', '1.5true'],
      ['STRINGTONUMBER("1e3")', 1000],
      ['STRINGTOARRAY("[1, 2]")', [1, 2]],
      ['STRINGTOOBJECT("{\\"a\\": 1}")', { a: 1 }],
      ['CEILING(1.2) + FLOOR(1.8) + ROUND(2.5) + ROUND(-2.5) + TRUNC(-1.7)', 2],
      ['ROUND(1.256, 2)', 1.26],
      ['POWER(2, 10) + SQRT(9) + SQUARE(3) + SIGN(-5) + LOG10(100)', 1037],
      ['5 & 3 | 8 ^ 1', 9],
      ['1 << 4 >> 2', 4],
      ['ARRAY_CONCAT([1], [2, 3])', [1, 2, 3]],
      ['ARRAY_SLICE([1, 2, 3, 4], 1, 2)', [2, 3]],
      ['ARRAY_SLICE([1, 2, 3], -1)', [3]],
      ['ARRAY_CONTAINS_ANY([1, 2], 2, 5) AND ARRAY_CONTAINS_ALL([1, 2], 1, 2)', true],
      ['SETINTERSECT([1, 2, 3], [2, 3, 4])', [2, 3]],
      ['SETUNION([1, 2], [2, 3])', [1, 2, 3]],
      ['OBJECTTOARRAY({"a": 1})', [{ k: 'a', v: 1 }]],
      ['IIF(1 < 2, "yes", "no")', 'yes'],
      ['IS_INTEGER(3) AND NOT IS_INTEGER(3.5)', true],
      ['GETCURRENTDATETIME()', '2026-01-01T00:00:00.0000000Z'],
      ['GETCURRENTTIMESTAMP()', Date.UTC(2026, 0, 1)],
      ['DATETIMETOTIMESTAMP("2026-01-01T00:00:00Z")', Date.UTC(2026, 0, 1)],
      ['[LOWER(1), ABS("x"), 1 / 0, ARRAY_LENGTH("x"), LENGTH(null), 1 < "2", -"x", 1 + null]', []],
    ];

    const answers = await Promise.all(calls.map(async ([call]) => [call, (await results(items, `SELECT VALUE ${call}`))[0]]));

    expect(answers).toEqual(calls);
  });
});

describe('aggregates', () => {
  const cases: [string, unknown[]][] = [
    ['SELECT VALUE COUNT(1) FROM c', [5]],
    ['SELECT VALUE COUNT(c.vip) FROM c', [2]],
    ['SELECT VALUE COUNT(1) FROM c WHERE c.pk = "none"', [0]],
    ['SELECT VALUE SUM(c.total) FROM c WHERE c.pk = "a"', [35]],
    ['SELECT VALUE SUM(c.total) FROM c', []],
    ['SELECT VALUE AVG(c.total) FROM c WHERE IS_NUMBER(c.total)', [40 / 3]],
    ['SELECT MIN(c.name) AS least, MAX(c.name) AS most FROM c', [{ least: 'Anna', most: 'Émile' }]],
    ['SELECT VALUE MAX(c.total) FROM c', ['25']],
    ['SELECT VALUE {"n": COUNT(1), "twice": SUM(c.total) * 2} FROM c WHERE c.pk = "a"', [{ n: 2, twice: 70 }]],
    [
      'SELECT c.pk, COUNT(1) AS n FROM c GROUP BY c.pk',
      [
        { pk: 'a', n: 2 },
        { pk: 'b', n: 2 },
        { pk: 'c', n: 1 },
      ],
    ],
    ['SELECT c.vip, COUNT(1) AS n FROM c GROUP BY c.vip', [{ n: 3 }, { vip: true, n: 1 }, { vip: false, n: 1 }]],
    [
      'SELECT UPPER(c.pk) AS up, MAX(c.id) AS last FROM c GROUP BY UPPER(c.pk)',
      [
        { up: 'A', last: '2' },
        { up: 'B', last: '4' },
        { up: 'C', last: '5' },
      ],
    ],
    [
      'SELECT l.sku, SUM(l.count) AS n FROM c JOIN l IN c.lines GROUP BY l.sku',
      [
        { sku: 'x', n: 3 },
        { sku: 'y', n: 5 },
        { sku: 'z', n: 1 },
      ],
    ],
    ['SELECT VALUE c.pk FROM c GROUP BY c.pk', ['a', 'b', 'c']],
    ['SELECT c.pk FROM c WHERE false GROUP BY c.pk', []],
  ];

  test('look at all rows, or those of a group', async () => {
    const items = await startWithOrders();

    const answers = await Promise.all(cases.map(async ([query]) => [query, await results(items, query)]));

    expect(answers).toEqual(cases);
  });
});

describe('ORDER BY', () => {
  test('sorts by several properties, each in its direction', async () => {
    const items = await startWithOrders();

    const found = await results(items, 'SELECT VALUE c.id FROM c ORDER BY c.pk DESC, c.name ASC');

    expect(found).toEqual(['5', '3', '4', '1', '2']);
  });

  test('sorts values of all types, the missing first', async () => {
    const { items } = await startFixture();
    const values = [{}, [], 'é', 'z', '', 10, 9, -1, true, false, null];
    for (const [index, v] of values.entries()) await items.items.create({ id: String(index), pk: 'a', v });
    await items.items.create({ id: 'missing', pk: 'a' });

    const found = await results(items, 'SELECT c.v FROM c ORDER BY c.v');

    expect(found).toEqual([{}, ...[null, false, true, -1, 9, 10, '', 'z', 'é', [], {}].map((v) => ({ v }))]);
  });
});

describe('pages', () => {
  const PAGED = [
    'SELECT * FROM c',
    'SELECT VALUE c.id FROM c WHERE c.n > 3',
    'SELECT VALUE c.id FROM c ORDER BY c.n DESC',
    'SELECT VALUE c.id FROM c ORDER BY c.odd, c.n DESC',
    'SELECT VALUE c.id FROM c ORDER BY c.missing',
    'SELECT VALUE t FROM c JOIN t IN c.list',
    'SELECT VALUE t FROM c JOIN t IN c.list ORDER BY c.n DESC',
    'SELECT TOP 7 VALUE c.id FROM c',
    'SELECT TOP 7 VALUE c.id FROM c ORDER BY c.n DESC',
    'SELECT VALUE c.id FROM c OFFSET 3 LIMIT 8',
    'SELECT VALUE c.id FROM c ORDER BY c.n DESC OFFSET 3 LIMIT 8',
    'SELECT DISTINCT VALUE c.n FROM c',
    'SELECT c.odd, COUNT(1) AS n FROM c GROUP BY c.odd',
  ];

  async function startWithNumbers(): Promise<Container> {
    const { items } = await startFixture();
    await items.items.bulk(
      Array.from({ length: 20 }, (_, n) => ({
        operationType: 'Create',
        resourceBody: { id: String(n), pk: String(n % 3), n, odd: n % 2 === 1, list: [n, n + 0.5] },
      })),
    );
    return items;
  }

  test.each(PAGED)('of %s put together are the whole', async (query) => {
    const items = await startWithNumbers();

    const whole = await results(items, query, {}, { maxItemCount: 1000 });
    const paged = await results(items, query, {}, { maxItemCount: 3 });

    expect(paged).toEqual(whole);
  });

  test.each(PAGED)('of %s are the same for a client that insists on a query plan', async (query) => {
    const items = await startWithNumbers();

    const whole = await results(items, query, {}, { maxItemCount: 1000 });
    const { resources } = await items.items.query(query, { maxItemCount: 3, forceQueryPlan: true }).fetchAll();

    expect(resources).toEqual(whole);
  });

  test('have the size that is asked for and a token for the next', async () => {
    const items = await startWithNumbers();
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n';

    const first = await items.items.query(query, { maxItemCount: 15 }).fetchNext();
    const second = await items.items
      .query(query, { maxItemCount: 15, continuationToken: first.continuationToken ?? '' })
      .fetchNext();

    expect(first.resources).toEqual(Array.from({ length: 15 }, (_, n) => n));
    expect(second.resources).toEqual([15, 16, 17, 18, 19]);
    expect(second.continuationToken).toBeUndefined();
    expect(second.hasMoreResults).toBe(false);
  });

  test('neither skip nor repeat a row when others change in between', async () => {
    const items = await startWithNumbers();
    const query = 'SELECT VALUE c.n FROM c ORDER BY c.n';
    const first = await items.items.query(query, { maxItemCount: 5 }).fetchNext();
    await items.item('1', '1').delete();
    await items.items.create({ id: 'new', pk: 'new', n: -1 });

    const second = await items.items
      .query(query, { maxItemCount: 5, continuationToken: first.continuationToken ?? '' })
      .fetchNext();

    expect(second.resources).toEqual([5, 6, 7, 8, 9]);
  });

  test('hold 4 MB at most', async () => {
    const { items } = await startFixture();
    const text = 'x'.repeat(1024 * 1024);
    for (const id of ['1', '2', '3', '4', '5']) await items.items.create({ id, pk: 'a', text });

    const first = await items.items.query('SELECT * FROM c').fetchNext();

    expect(first.resources).toHaveLength(3);
    expect(first.continuationToken).toBeDefined();
  });

  test('do not go on from a token of another query', async () => {
    const items = await startWithNumbers();
    const { continuationToken = '' } = await items.items.query('SELECT * FROM c', { maxItemCount: 1 }).fetchNext();

    const other = await refusal(items.items.query('SELECT DISTINCT c.n FROM c', { continuationToken }).fetchNext());
    const garbage = await refusal(items.items.query('SELECT * FROM c', { continuationToken: 'garbage' }).fetchNext());

    expect(other).toMatchObject({ code: 400 });
    expect(garbage).toMatchObject({ code: 400 });
  });

  test('of all items can be read without a query', async () => {
    const items = await startWithNumbers();

    const { resources } = await items.items.readAll({ maxItemCount: 7 }).fetchAll();

    expect(resources).toHaveLength(20);
  });
});

describe('a query of one partition', () => {
  test('sees its items only', async () => {
    const items = await startWithOrders();

    const found = await results(items, 'SELECT VALUE c.id FROM c', {}, { partitionKey: 'b' });
    const none = await results(items, 'SELECT VALUE c.id FROM c WHERE c.pk = "a"', {}, { partitionKey: 'b' });

    expect(found).toEqual(['3', '4']);
    expect(none).toEqual([]);
  });

  test('is charged for its partition, however large the others are', async () => {
    const { items } = await startFixture();
    await items.items.create({ id: 'mine', pk: 'a' });
    const query = () => items.items.query('SELECT * FROM c WHERE c.id != "x"', { partitionKey: 'a' }).fetchNext();
    const alone = await query();
    await items.items.bulk(
      Array.from({ length: 90 }, (_, n) => ({ operationType: 'Create', resourceBody: { id: String(n), pk: 'b' } })),
    );

    const crowded = await query();

    expect(crowded.requestCharge).toBe(alone.requestCharge);
    expect(alone.requestCharge).toBeGreaterThan(2.8);
  });

  test('may name the partition in WHERE instead', async () => {
    const { items } = await startFixture();
    await items.items.bulk(
      Array.from({ length: 90 }, (_, n) => ({ operationType: 'Create', resourceBody: { id: String(n), pk: n % 2 } })),
    );

    const named = await items.items
      .query({ query: 'SELECT * FROM c WHERE c.pk = @pk', parameters: [{ name: '@pk', value: 1 }] })
      .fetchNext();
    const scoped = await items.items.query('SELECT * FROM c', { partitionKey: 1 }).fetchNext();

    expect(named.resources).toEqual(scoped.resources);
    expect(named.requestCharge).toBe(scoped.requestCharge);
  });
});

describe('a query that cannot be run is refused, with the place', () => {
  test.each([
    ['SELECT * FRO c', 9],
    ['SELECT * FROM c WHERE', 21],
    ['SELECT * FROM c WHERE c.x = ', 28],
    ['SELECT * FROM c WHERE d.x = 1', 22],
    ['SELECT * FROM c WHERE c.x = "open', 28],
    ['SELECT * FROM c WHERE c.order = 1', 24],
    ['SELECT c.id AS value FROM c', 15],
    ['SELECT FOO(c.x) FROM c', 7],
    ['SELECT ABS(c.x, 1) FROM c', 7],
    ['SELECT udf.f(c.x) FROM c', 7],
    ['SELECT * FROM c WHERE COUNT(1) > 1', 22],
    ['SELECT SUM(MAX(c.x)) FROM c', 11],
    ['SELECT c.x, COUNT(1) FROM c', 0],
    ['SELECT c.x FROM c GROUP BY c.y', 0],
    ['SELECT * FROM c ORDER BY c.x + 1', 25],
    ['SELECT * FROM c OFFSET 1', 24],
    ['SELECT TOP 1 * FROM c OFFSET 1 LIMIT 1', 38],
    ['SELECT c.a, d.a FROM c JOIN d IN c.list', 12],
    ['SELECT * FROM c; DROP TABLE c', 15],
  ])('%s', async (query, position) => {
    const { items } = await startFixture();

    const refused = await refusal(items.items.query(query).fetchAll());

    expect(refused).toMatchObject({ code: 400, message: expect.stringContaining(`(position ${position})`) });
  });

  test('a parameter that was not sent', async () => {
    const items = await startWithOrders();

    const refused = await refusal(results(items, 'SELECT * FROM c WHERE c.x = @missing'));

    expect(refused).toMatchObject({ code: 400, message: expect.stringContaining("'@missing'") });
  });

  test('a TOP that is no number', async () => {
    const items = await startWithOrders();

    const refused = await refusal(results(items, 'SELECT TOP @n * FROM c', { '@n': 'many' }));

    expect(refused).toMatchObject({ code: 400, message: expect.stringContaining('TOP') });
  });

  test.each([
    ['terms', `SELECT * FROM c WHERE ${'c.x = 1 AND '.repeat(30_000)}true`],
    ['negations', `SELECT * FROM c WHERE ${'NOT '.repeat(30_000)}true`],
    ['properties', `SELECT * FROM c WHERE c${'.x'.repeat(30_000)}`],
  ])('%s beyond reason', async (_name, query) => {
    const { items } = await startFixture();

    const refused = await refusal(results(items, query));

    expect(refused).toMatchObject({ code: 400 });
  });

  test('an expression nested beyond reason', async () => {
    const { items } = await startFixture();

    const refused = await refusal(results(items, `SELECT VALUE ${'('.repeat(5000)}1${')'.repeat(5000)}`));

    expect(refused).toMatchObject({ code: 400 });
  });
});
