import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { type BaseType, coerce } from './coerce.ts';
import { PatternError, SchemaInvalidError } from './errors.ts';
import { COERCE, SANITIZE } from './keywords.ts';
import { pathText, type SchemaProblem, type SchemaReading } from './problem.ts';
import { compileSanitizer, sanitizerSchema } from './sanitizer.ts';
import { compileValidator, type Validator } from './validator.ts';

/** Compiling a schema takes long, and plans are kept. */
const readers = new WeakMap<JsonObject, Validator>();

/**
 * Reads a value by a schema as plans carry it. One of the short form coerces and cleans the fields it names, and adds those that are
 * absent and may be; any other only checks. Fields that a schema does not name stay. Every problem is told.
 * @throws SchemaInvalidError
 */
export function readValue(schema: JsonObject, value: JsonValue): SchemaReading<JsonValue> {
  const reader = readers.get(schema) ?? compileReader(schema);
  readers.set(schema, reader);
  return reader(value);
}

/** @throws SchemaInvalidError, PatternError */
export function compileReader(schema: JsonObject): Validator {
  const validate = compileValidator(schema);
  const { properties } = schema;
  if (schema[COERCE] !== true || !isJsonObject(properties)) return validate;
  const fields = Object.entries(properties).map(([name, property]) => compileField(name, property));
  return (value) => {
    if (!isJsonObject(value)) return validate(value);
    const read = new Map(Object.entries(value));
    const problems = fields.flatMap((field) => readField(field, read));
    if (problems.length > 0) return { kind: 'refused', problems, omitted: 0 };
    return validate(Object.fromEntries(read));
  };
}

interface Field {
  readonly name: string;
  /** What an absent one becomes; undefined if it must be there. */
  readonly absent: JsonValue | undefined;
  readonly read: (value: JsonValue) => JsonValue;
}

const BASE_TYPES: ReadonlyMap<JsonValue | undefined, BaseType> = new Map([
  ['integer', 'int'],
  ['number', 'float'],
  ['boolean', 'bool'],
]);

function compileField(name: string, property: JsonValue): Field {
  if (!isJsonObject(property)) return { name, absent: undefined, read: (value) => value };
  const { type, default: absent, [SANITIZE]: rules } = property;
  if (rules !== undefined) {
    const parsed = sanitizerSchema.safeParse(rules);
    if (!parsed.success) throw new SchemaInvalidError(`'${SANITIZE}' of the field '${name}' is not valid.`);
    return { name, absent, read: compileSanitizer(parsed.data) };
  }
  const base = BASE_TYPES.get(Array.isArray(type) ? type[0] : type);
  // What cannot be coerced stays as it is, for validation to refuse.
  return { name, absent, read: (value) => (base === undefined ? value : (coerce(base, value) ?? value)) };
}

function readField({ name, absent, read }: Field, values: Map<string, JsonValue>): readonly SchemaProblem[] {
  const value = values.get(name);
  try {
    if (value !== undefined) values.set(name, read(value));
    else if (absent !== undefined) values.set(name, absent);
    return [];
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return [{ path: pathText([name]), message: error.message, code: error.code }];
  }
}
