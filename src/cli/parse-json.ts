import type { JsonValue } from '../json.ts';

/** What every number beyond the range of a double looks like. */
const HUGE_NUMBER = /[eE]\+?\d{2}|\d{300}/;

/** Reads JSON, and refuses a number that JavaScript cannot hold. @throws SyntaxError */
export function parseJson(text: string): JsonValue {
  return HUGE_NUMBER.test(text) ? JSON.parse(text, finite) : JSON.parse(text);
}

function finite(_key: string, value: JsonValue): JsonValue {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  throw new SyntaxError('It has a number that is too large');
}
