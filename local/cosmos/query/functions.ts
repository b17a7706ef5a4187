import { ARRAY_FUNCTIONS } from './functions-array.ts';
import { MATH_FUNCTIONS } from './functions-math.ts';
import { STRING_FUNCTIONS } from './functions-string.ts';
import { TIME_FUNCTIONS } from './functions-time.ts';
import { TYPE_FUNCTIONS } from './functions-type.ts';
import type { Value } from './values.ts';

export interface BuiltIn {
  /** The least and the most arguments it takes. */
  arity: readonly [least: number, most: number];
  /** Undefined for arguments of the wrong types; `now` is Unix time in milliseconds. */
  call: (values: readonly Value[], now: number) => Value;
}

/** The functions of the query language that are offered here, by their names in capitals. */
export const FUNCTIONS: ReadonlyMap<string, BuiltIn> = new Map(
  Object.entries({ ...TYPE_FUNCTIONS, ...STRING_FUNCTIONS, ...MATH_FUNCTIONS, ...ARRAY_FUNCTIONS, ...TIME_FUNCTIONS }),
);
