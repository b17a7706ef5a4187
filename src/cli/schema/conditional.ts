import type { JsonObject } from '../../json.ts';

/** JSON Schema's `if`: one schema for what fulfils the condition, another for the rest. */
export function conditional(condition: JsonObject, consequence: JsonObject, otherwise?: JsonObject): JsonObject {
  return {
    if: condition,
    // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema; nobody awaits a schema.
    then: consequence,
    ...(otherwise === undefined ? {} : { else: otherwise }),
  };
}
