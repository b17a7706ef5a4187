import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { apiSchemas } from '../schemas/registry.ts';

const REFERENCES = '#/components/schemas/';

/** The schemas that answers are made of, by their names. */
export function answerSchemas(): JsonObject {
  const { schemas } = z.toJSONSchema(apiSchemas, { uri: (id) => `${REFERENCES}${id}`, override: simplify });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]));
}

/** A schema in its place: a reference, if it has a name. */
export function schemaOf(schema: z.ZodType): JsonObject {
  const id = apiSchemas.get(schema)?.id;
  return id === undefined ? plain(z.toJSONSchema(schema, { override: simplify })) : { $ref: `${REFERENCES}${id}` };
}

/** What may be sent, before defaults are filled in. Members that are not known are refused. */
export function requestSchemaOf(schema: z.ZodType): JsonObject {
  return plain(z.toJSONSchema(schema, { io: 'input', override: shorten }));
}

interface Overridden {
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** Answers may get further members. */
function simplify(overridden: Overridden): void {
  const { jsonSchema } = overridden;
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
  shorten(overridden);
}

/** The format of a time says more than its pattern, and no number is unbounded in JavaScript. */
function shorten({ jsonSchema }: Overridden): void {
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
}

function plain(schema: unknown): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(schema));
  const { $schema: _dialect, $id: _id, ...rest } = isJsonObject(json) ? json : {};
  return rest;
}
