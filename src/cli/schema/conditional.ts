import type { JsonObject } from '../../json.ts';

/** A keyword like the others here, though an object with a member of this name looks as if it could be awaited. */
const THEN = 'then';

/** JSON Schema's `if`: one schema for what fulfils the condition, another for the rest. */
export function conditional(condition: JsonObject, consequence: JsonObject, otherwise?: JsonObject): JsonObject {
  return { if: condition, [THEN]: consequence, ...(otherwise === undefined ? {} : { else: otherwise }) };
}
