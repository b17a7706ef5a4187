import { createHash } from 'node:crypto';
import type { RunFilter } from '../ports/run-store.ts';

type Query = Omit<RunFilter, 'limit' | 'cursor'>;

/** The store's cursor, bound to the query it belongs to, so that garbage and mix-ups are told instead of answered with some page. */
export function sealCursor(cursor: string, query: Query): string {
  return `${seal(cursor, query)}.${cursor}`;
}

/** The store's cursor, or undefined if this one was not made for this query. */
export function openCursor(text: string, query: Query): string | undefined {
  const cursor = text.slice(text.indexOf('.') + 1);
  return sealCursor(cursor, query) === text ? cursor : undefined;
}

function seal(cursor: string, { status, pipeline, trigger, from, to }: Query): string {
  const parts = [status, pipeline, trigger, from, to].map((part) => part ?? null);
  return createHash('sha256')
    .update(JSON.stringify([cursor, ...parts]))
    .digest('base64url')
    .slice(0, 12);
}
