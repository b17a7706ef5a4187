import type { AggregateName } from './syntax.ts';
import { compareForOrder, typeOf, type Value } from './values.ts';

/** Aggregates the values of a group; undefined ones (missing properties) do not count. */
export function aggregate(name: AggregateName, values: Iterable<Value>): Value {
  const defined = [...values].filter((value) => value !== undefined);
  switch (name) {
    case 'COUNT':
      return defined.length;
    case 'SUM':
      return sum(defined);
    case 'AVG': {
      const total = sum(defined);
      return total === undefined || defined.length === 0 ? undefined : total / defined.length;
    }
    case 'MIN':
      return extreme(defined, (order) => order < 0);
    case 'MAX':
      return extreme(defined, (order) => order > 0);
  }
}

/** Undefined as soon as one value is not a number. */
function sum(values: readonly Value[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (typeof value !== 'number') return undefined;
    total += value;
  }
  return total;
}

/** Undefined as soon as one value is an array or object, which have no order. */
function extreme(values: readonly Value[], wins: (order: number) => boolean): Value {
  let found: Value;
  for (const value of values) {
    const type = typeOf(value);
    if (type === 'array' || type === 'object') return undefined;
    if (found === undefined || wins(compareForOrder(value, found))) found = value;
  }
  return found;
}
