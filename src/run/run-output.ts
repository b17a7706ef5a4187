import { parsePath, readPath } from '../expression/path.ts';
import type { JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';

/** `spec.output`: each alias with the value its path leads to, null where the path ends early. Null if nothing is declared. */
export function runOutput(plan: Plan, results: ReadonlyMap<string, JsonValue>): JsonValue {
  if (plan.output === undefined) return null;
  return Object.fromEntries(Object.entries(plan.output).map(([alias, path]) => [alias, valueAt(path, results)]));
}

function valueAt(text: string, results: ReadonlyMap<string, JsonValue>): JsonValue {
  const path = parsePath(text);
  return path === undefined ? null : (readPath(results.get(path.root), path.segments) ?? null);
}
