import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Runtime } from './runtime.ts';
import { textLength } from './text.ts';
import { joinTexts } from './text-functions.ts';

/** What `| name` or `| name(argument)` does in a template. The value is undefined if the path before it leads nowhere. */
export type Filter = (value: JsonValue | undefined, argument: JsonValue | undefined, runtime: Runtime) => JsonValue | undefined;

export const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['default', (value, argument = '') => value ?? argument],
  ['upper', (value) => onText(value, (text) => text.toUpperCase())],
  ['lower', (value) => onText(value, (text) => text.toLowerCase())],
  ['trim', (value) => onText(value, (text) => text.trim())],
  ['json', (value) => (value === undefined ? undefined : JSON.stringify(value))],
  [
    'join',
    (value, separator = '', runtime) =>
      Array.isArray(value) ? joinTexts(renderValue(separator), value.map(renderValue), runtime) : value,
  ],
  ['length', (value) => lengthOf(value)],
]);

function onText(value: JsonValue | undefined, change: (text: string) => string): JsonValue | undefined {
  return value === undefined ? undefined : change(renderValue(value));
}

function lengthOf(value: JsonValue | undefined): number | undefined {
  if (typeof value === 'string') return textLength(value);
  if (Array.isArray(value)) return value.length;
  return isJsonObject(value) ? Object.keys(value).length : value === undefined ? undefined : 0;
}

/** A value as a template shows it: text as it is, null as nothing, everything else as JSON. */
export function renderValue(value: JsonValue): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}
