import type { AggregateName } from './syntax.ts';
import { compareForOrder, typeOf, type Value } from './values.ts';

/** An aggregate function at work on the rows of a group, of which none is kept. */
export interface Aggregate {
  /** Takes the value of one row; undefined ones (missing properties) do not count. */
  add(value: Value): void;
  result(): Value;
}

export function startAggregate(name: AggregateName): Aggregate {
  switch (name) {
    case 'COUNT':
      return count();
    case 'SUM':
      return numbers((sum) => sum);
    case 'AVG':
      return numbers((sum, count) => (count === 0 ? undefined : sum / count));
    case 'MIN':
      return extreme((order) => order < 0);
    case 'MAX':
      return extreme((order) => order > 0);
  }
}

function count(): Aggregate {
  let total = 0;
  return {
    add: (value) => {
      if (value !== undefined) total += 1;
    },
    result: () => total,
  };
}

/** Undefined as soon as one value is not a number. */
function numbers(result: (sum: number, count: number) => Value): Aggregate {
  let sum: number | undefined = 0;
  let count = 0;
  return {
    add: (value) => {
      if (value === undefined) return;
      sum = sum !== undefined && typeof value === 'number' ? sum + value : undefined;
      count += 1;
    },
    result: () => (sum === undefined ? undefined : result(sum, count)),
  };
}

/** Undefined as soon as one value is an array or object, which have no order. */
function extreme(wins: (order: number) => boolean): Aggregate {
  let found: Value;
  let isOrdered = true;
  return {
    add: (value) => {
      if (value === undefined) return;
      isOrdered &&= typeOf(value) !== 'array' && typeOf(value) !== 'object';
      if (found === undefined || wins(compareForOrder(value, found))) found = value;
    },
    result: () => (isOrdered ? found : undefined),
  };
}
