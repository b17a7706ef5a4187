import { stripText } from '../expression/text-functions.ts';
import type { JsonValue } from '../json.ts';

export type BaseType = 'str' | 'int' | 'float' | 'bool';

const TRUE_WORDS: ReadonlySet<string> = new Set(['true', 'yes', '1', 'y', 'on', 't']);
const FALSE_WORDS: ReadonlySet<string> = new Set(['false', 'no', '0', 'n', 'off', 'f']);

const INTEGER = /^[+-]?\d+(?:_\d+)*(?:\.0*)?$/;
const FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;

/**
 * Converts as a lax reader of Python does: booleans and texts of numbers for numbers, 0, 1 and the usual words for booleans, nothing
 * but texts for texts. Undefined if the value is not of the type in this sense.
 */
export function coerce(type: BaseType, value: JsonValue): string | number | boolean | undefined {
  switch (type) {
    case 'str':
      return typeof value === 'string' ? value : undefined;
    case 'bool':
      return toBoolean(value);
    case 'int':
      return wholeNumber(toNumber(value, readInteger));
    case 'float':
      return toNumber(value, readFloat);
  }
}

function toBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 0 || value === 1) return value === 1;
  if (typeof value !== 'string') return undefined;
  const word = value.toLowerCase();
  return TRUE_WORDS.has(word) ? true : FALSE_WORDS.has(word) ? false : undefined;
}

function toNumber(value: JsonValue, read: (text: string) => number | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return typeof value === 'string' ? read(value) : undefined;
}

/** The value if it is whole and exact: beyond the safe integers digits would be lost without a word. `-0` is `0`. */
export function wholeNumber(value: number | undefined): number | undefined {
  return value !== undefined && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function readInteger(text: string): number | undefined {
  const trimmed = stripText(text, undefined, 'both');
  return INTEGER.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : undefined;
}

/** What `float(text)` gives in Python; undefined for what is no number, or none that JSON can hold. */
export function readFloat(text: string): number | undefined {
  const trimmed = stripText(text, undefined, 'both');
  const number = FLOAT.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
