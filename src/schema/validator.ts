import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { messageOf } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import { PatternError, SchemaInvalidError } from './errors.ts';
import { COERCE, SANITIZE } from './keywords.ts';
import { MAX_PROBLEMS } from './limits.ts';
import { compilePattern } from './pattern.ts';
import { pathText, type SchemaProblem, type SchemaReading, type SchemaRefusal } from './problem.ts';

export const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** Says whether a value fits; changes nothing. */
export type Validator = (value: JsonValue) => SchemaReading<JsonValue>;

/**
 * Makes a JSON Schema (draft 2020-12 whatever it says itself, formats included) into a check that lists every problem of a value.
 * Keywords and formats that are not known mean nothing, or make the schema unusable.
 * @throws SchemaInvalidError
 */
export function compileValidator(schema: JsonObject, unknownKeywords: 'ignored' | 'refused' = 'ignored'): Validator {
  const [problem] = schemaProblems(schema);
  if (problem !== undefined) throw new SchemaInvalidError(`${pathText(problem.path)} ${problem.message}`);
  try {
    const validate = createAjv(unknownKeywords).compile({ ...schema, $schema: DIALECT, $async: false });
    return (value) => {
      try {
        return validate(value) ? { kind: 'ok', value } : refusal(validate.errors ?? []);
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        return { kind: 'refused', problems: [{ path: '$', message: error.message, code: error.code }], omitted: 0 };
      }
    };
  } catch (error) {
    throw new SchemaInvalidError(messageOf(error), { cause: error });
  }
}

/** What is wrong with a schema itself, by JSON Schema's own schema, and where in it; one problem a place. */
export function schemaProblems(
  schema: JsonObject,
): readonly { readonly path: readonly (string | number)[]; readonly message: string }[] {
  if (schemaChecker.validateSchema({ ...schema, $schema: DIALECT }) === true) return [];
  const errors = new Map((schemaChecker.errors ?? []).toReversed().map((error) => [error.instancePath, error]));
  const problems = [...errors.values()].toReversed().slice(0, MAX_PROBLEMS);
  return problems.map((error) => ({ path: partsOf(error.instancePath), message: describe(error) }));
}

function createAjv(unknownKeywords: 'ignored' | 'refused'): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    ownProperties: true,
    strict: false,
    strictSchema: unknownKeywords === 'refused',
    logger: false,
    validateSchema: false,
    code: { regExp: safeRegExp },
  });
  addFormats(ajv);
  // Whether a pattern can be used is for the engine above to say, not for the one of JavaScript.
  ajv.addFormat('regex', true);
  ajv.addVocabulary([COERCE, SANITIZE]);
  return ajv;
}

/** The interface that ajv wants of a regular expression engine; it tells patterns apart by their text. */
const safeRegExp = Object.assign(
  (source: string) => {
    const pattern = compilePattern(source);
    return { test: (text: string) => pattern.find(text) !== undefined, toString: () => `/${source}/u` };
  },
  { code: 'safeRegExp' },
);

/** JSON Schema's own schema takes long to compile, so it is compiled once. Nothing else is kept in here. */
const schemaChecker = createAjv('ignored');

function refusal(errors: readonly ErrorObject[]): SchemaRefusal {
  const problems = errors.slice(0, MAX_PROBLEMS).map(toProblem);
  return { kind: 'refused', problems, omitted: errors.length - problems.length };
}

function toProblem(error: ErrorObject): SchemaProblem {
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params;
  const property: unknown = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  const path = partsOf(error.instancePath);
  return {
    path: pathText(typeof property === 'string' ? [...path, property] : path),
    message: describe(error),
    code: error.keyword,
  };
}

function describe({ keyword, message = 'is not valid' }: ErrorObject): string {
  if (keyword === 'required') return 'is missing';
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') return 'is not allowed';
  return message.length > 200 ? `${message.slice(0, 199)}…` : message;
}

function partsOf(pointer: string): (string | number)[] {
  const parts = pointer.split('/').slice(1);
  return parts.map((part) => (/^\d+$/.test(part) ? Number(part) : part.replaceAll('~1', '/').replaceAll('~0', '~')));
}
