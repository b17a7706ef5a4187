import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { COERCE } from '../../schema/keywords.ts';
import { problemsText, type SchemaReading } from '../../schema/problem.ts';
import { readValue } from '../../schema/read-value.ts';

/**
 * What a model gave, read by the node's output schema. Fields that a schema of the short form does not name are dropped: models like
 * to add some.
 */
export function readOutput(schema: JsonObject, value: JsonValue): SchemaReading<JsonValue> {
  const reading = readValue(schema, value);
  return reading.kind === 'ok' ? { kind: 'ok', value: onlyNamed(schema, reading.value) } : reading;
}

/** What to tell of an output that was refused. */
export function outputFault(refused: Extract<SchemaReading<never>, { kind: 'refused' }>): string {
  return `It does not fit the output schema: ${problemsText(refused)}.`;
}

function onlyNamed(schema: JsonObject, value: JsonValue): JsonValue {
  const { properties } = schema;
  if (schema[COERCE] !== true || !isJsonObject(properties) || !isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(properties, key)));
}
