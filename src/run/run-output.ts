import { ExpressionError } from '../expression/errors.ts';
import { parsePath, readPath } from '../expression/path.ts';
import { isTemplate, parseTemplate, renderTemplate } from '../expression/template.ts';
import type { JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';

/**
 * `spec.output`: each alias with the value its path leads to, or the text of its template; null where a path ends early. Null if
 * nothing is declared.
 */
export function runOutput(plan: Plan, results: ReadonlyMap<string, JsonValue>): JsonValue {
  if (plan.output === undefined) return null;
  return Object.fromEntries(Object.entries(plan.output).map(([alias, text]) => [alias, valueAt(text, results)]));
}

function valueAt(text: string, results: ReadonlyMap<string, JsonValue>): JsonValue {
  if (isTemplate(text)) return textOf(text, results);
  const path = parsePath(text);
  return path === undefined ? null : (readPath(results.get(path.root), path.segments) ?? null);
}

function textOf(template: string, results: ReadonlyMap<string, JsonValue>): string | null {
  try {
    return renderTemplate(parseTemplate(template), (name) => results.get(name));
  } catch (error) {
    if (error instanceof ExpressionError) return null;
    throw error;
  }
}
