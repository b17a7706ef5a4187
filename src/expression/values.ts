import type { Decimal } from './decimal.ts';

/** A float that happens to be whole: JSON keeps `3` and `3.0` no apart, Python does. Every other float is a plain number. */
export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** An unknown root name: falsy, not None, and an error wherever a value is needed. */
export class Missing {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A set, in the order in which its items came. Becomes a list in a result. */
export class SetValue {
  readonly items: ReadonlyMap<string, Value>;

  constructor(items: ReadonlyMap<string, Value>) {
    this.items = items;
  }
}

export interface Mapping {
  readonly [key: string]: Value;
}

/** What an expression computes with: JSON, and the few values of Python that JSON lacks. Tuples are lists. */
export type Value =
  | null
  | boolean
  | number
  | string
  | WholeFloat
  | DecimalValue
  | Missing
  | SetValue
  | readonly Value[]
  | Mapping;

/** Exact decimal numbers, from `Decimal('0.1')`. */
export class DecimalValue {
  readonly value: Decimal;

  constructor(value: Decimal) {
    this.value = value;
  }
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

export function isMapping(value: Value): value is Mapping {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof WholeFloat) &&
    !(value instanceof DecimalValue) &&
    !(value instanceof Missing) &&
    !(value instanceof SetValue)
  );
}

/** True for ints and bools, as Python has it; numbers beyond 2^53 can only have been floats. */
export function isInteger(value: Value): value is number | boolean {
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value));
}

/** The number that an int, float or bool stands for; undefined for all else, decimals included. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (value instanceof WholeFloat) return value.value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return undefined;
}

/** A float as a value: wrapped if it is whole, so that it does not turn into an int. */
export function floatValue(value: number): number | WholeFloat {
  return Number.isSafeInteger(value) ? new WholeFloat(value) : value;
}

export function isTruthy(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === null || value instanceof Missing) return false;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'string') return value !== '';
  if (value instanceof WholeFloat) return value.value !== 0;
  if (value instanceof DecimalValue) return value.value.coefficient !== 0n;
  if (value instanceof SetValue) return value.items.size > 0;
  if (isList(value)) return value.length > 0;
  return !isEmptyMapping(value);
}

/** Looking for a first key makes the engine list all keys, so a mapping is asked only once. */
const nonEmpty = new WeakSet<object>();

function isEmptyMapping(value: object): boolean {
  if (nonEmpty.has(value)) return false;
  for (const _key in value) {
    nonEmpty.add(value);
    return false;
  }
  return true;
}

/** Name of the value's type, as messages show it. */
export function typeName(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int' : 'float';
  if (value instanceof WholeFloat) return 'float';
  if (value instanceof DecimalValue) return 'Decimal';
  if (value instanceof SetValue) return 'set';
  if (value instanceof Missing) return 'unknown name';
  return isList(value) ? 'list' : 'mapping';
}
