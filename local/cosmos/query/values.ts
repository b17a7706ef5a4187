import { isJsonObject, type JsonValue } from '../json.ts';

/** A value of a query: JSON, or undefined, which is what a missing property is and what an operation on the wrong types gives. */
export type Value = JsonValue | undefined;

const TYPE_ORDER = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const;
export type ValueType = (typeof TYPE_ORDER)[number];

export function typeOf(value: Value): ValueType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'boolean' || type === 'number' || type === 'string' || type === 'undefined' ? type : 'object';
}

/** `=` of the query language: undefined across types, deep for arrays and objects. */
export function isEqual(left: Value, right: Value): boolean | undefined {
  const type = typeOf(left);
  return type === 'undefined' || type !== typeOf(right) ? undefined : isSame(left, right);
}

/** Deep equality of any two values; two undefined ones are the same. */
export function isSame(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (Array.isArray(left)) {
    return Array.isArray(right) && left.length === right.length && left.every((element, index) => isSame(element, right[index]));
  }
  if (!isJsonObject(left) || !isJsonObject(right)) return false;
  const names = Object.keys(left);
  return (
    names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && isSame(left[name], right[name]))
  );
}

/** `<` and its kin: a negative, zero or positive number, undefined unless both are of one ordered type. */
export function compare(left: Value, right: Value): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return left === null && right === null ? 0 : undefined;
}

/** The order of ORDER BY: over all types, as the types are listed above. */
export function compareForOrder(left: Value, right: Value): number {
  const byType = TYPE_ORDER.indexOf(typeOf(left)) - TYPE_ORDER.indexOf(typeOf(right));
  return byType !== 0 ? byType : (compare(left, right) ?? 0);
}

/** By code point, as UTF-8 sorts (and SQLite with it). */
function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a === b) continue;
    // Half of a surrogate pair stands for a code point above all that fit one unit.
    if (isSurrogate(a) !== isSurrogate(b)) return isSurrogate(a) ? 1 : -1;
    return a - b;
  }
  return left.length - right.length;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** A text that is the same for values that are the same. */
export function keyOf(value: Value): string {
  if (value === undefined) return 'undefined';
  return JSON.stringify(value, (_name, part: JsonValue) => {
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => compareStrings(a, b)));
  });
}
