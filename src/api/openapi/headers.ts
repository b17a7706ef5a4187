import type { JsonObject } from '../../json.ts';

/** Headers of answers, by their names in small letters. */
export const HEADERS = {
  location: { description: 'Where the run is, such as `/api/runs/5f1c…`.', schema: { type: 'string' } },
  'retry-after': { description: 'Seconds to wait before asking again.', schema: { type: 'integer', minimum: 0 } },
  'www-authenticate': { description: 'How to prove who calls (RFC 6750).', schema: { type: 'string' } },
} as const satisfies JsonObject;

export type AnswerHeader = keyof typeof HEADERS;

export function headersOf(names: readonly AnswerHeader[]): JsonObject {
  if (names.length === 0) return {};
  return { headers: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }])) };
}
