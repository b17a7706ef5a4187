import { parsePath, readPath } from '../expression/path.ts';
import type { JsonValue } from '../json.ts';
import { BUILTIN_STEPS } from './builtin-steps.ts';
import { PermanentError } from './errors.ts';

export const MERGE_STRATEGIES = ['dict', 'list', 'first', 'last', 'reduce'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

export interface Merge {
  readonly strategy: MergeStrategy;
  /** Path read from each result before merging. */
  readonly extractField?: string | undefined;
  /** Built-in step that turns the list of results into one value. */
  readonly reducer?: string | undefined;
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
      return present.length === 0 ? null : reduce(present, merge.reducer ?? '');
  }
}

function extract(result: JsonValue, field: string | undefined): JsonValue {
  if (field === undefined) return result;
  const path = parsePath(field);
  return path === undefined ? null : (readPath(result, [path.root, ...path.segments]) ?? null);
}

function reduce(values: readonly JsonValue[], reducer: string): JsonValue {
  const step = BUILTIN_STEPS.get(reducer);
  if (step === undefined) throw new PermanentError('reducer_unknown', `There is no reducer '${reducer}' in this build.`);
  return step(values);
}
