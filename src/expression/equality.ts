import { compareDecimals, type Decimal, parseDecimal } from './decimal.ts';
import type { Runtime } from './runtime.ts';
import { DecimalValue, isList, isMapping, Missing, numberOf, SetValue, type Value } from './values.ts';

/** Deep equality: 1, 1.0 and True are equal; a text never equals a number. */
export function equals(left: Value, right: Value, runtime: Runtime): boolean {
  if (left === right) return true;
  const order = compareNumbers(left, right);
  if (order !== undefined) return order === 0;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  runtime.spend(1);
  if (isList(left)) {
    return (
      isList(right) && left.length === right.length && left.every((item, index) => equals(item, right[index] ?? null, runtime))
    );
  }
  if (left instanceof SetValue) {
    return (
      right instanceof SetValue &&
      left.items.size === right.items.size &&
      [...left.items.keys()].every((key) => right.items.has(key))
    );
  }
  if (left instanceof Missing || right instanceof Missing) return false;
  if (!isMapping(left) || !isMapping(right)) return false;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && equals(left[key] ?? null, right[key] ?? null, runtime));
}

/** Negative, zero or positive as `left` sorts before, with or after `right`; undefined if the two have no order. */
export function compare(left: Value, right: Value, runtime: Runtime): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right);
  if (isList(left) && isList(right)) return compareLists(left, right, runtime);
  return compareNumbers(left, right);
}

function compareNumbers(left: Value, right: Value): number | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return a === b ? 0 : a < b ? -1 : 1;
  const exactA = left instanceof DecimalValue ? left.value : asDecimal(a);
  const exactB = right instanceof DecimalValue ? right.value : asDecimal(b);
  return exactA === undefined || exactB === undefined ? undefined : compareDecimals(exactA, exactB);
}

function asDecimal(value: number | undefined): Decimal | undefined {
  return value === undefined ? undefined : parseDecimal(String(value));
}

function compareLists(left: readonly Value[], right: readonly Value[], runtime: Runtime): number | undefined {
  runtime.spendItems(Math.min(left.length, right.length));
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (!equals(item, other, runtime)) return compare(item, other, runtime);
  }
  return left.length - right.length;
}

/** By code point: comparing UTF-16 units would put characters beyond the basic plane in the wrong place. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue;
    return (left.codePointAt(index) ?? 0) - (right.codePointAt(index) ?? 0);
  }
  return left.length - right.length;
}

/** A text that is the same for equal values, by which sets and mappings know their items. Undefined for lists and mappings. */
export function identityKey(value: Value): string | undefined {
  if (value === null) return 'None';
  if (typeof value === 'string') return `'${value}`;
  const number = numberOf(value);
  if (number !== undefined) return `${number}`;
  if (value instanceof DecimalValue) return `${value.value.coefficient}e${value.value.exponent}`;
  if (!isList(value)) return undefined;
  const parts = value.map(identityKey);
  return parts.includes(undefined) ? undefined : JSON.stringify(parts);
}
