import { isJsonObject, type JsonValue } from '../json.ts';
import type { BuiltIn } from './functions.ts';
import { isSame, type Value } from './values.ts';

export const ARRAY_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  ARRAY_LENGTH: { arity: [1, 1], call: ([list]) => (Array.isArray(list) ? list.length : undefined) },
  ARRAY_CONTAINS: { arity: [2, 3], call: ([list, wanted, partial]) => contains(list, wanted, partial === true) },
  ARRAY_CONTAINS_ANY: {
    arity: [2, 100],
    call: ([list, ...wanted]) =>
      Array.isArray(list) ? wanted.some((value) => contains(list, value, false) === true) : undefined,
  },
  ARRAY_CONTAINS_ALL: {
    arity: [2, 100],
    call: ([list, ...wanted]) =>
      Array.isArray(list) ? wanted.every((value) => contains(list, value, false) === true) : undefined,
  },
  ARRAY_CONCAT: { arity: [2, 100], call: (lists) => (lists.every(isList) ? lists.flat() : undefined) },
  ARRAY_SLICE: { arity: [2, 3], call: ([list, start, length]) => slice(list, start, length) },
  SETINTERSECT: {
    arity: [2, 2],
    call: ([left, right]) =>
      isList(left) && isList(right) ? distinct(left.filter((value) => contains(right, value, false) === true)) : undefined,
  },
  SETUNION: {
    arity: [2, 2],
    call: ([left, right]) => (isList(left) && isList(right) ? distinct([...left, ...right]) : undefined),
  },
  OBJECTTOARRAY: {
    arity: [1, 1],
    call: ([object]) => (isJsonObject(object) ? Object.entries(object).map(([k, v]) => ({ k, v })) : undefined),
  },
};

function isList(value: Value): value is JsonValue[] {
  return Array.isArray(value);
}

/** With `partial`, an object is found when it has all the wanted properties among others. */
function contains(list: Value, wanted: Value, partial: boolean): boolean | undefined {
  if (!isList(list)) return undefined;
  if (wanted === undefined) return false;
  return list.some((element) => (partial ? isPart(wanted, element) : isSame(wanted, element)));
}

function isPart(wanted: JsonValue, element: JsonValue): boolean {
  if (!isJsonObject(wanted) || !isJsonObject(element)) return isSame(wanted, element);
  return Object.entries(wanted).every(([name, value]) => Object.hasOwn(element, name) && isSame(value, element[name]));
}

/** A negative start counts from the end. */
function slice(list: Value, start: Value, length: Value): Value {
  if (!isList(list) || typeof start !== 'number' || (length !== undefined && typeof length !== 'number')) return undefined;
  const from = list.slice(start);
  return length === undefined ? from : from.slice(0, Math.max(0, length));
}

function distinct(list: readonly JsonValue[]): JsonValue[] {
  return list.filter((value, index) => list.findIndex((other) => isSame(other, value)) === index);
}
