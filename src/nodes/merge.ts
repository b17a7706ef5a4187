import { parsePath, readPath } from '../expression/path.ts';
import type { JsonValue } from '../json.ts';
import type { Reducer } from './steps.ts';

export const MERGE_STRATEGIES = ['dict', 'list', 'first', 'last', 'reduce'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

export interface Merge {
  readonly strategy: MergeStrategy;
  /** Path read from each result before merging. */
  readonly extractField?: string | undefined;
  /** Turns the list of results into one value. */
  readonly reduce?: Reducer | undefined;
}

/** Puts the results of the dependencies together, in their declared order. */
export function mergeResults(merge: Merge, dependencies: readonly (readonly [name: string, result: JsonValue])[]): JsonValue {
  const entries = dependencies.map(([name, result]) => [name, extract(result, merge.extractField)] as const);
  const present = entries.map(([, value]) => value).filter((value) => value !== null);
  switch (merge.strategy) {
    case 'dict':
      return Object.fromEntries(entries);
    case 'list':
      return entries.map(([, value]) => value);
    case 'first':
      return present[0] ?? null;
    case 'last':
      return present.at(-1) ?? null;
    case 'reduce':
      return present.length === 0 ? null : (merge.reduce?.(present) ?? null);
  }
}

function extract(result: JsonValue, field: string | undefined): JsonValue {
  if (field === undefined) return result;
  const path = parsePath(field);
  return path === undefined ? null : (readPath(result, [path.root, ...path.segments]) ?? null);
}
