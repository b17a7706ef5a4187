import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { HexdagError, messageOf } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { pathText } from './json-scanner.ts';
import { type Rejection, refuse, type SchemaFault } from './rejection.ts';

/** Faults told of one value; a list of thousands helps nobody. */
const MAX_FAULTS = 20;

/** What is wrong with a value, or undefined. */
export type SchemaCheck = (value: JsonValue) => Rejection | undefined;

/** The schema itself is not usable. */
class SchemaInvalidError extends HexdagError {
  readonly code = 'schema_invalid';
  readonly retryable = false;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/**
 * Makes a JSON Schema (draft 2020-12 whatever it says itself, formats included) into a check that lists every fault of a value.
 * Keywords and formats that are not known mean nothing, or make the schema unusable.
 * @throws SchemaInvalidError
 */
export function compileSchema(schema: JsonObject, unknownKeywords: 'ignored' | 'refused' = 'ignored'): SchemaCheck {
  const strictSchema = unknownKeywords === 'refused';
  const ajv = new Ajv2020({ allErrors: true, ownProperties: true, strict: false, strictSchema, logger: false });
  addFormats(ajv);
  try {
    const validate = ajv.compile({ ...schema, $schema: DIALECT });
    return (value) => (validate(value) ? undefined : violation(validate.errors ?? []));
  } catch (error) {
    throw new SchemaInvalidError(messageOf(error), { cause: error });
  }
}

function violation(errors: readonly ErrorObject[]): Rejection {
  const faults = errors.slice(0, MAX_FAULTS).map(toFault);
  const listed = faults.map((fault) => `${fault.path} ${fault.message} (${fault.rule})`).join('; ');
  const more = errors.length > faults.length ? `; and ${errors.length - faults.length} more` : '';
  return refuse('schema_violation', `The data does not fit its schema: ${listed}${more}.`, { faults }).rejection;
}

function toFault(error: ErrorObject): SchemaFault {
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params;
  const property: unknown = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  const path = pointerParts(error.instancePath);
  return {
    path: pathText(typeof property === 'string' ? [...path, property] : path),
    rule: error.keyword,
    message: describe(error),
  };
}

function describe(error: ErrorObject): string {
  if (error.keyword === 'required') return 'is missing';
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') return 'is not allowed';
  return error.message ?? 'is not valid';
}

function pointerParts(pointer: string): (string | number)[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}
