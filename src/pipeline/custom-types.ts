import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { coerce } from '../schema/coerce.ts';
import { type Sanitizer, sanitizerSchema } from '../schema/sanitizer.ts';
import { checkPattern } from './check-pattern.ts';
import type { ReportProblem } from './node-definition.ts';
import { mappingExpected, problemsOf, unknownKey } from './schema-problems.ts';
import { BUILT_IN_TYPES, COMMON_NULLS, fieldSchema, PLAIN_TYPES, type TypeCatalog } from './type-catalog.ts';

/** One entry of `spec.custom_types` as it is written. */
const definitionSchema = sanitizerSchema.omit({ text_only: true, keep: true }).extend({
  base: sanitizerSchema.shape.base.default('str'),
  nulls: z.union([z.literal('common'), z.array(z.string())]).optional(),
  pattern: z.union([z.string(), sanitizerSchema.shape.pattern.unwrap()]).optional(),
  strip: z.union([z.string(), z.array(z.string())]).optional(),
  description: z.string().optional(),
});
const KEYS = Object.keys(definitionSchema.shape);

type Definition = z.infer<typeof definitionSchema>;

/** The built-in types with those of `spec.custom_types`; what is wrong with one is reported at its place below that key. */
export function compileTypes(customTypes: JsonValue, report: ReportProblem): TypeCatalog {
  const types = new Map(BUILT_IN_TYPES);
  if (!isJsonObject(customTypes)) {
    report({ path: [], ...mappingExpected("'custom_types'", 'Write one "name: {base: str}" a line.') });
    return types;
  }
  for (const [name, written] of Object.entries(customTypes)) {
    const definition = readDefinition(written, (problem) => report({ ...problem, path: [name, ...problem.path] }));
    if (PLAIN_TYPES.has(name) || name.endsWith('?')) {
      const message = `'${name}' cannot be the name of a type.`;
      report({ path: [name], code: 'custom_type_name', message, remedy: `Choose another than ${[...PLAIN_TYPES].join(', ')}.` });
    }
    // A type that is at fault is known all the same: to call its uses unknown would tell nothing more.
    else types.set(name, definition === undefined ? { default: null } : customField(definition));
  }
  return types;
}

function readDefinition(written: JsonValue, report: ReportProblem): Definition | undefined {
  const known = isJsonObject(written) ? Object.entries(written).filter(([key]) => KEYS.includes(key)) : undefined;
  const unknown = isJsonObject(written) ? Object.keys(written).filter((key) => !KEYS.includes(key)) : [];
  for (const key of unknown) report({ ...unknownKey([key], key, KEYS), severity: 'warning' });
  const parsed = definitionSchema.safeParse(known === undefined ? written : Object.fromEntries(known));
  if (!parsed.success) {
    for (const problem of problemsOf(parsed.error, written)) report(problem);
    return undefined;
  }
  return [checkPatterns(parsed.data, report), checkClamp(parsed.data, report), checkDefault(parsed.data, report)].every(Boolean)
    ? parsed.data
    : undefined;
}

function checkPatterns({ pattern = [] }: Definition, report: ReportProblem): boolean {
  const patterns = typeof pattern === 'string' ? [['pattern', pattern] as const] : [...pattern.entries()];
  const faults = patterns.filter(([place, source]) => {
    const path = typeof place === 'number' ? ['pattern', place] : [place];
    return !checkPattern(source, path, report);
  });
  return faults.length === 0;
}

function checkClamp({ clamp }: Definition, report: ReportProblem): boolean {
  if (clamp === undefined || clamp[0] <= clamp[1]) return true;
  const message = `'clamp' ends at ${clamp[1]}, before it begins.`;
  report({ path: ['clamp'], code: 'custom_type_clamp', message, remedy: 'Write [least, most].' });
  return false;
}

function checkDefault({ base, default: fallback = null }: Definition, report: ReportProblem): boolean {
  if (fallback === null || coerce(base, fallback) !== undefined) return true;
  const message = `'default' is no ${base}.`;
  report({ path: ['default'], code: 'custom_type_default', message, remedy: `Give it a value of type ${base}, or null.` });
  return false;
}

function customField({ description, nulls, pattern, strip, true_values, false_values, ...written }: Definition): JsonObject {
  const { base, default: fallback = null } = written;
  const rules: Sanitizer = {
    ...written,
    ...(nulls === undefined ? {} : { nulls: nulls === 'common' ? COMMON_NULLS : nulls.map(lowerCase) }),
    ...(pattern === undefined ? {} : { pattern: typeof pattern === 'string' ? [pattern] : pattern }),
    ...(strip === undefined ? {} : { strip: typeof strip === 'string' ? [...strip] : strip }),
    ...(true_values === undefined ? {} : { true_values: true_values.map(lowerCase) }),
    ...(false_values === undefined ? {} : { false_values: false_values.map(lowerCase) }),
    default: fallback === null ? null : (coerce(base, fallback) ?? null),
  };
  return { ...(description === undefined ? {} : { description }), ...fieldSchema(rules) };
}

function lowerCase(word: string): string {
  return word.toLowerCase();
}
