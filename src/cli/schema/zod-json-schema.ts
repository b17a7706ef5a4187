import { z } from 'zod';
import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';

/** A reference to a variable or a template, which may stand for any value until the document is compiled. */
const PLACEHOLDER: JsonObject = { type: 'string', pattern: '\\$\\{|\\{\\{' };
const SCALARS: ReadonlySet<JsonValue | undefined> = new Set(['number', 'integer', 'boolean']);

/** What a zod schema accepts before it changes anything, as JSON Schema draft-07. */
export function toDraft07(schema: z.ZodType): JsonObject {
  const raw: JsonValue = JSON.parse(
    JSON.stringify(z.toJSONSchema(schema, { target: 'draft-07', io: 'input', unrepresentable: 'any' })),
  );
  const { $schema: _dialect, definitions: _any, ...rest } = isJsonObject(raw) ? raw : {};
  const simple = simplify(rest);
  return isJsonObject(simple) ? simple : {};
}

export function propertiesOf({ properties }: JsonObject): JsonObject {
  return isJsonObject(properties) ? properties : {};
}

/** Any JSON value becomes the empty schema; a number or boolean may be a placeholder. */
function simplify(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(simplify);
  if (!isJsonObject(value)) return value;
  // The only schema that refers to itself is that of all JSON.
  if (typeof value['$ref'] === 'string') return withoutReference(value);
  const { propertyNames: _text, ...entries } = value;
  const result = Object.fromEntries(Object.entries(entries).map(([key, part]) => [key, simplify(part)]));
  if (!SCALARS.has(result['type'])) return result;
  const { description, ...scalar } = result;
  return { ...(description === undefined ? {} : { description }), anyOf: [scalar, PLACEHOLDER] };
}

function withoutReference({ $ref: _reference, ...rest }: JsonObject): JsonObject {
  return rest;
}
