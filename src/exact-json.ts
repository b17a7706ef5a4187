import type { JsonValue } from './json.ts';

/** A text without any of this holds no number that a double does not keep. */
const DOUBTFUL = /\d{16}|[eE]\+?\d{3}/;

/** A number in JSON that would lose digits, or is beyond all bounds. */
export class InexactNumberError extends SyntaxError {
  override readonly name = 'InexactNumberError';
}

/**
 * Reads JSON, and never gives a wrong digit.
 * @throws SyntaxError if it is none, InexactNumberError if it holds an integer beyond 2^53 or a number beyond a double's range
 */
export function parseExactJson(text: string): JsonValue {
  return DOUBTFUL.test(text) ? JSON.parse(text, refuseInexact) : JSON.parse(text);
}

function refuseInexact(_key: string, value: JsonValue, context?: { readonly source?: string }): JsonValue {
  const source = context?.source;
  if (typeof value !== 'number' || source === undefined) return value;
  if (Number.isFinite(value) && (!/^-?\d+$/.test(source) || Number.isSafeInteger(value))) return value;
  const what = Number.isFinite(value) ? 'an integer beyond 2^53, which would lose digits' : 'a number beyond 1e308';
  throw new InexactNumberError(`It holds ${what}. Have it written as text.`);
}
