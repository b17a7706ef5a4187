import { z } from 'zod';
import { badRequest } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Value } from './values.ts';

/** The last row that was answered, after which the next page begins. */
export interface RowPosition {
  /** The number of its document. */
  number: number;
  /** Which of the document's rows it was, from 0. */
  row: number;
  /** Its values of ORDER BY. */
  keys: Value[];
  /** How many more rows TOP or LIMIT let through. */
  remaining: number;
}

/** How far a query has been answered: up to a row, or so many results of a set. */
export type Continuation = { kind: 'row'; position: RowPosition } | { kind: 'set'; answered: number };

const json: z.ZodType<JsonValue> = z.json();
const token = z.union([
  z.strictObject({ n: z.number(), r: z.number(), m: z.number(), k: z.array(z.array(json).max(1)) }),
  z.strictObject({ a: z.number().int().nonnegative() }),
]);

/** A key that is undefined is an empty list, as JSON has no other way to say it. */
export function formatContinuation(continuation: Continuation): string {
  if (continuation.kind === 'set') return encode({ a: continuation.answered });
  const { number, row, keys, remaining } = continuation.position;
  return encode({ n: number, r: row, m: remaining, k: keys.map((key) => (key === undefined ? [] : [key])) });
}

/** @throws CosmosError (400) */
export function parseContinuation(text: string): Continuation {
  const parsed = token.safeParse(decode(text));
  if (!parsed.success) throw badRequest('The continuation token is not one of this endpoint.');
  if ('a' in parsed.data) return { kind: 'set', answered: parsed.data.a };
  const { n, r, m, k } = parsed.data;
  return { kind: 'row', position: { number: n, row: r, remaining: m, keys: k.map(([key]) => key) } };
}

function encode(value: JsonValue): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
