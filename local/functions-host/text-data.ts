import type { TypedData } from './typed-data.ts';

const MAYBE_JSON = /^\s*(?:[{["]|-?\d[\d.eE+-]*\s*$|(?:true|false|null)\s*$)/;

/**
 * Text for a function, which sees it as from `{ string }`. The library tries each such text as JSON, and a failed try costs
 * more than the rest of the invocation; text that cannot be JSON is therefore sent as a JSON string.
 */
export function textData(text: string): TypedData {
  return MAYBE_JSON.test(text) ? { string: text } : { json: JSON.stringify(text) };
}
