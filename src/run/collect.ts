import { isJsonObject, type JsonValue } from '../json.ts';

/** How a loop's results become one value. `reduce` hands the list to a step, which is not done here. */
export type Collect = 'list' | 'last' | 'first' | 'dict' | 'reduce';

/** The value that a loop's results amount to. Without results: an empty list for `list` and `reduce`, null otherwise. */
export function collect(how: Collect, results: readonly JsonValue[], keyField: string | undefined): JsonValue {
  const present = results.filter((value) => value !== null);
  switch (how) {
    case 'list':
    case 'reduce':
      return [...results];
    case 'first':
      return present[0] ?? null;
    case 'last':
      return present.at(-1) ?? null;
    case 'dict':
      return results.length === 0 ? null : byKey(results, keyField);
  }
}

/** By the field of results that are mappings (others are dropped), or by position. */
function byKey(results: readonly JsonValue[], keyField: string | undefined): JsonValue {
  if (keyField === undefined) return Object.fromEntries(results.map((value, index) => [String(index), value]));
  return Object.fromEntries(
    results.flatMap((value) => {
      const key = isJsonObject(value) && Object.hasOwn(value, keyField) ? value[keyField] : undefined;
      return key === undefined || key === null ? [] : [[typeof key === 'string' ? key : JSON.stringify(key), value] as const];
    }),
  );
}
