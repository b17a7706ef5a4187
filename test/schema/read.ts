import type { JsonObject, JsonValue } from '../../src/json.ts';
import { compileTypes } from '../../src/pipeline/custom-types.ts';
import { toJsonSchema } from '../../src/pipeline/schema-form.ts';
import { readValue } from '../../src/schema/read-value.ts';

function unexpected(problem: { readonly code: string; readonly message: string }): never {
  throw new Error(`${problem.code}: ${problem.message}`);
}

/** A schema of the short form, as a plan carries it. */
export function shortForm(fields: JsonObject, customTypes: JsonObject = {}): JsonObject {
  return toJsonSchema(fields, [], unexpected, compileTypes(customTypes, unexpected));
}

/** What becomes of a value in a field of a type, or the codes of what is wrong with it. */
export function readField(type: string, value: JsonValue, customTypes: JsonObject = {}): JsonValue {
  const reading = readValue(shortForm({ x: type }, customTypes), { x: value });
  if (reading.kind === 'refused') return { refused: reading.problems.map(({ code }) => code) };
  return (reading.value as JsonObject)['x'] ?? null;
}

/** The same for a custom type of these rules. */
export function readCustom(rules: JsonObject, value: JsonValue): JsonValue {
  return readField('custom', value, { custom: rules });
}
