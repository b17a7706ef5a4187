import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { SANITIZE } from '../schema/keywords.ts';
import type { Sanitizer } from '../schema/sanitizer.ts';

/** The types that the short form of a schema may name, as JSON Schema of a field. A field whose schema has a `default` may be absent. */
export type TypeCatalog = ReadonlyMap<string, JsonObject>;

const PLAIN: readonly (readonly [string, JsonObject])[] = [
  ['str', { type: 'string' }],
  ['int', { type: 'integer' }],
  ['float', { type: 'number' }],
  ['bool', { type: 'boolean' }],
  ['list', { type: 'array' }],
  ['dict', { type: 'object' }],
  ['Any', {}],
];

/** What people and models write for nothing. */
export const COMMON_NULLS = [
  'n/a',
  'na',
  'none',
  'null',
  'nil',
  'tbd',
  'unknown',
  'not available',
  'not specified',
  '-',
  '--',
  '',
];

const SANITIZING_TYPES: readonly (readonly [string, Sanitizer])[] = [
  ['currency', { base: 'float', text_only: true, nulls: COMMON_NULLS, keep: '0123456789.-' }],
  ['flexible_bool', { base: 'bool', nulls: COMMON_NULLS }],
  ['score', { base: 'float', text_only: true, nulls: COMMON_NULLS, clamp: [0, 1] }],
  ['upper_str', { base: 'str', upper: true }],
  ['lower_str', { base: 'str', lower: true }],
  ['trimmed_str', { base: 'str' }],
  ['nullable_str', { base: 'str', text_only: true, trim: false, nulls: COMMON_NULLS }],
];

/** Those that no definition may replace. */
export const PLAIN_TYPES: ReadonlySet<string> = new Set(PLAIN.map(([name]) => name));

/** The types that are there without being defined. */
export const BUILT_IN_TYPES: TypeCatalog = new Map([
  ...PLAIN,
  ...SANITIZING_TYPES.map(([name, rules]) => [name, fieldSchema(rules)] as const),
]);

/** A field that is cleaned, and may be absent. */
export function fieldSchema(rules: Sanitizer): JsonObject {
  const type = { str: 'string', int: 'integer', float: 'number', bool: 'boolean' }[rules.base];
  return { type: [type, 'null'], default: rules.default ?? null, [SANITIZE]: z.record(z.string(), z.json()).parse(rules) };
}
