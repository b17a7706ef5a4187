import { InexactNumberError, parseExactJson } from '../exact-json.ts';
import { evaluate, parseExpression } from '../expression/expression.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import { PermanentError } from './errors.ts';

/** Steps every registry has, under the names that pipelines written for Python use. All are pure. */
export const BUILTIN_STEPS: ReadonlyMap<string, (input: JsonValue) => JsonValue> = new Map([
  ['json.loads', parseJson],
  ['json.dumps', pythonJson],
  ['copy.copy', (input: JsonValue) => input],
  ['copy.deepcopy', (input: JsonValue) => input],
  ['statistics.mean', (input: JsonValue) => call('sum(value) / len(value)', input)],
  ...[
    'abs',
    'all',
    'any',
    'bool',
    'dict',
    'float',
    'int',
    'len',
    'list',
    'max',
    'min',
    'round',
    'set',
    'sorted',
    'str',
    'sum',
    'tuple',
  ].map((name) => [`builtins.${name}`, (input: JsonValue) => call(`${name}(value)`, input)] as const),
]);

function call(expression: string, value: JsonValue): JsonValue {
  return evaluate(parseExpression(expression), { value }, { now: 0 });
}

function parseJson(input: JsonValue): JsonValue {
  if (typeof input !== 'string') throw new PermanentError('input_not_text', 'json.loads needs a text as its input.');
  try {
    return parseExactJson(input);
  } catch (error) {
    const why = error instanceof InexactNumberError ? ` ${error.message}` : '';
    throw new PermanentError('input_not_json', `json.loads needs a text that is JSON.${why}`, { cause: error });
  }
}

/** JSON as Python writes it: blanks after commas and colons, and only ASCII. */
function pythonJson(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (isJsonObject(value)) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonJson(key)}: ${pythonJson(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
