import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { ItemTable, propertyColumn } from '../../../local/cosmos/item-table.ts';

const ITEMS = 20_000;

function filledTable(): { database: DatabaseSync; table: ItemTable } {
  const database = new DatabaseSync(':memory:');
  const table = new ItemTable(database, 1);
  table.create();
  table.createSparseIndex('waitingSince');
  database.exec('BEGIN');
  for (let number = 1; number <= ITEMS; number += 1) {
    const waiting = number % 5_000 === 0 ? { waitingSince: `t${number}` } : {};
    const body = JSON.stringify({ id: `i${number}`, ...waiting });
    table.insert({ number, partitionKey: '"p"', id: `i${number}`, lsn: number, ts: 0, expires: null, body });
  }
  database.exec('COMMIT');
  return { database, table };
}

describe('a sparse index', () => {
  it('finds the few items that have the property, without a look at the others', () => {
    const { database, table } = filledTable();
    const looked: unknown[] = [];
    database.function('look', (number) => {
      looked.push(number);
      return 1;
    });
    const waiting = { sql: `${propertyColumn(['waitingSince'])} < ?`, values: ['u'], property: 'waitingSince' };

    const found = [...table.scan({ after: 0, conditions: [waiting, { sql: 'look(number)', values: [] }], nowSeconds: 0 })];

    expect(found.map(({ number }) => number)).toEqual([5_000, 10_000, 15_000, 20_000]);
    expect(looked).toHaveLength(4);
  });
});
