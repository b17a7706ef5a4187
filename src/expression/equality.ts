import { compareDecimals, type Decimal, decimalToNumber, decimalToText, parseDecimal } from './decimal.ts';
import { CHARACTERS_PER_STEP, DECIMAL_STEPS } from './limits.ts';
import type { Runtime } from './runtime.ts';
import { DecimalValue, isList, isMapping, type Mapping, Missing, numberOf, SetValue, type Value } from './values.ts';

/** Deep equality: 1, 1.0 and True are equal; a text never equals a number. */
export function equals(left: Value, right: Value, runtime: Runtime): boolean {
  if (typeof left === 'string' && typeof right === 'string') return equalTexts(left, right, runtime);
  if (left === right) return true;
  const order = compareNumbers(left, right, runtime);
  if (order !== undefined) return order === 0;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  runtime.spend(1);
  if (isList(left)) return isList(right) && equalLists(left, right, runtime);
  if (left instanceof SetValue) {
    runtime.spend(left.items.size);
    return (
      right instanceof SetValue &&
      left.items.size === right.items.size &&
      [...left.items.keys()].every((key) => right.items.has(key))
    );
  }
  if (left instanceof Missing || right instanceof Missing) return false;
  return isMapping(left) && isMapping(right) && equalMappings(left, right, runtime);
}

function equalTexts(left: string, right: string, runtime: Runtime): boolean {
  if (left.length !== right.length) return false;
  runtime.spend(left.length / CHARACTERS_PER_STEP);
  return left === right;
}

function equalLists(left: readonly Value[], right: readonly Value[], runtime: Runtime): boolean {
  if (left.length !== right.length) return false;
  runtime.enter();
  const equal = left.every((item, index) => equals(item, right[index] ?? null, runtime));
  runtime.leave();
  return equal;
}

function equalMappings(left: Mapping, right: Mapping, runtime: Runtime): boolean {
  const keys = Object.keys(left);
  runtime.spend(keys.length);
  if (keys.length !== Object.keys(right).length) return false;
  runtime.enter();
  const equal = keys.every((key) => Object.hasOwn(right, key) && equals(left[key] ?? null, right[key] ?? null, runtime));
  runtime.leave();
  return equal;
}

/** Negative, zero or positive as `left` sorts before, with or after `right`; undefined if the two have no order. */
export function compare(left: Value, right: Value, runtime: Runtime): number | undefined {
  if (typeof left === 'string' && typeof right === 'string') return compareText(left, right, runtime);
  if (isList(left) && isList(right)) return compareLists(left, right, runtime);
  return compareNumbers(left, right, runtime);
}

function compareNumbers(left: Value, right: Value, runtime: Runtime): number | undefined {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return a === b ? 0 : a < b ? -1 : 1;
  if (!(left instanceof DecimalValue) && !(right instanceof DecimalValue)) return undefined;
  runtime.spend(DECIMAL_STEPS);
  const exactA = left instanceof DecimalValue ? left.value : asDecimal(a);
  const exactB = right instanceof DecimalValue ? right.value : asDecimal(b);
  return exactA === undefined || exactB === undefined ? undefined : compareDecimals(exactA, exactB);
}

function asDecimal(value: number | undefined): Decimal | undefined {
  return value === undefined ? undefined : parseDecimal(String(value));
}

function compareLists(left: readonly Value[], right: readonly Value[], runtime: Runtime): number | undefined {
  runtime.spendItems(Math.min(left.length, right.length));
  runtime.enter();
  const differs = left.findIndex((item, index) => !equals(item, right[index] ?? null, runtime));
  const [item, other] = [left[differs], right[differs]];
  const order = item === undefined || other === undefined ? left.length - right.length : compare(item, other, runtime);
  runtime.leave();
  return order;
}

/** By code point: comparing UTF-16 units would put characters beyond the basic plane in the wrong place. */
function compareText(left: string, right: string, runtime: Runtime): number {
  const length = Math.min(left.length, right.length);
  runtime.spend(length / CHARACTERS_PER_STEP);
  for (let index = 0; index < length; index++) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue;
    return (left.codePointAt(index) ?? 0) - (right.codePointAt(index) ?? 0);
  }
  return left.length - right.length;
}

/** A text that is the same for equal values, by which sets and mappings know their items. Undefined for lists and mappings. */
export function identityKey(value: Value, runtime: Runtime): string | undefined {
  if (value === null) return 'None';
  if (typeof value === 'string') {
    runtime.spend(1 + value.length / CHARACTERS_PER_STEP);
    return `'${value}`;
  }
  const number = numberOf(value);
  if (number !== undefined) return `${number}`;
  if (value instanceof DecimalValue) return decimalKey(value.value);
  if (!isList(value)) return undefined;
  runtime.spend(value.length);
  runtime.enter();
  const parts = value.map((item) => identityKey(item, runtime));
  runtime.leave();
  return parts.includes(undefined) ? undefined : JSON.stringify(parts);
}

/** The same as of the number that equals it. */
function decimalKey(value: Decimal): string {
  const number = decimalToNumber(value);
  const same = asDecimal(number);
  return same !== undefined && compareDecimals(same, value) === 0 ? `${number}` : decimalToText(value);
}
