import { createHash } from 'node:crypto';
import type { RunFilter } from '../ports/run-store.ts';

type Query = Pick<RunFilter, 'status' | 'pipeline'>;

/** The store's cursor, bound to the query it belongs to, so that garbage and mix-ups are told instead of answered with some page. */
export function sealCursor(cursor: string, query: Query): string {
  return `${seal(cursor, query)}.${cursor}`;
}

/** The store's cursor, or undefined if this one was not made for this query. */
export function openCursor(text: string, query: Query): string | undefined {
  const cursor = text.slice(text.indexOf('.') + 1);
  return sealCursor(cursor, query) === text ? cursor : undefined;
}

function seal(cursor: string, { status, pipeline }: Query): string {
  const text = JSON.stringify([cursor, status ?? null, pipeline ?? null]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}
