import { isJsonObject, type JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';

/** `spec.output`: each alias with the value its path leads to, null where the path ends early. Null if nothing is declared. */
export function runOutput(plan: Plan, results: ReadonlyMap<string, JsonValue>): JsonValue {
  if (plan.output === undefined) return null;
  return Object.fromEntries(Object.entries(plan.output).map(([alias, path]) => [alias, valueAt(path, results)]));
}

function valueAt(path: string, results: ReadonlyMap<string, JsonValue>): JsonValue {
  const [node = '', ...keys] = path.split('.');
  return keys.reduce<JsonValue>(
    (value, key) => (isJsonObject(value) && Object.hasOwn(value, key) ? (value[key] ?? null) : null),
    results.get(node) ?? null,
  );
}
