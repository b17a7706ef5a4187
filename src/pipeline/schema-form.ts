import { messageOf } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { COERCE } from '../schema/keywords.ts';
import { compileReader } from '../schema/read-value.ts';
import { DIALECT, schemaProblems } from '../schema/validator.ts';
import { checkPattern } from './check-pattern.ts';
import { didYouMean } from './near-match.ts';
import type { ReportProblem } from './node-definition.ts';
import { BUILT_IN_TYPES, type TypeCatalog } from './type-catalog.ts';

type Path = readonly (string | number)[];

const JSON_SCHEMA_TYPES: ReadonlySet<JsonValue | undefined> = new Set([
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
]);

const REMEDY = 'Correct it after JSON Schema 2020-12, or use the short form {field: type}.';

/**
 * A schema as JSON Schema 2020-12: kept if it is one, built from the short form (`{total: float, note: str?}`) otherwise. The short
 * form coerces what it is given, JSON Schema only checks.
 */
export function toJsonSchema(
  schema: JsonObject,
  path: Path,
  report: ReportProblem,
  types: TypeCatalog = BUILT_IN_TYPES,
): JsonObject {
  if (isJsonSchema(schema)) {
    checkJsonSchema(schema, path, report);
    return { $schema: DIALECT, ...schema };
  }
  const fields = Object.entries(schema).map(([name, type]) => [name, readType(type, [...path, name], report, types)] as const);
  return {
    $schema: DIALECT,
    [COERCE]: true,
    type: 'object',
    properties: Object.fromEntries(fields),
    required: fields.filter(([, field]) => field['default'] === undefined).map(([name]) => name),
  };
}

/** The field's schema; a question mark makes it nullable, and null if it is absent. */
function readType(type: JsonValue, path: Path, report: ReportProblem, types: TypeCatalog): JsonObject {
  if (typeof type !== 'string') return {};
  const nullable = type.endsWith('?');
  const name = nullable ? type.slice(0, -1) : type;
  const field = types.get(name);
  if (field === undefined) {
    const remedy = () => didYouMean(name, types.keys()) ?? `Use ${[...types.keys()].slice(0, 20).join(', ')}.`;
    report({ path, code: 'schema_type_unknown', message: `There is no type '${name}'.`, remedy });
    return { default: null };
  }
  if (!nullable || field['default'] !== undefined) return field;
  return typeof field['type'] === 'string'
    ? { ...field, type: [field['type'], 'null'], default: null }
    : { ...field, default: null };
}

function isJsonSchema(schema: JsonObject): boolean {
  return (
    isJsonObject(schema['properties']) ||
    JSON_SCHEMA_TYPES.has(schema['type']) ||
    ['$schema', '$ref', '$defs', 'anyOf', 'oneOf', 'allOf'].some((key) => Object.hasOwn(schema, key))
  );
}

function checkJsonSchema(schema: JsonObject, path: Path, report: ReportProblem): void {
  const problems = schemaProblems(schema);
  for (const problem of problems) {
    const message = `This is no JSON Schema: ${problem.message}.`;
    report({ path: [...path, ...problem.path], code: 'schema_invalid', message, remedy: REMEDY });
  }
  const patterns = [...patternsIn(schema, path)].map((one) => checkPattern(one.source, one.path, report));
  if (problems.length > 0 || patterns.includes(false)) return;
  try {
    compileReader(schema);
  } catch (error) {
    report({ path, code: 'schema_invalid', message: `This is no JSON Schema: ${messageOf(error)}.`, remedy: REMEDY });
  }
}

/** Keywords whose value is data, and those whose value is a mapping of names to schemas. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);
const SCHEMAS_BY_NAME: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
]);

interface PatternSite {
  readonly source: string;
  readonly path: Path;
}

function* patternsIn(schema: JsonValue, path: Path): Generator<PatternSite> {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) yield* patternsIn(item, [...path, index]);
    return;
  }
  for (const [key, value] of isJsonObject(schema) ? Object.entries(schema) : []) {
    const below = [...path, key];
    if (key === 'pattern' && typeof value === 'string') yield { source: value, path: below };
    if (DATA.has(key)) continue;
    if (!SCHEMAS_BY_NAME.has(key) || !isJsonObject(value)) {
      yield* patternsIn(value, below);
      continue;
    }
    for (const [name, child] of Object.entries(value)) {
      if (key === 'patternProperties') yield { source: name, path: [...below, name] };
      yield* patternsIn(child, [...below, name]);
    }
  }
}
