import type { JsonObject, JsonValue } from '../json.ts';
import { problemsText, type SchemaReading } from '../schema/problem.ts';
import { readValue } from '../schema/read-value.ts';
import { compileValidator } from '../schema/validator.ts';
import { type Reading, type Rejection, read, refuse } from './rejection.ts';

/** What is wrong with a value, or undefined. */
export type SchemaCheck = (value: JsonValue) => Rejection | undefined;

/**
 * Makes a JSON Schema into a check that lists every fault of a value. Keywords and formats that are not known mean nothing, or make
 * the schema unusable.
 * @throws SchemaInvalidError
 */
export function compileSchema(schema: JsonObject, unknownKeywords: 'ignored' | 'refused' = 'ignored'): SchemaCheck {
  const validate = compileValidator(schema, unknownKeywords);
  return (value) => {
    const reading = toReading(validate(value));
    return reading.kind === 'refused' ? reading.rejection : undefined;
  };
}

/** A run's input as its pipeline's `input_schema` makes it; no input at all is an empty one. */
export function readInput(schema: JsonObject, input: JsonValue): Reading<JsonValue> {
  return toReading(readValue(schema, input ?? {}));
}

function toReading(reading: SchemaReading<JsonValue>): Reading<JsonValue> {
  if (reading.kind === 'ok') return read(reading.value);
  const message = `The data does not fit its schema: ${problemsText(reading)}.`;
  const faults = reading.problems.map(({ path, code, message: what }) => ({ path, rule: code, message: what }));
  return refuse('schema_violation', message, { faults });
}
