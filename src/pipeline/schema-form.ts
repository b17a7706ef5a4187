import { Ajv2020 } from 'ajv/dist/2020.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { didYouMean } from './near-match.ts';
import type { ReportProblem } from './node-definition.ts';

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

const TYPES: Readonly<Record<string, JsonObject>> = {
  str: { type: 'string' },
  int: { type: 'integer' },
  float: { type: 'number' },
  bool: { type: 'boolean' },
  list: { type: 'array' },
  dict: { type: 'object' },
  Any: {},
};

/** Types of hexDAG that change a value; here they are accepted and take any value. */
const SANITIZING_TYPES: ReadonlySet<string> = new Set([
  'currency',
  'flexible_bool',
  'score',
  'upper_str',
  'lower_str',
  'trimmed_str',
  'nullable_str',
]);

const JSON_SCHEMA_TYPES: ReadonlySet<JsonValue | undefined> = new Set([
  'object',
  'array',
  'string',
  'number',
  'integer',
  'boolean',
  'null',
]);

/** A schema as JSON Schema 2020-12: kept if it is one, built from the flat form (`{total: float, note: str?}`) otherwise. */
export function toJsonSchema(schema: JsonObject, path: readonly string[], report: ReportProblem): JsonObject {
  if (isJsonSchema(schema)) {
    checkJsonSchema(schema, path, report);
    return { $schema: DIALECT, ...schema };
  }
  const properties: Record<string, JsonObject> = {};
  const required: string[] = [];
  for (const [field, type] of Object.entries(schema)) {
    const { property, optional } = readType(type, [...path, field], report);
    properties[field] = property;
    if (!optional) required.push(field);
  }
  return { $schema: DIALECT, type: 'object', properties, required };
}

function checkJsonSchema(schema: JsonObject, path: readonly string[], report: ReportProblem): void {
  try {
    new Ajv2020({ strict: false, logger: false, validateFormats: false }).compile({ ...schema, $schema: DIALECT });
  } catch (error) {
    const message = `This is no JSON Schema: ${error instanceof Error ? error.message : String(error)}.`;
    report({
      path,
      code: 'schema_invalid',
      message,
      remedy: 'Correct it after JSON Schema 2020-12, or use the short form {field: type}.',
    });
  }
}

function isJsonSchema(schema: JsonObject): boolean {
  return (
    isJsonObject(schema['properties']) ||
    JSON_SCHEMA_TYPES.has(schema['type']) ||
    ['$schema', '$ref', '$defs', 'anyOf', 'oneOf', 'allOf'].some((key) => Object.hasOwn(schema, key))
  );
}

function readType(
  type: JsonValue,
  path: readonly string[],
  report: ReportProblem,
): { readonly property: JsonObject; readonly optional: boolean } {
  if (typeof type !== 'string') return { property: {}, optional: false };
  const nullable = type.endsWith('?');
  const name = nullable ? type.slice(0, -1) : type;
  if (SANITIZING_TYPES.has(name)) return { property: {}, optional: true };
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (known === undefined) {
    const remedy = didYouMean(name, [...Object.keys(TYPES), ...SANITIZING_TYPES]) ?? `Use ${Object.keys(TYPES).join(', ')}.`;
    report({ path, code: 'schema_type_unknown', message: `There is no type '${name}'.`, remedy });
    return { property: {}, optional: true };
  }
  if (!nullable) return { property: known, optional: false };
  const property = known['type'] === undefined ? {} : { ...known, type: [known['type'], 'null'] };
  return { property, optional: true };
}
