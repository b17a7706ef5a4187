import { ExpressionError } from '../../expression/errors.ts';
import { TokenCursor } from '../../expression/token-cursor.ts';
import { tokenize } from '../../expression/tokens.ts';
import type { JsonValue } from '../../json.ts';

const CONSTANTS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['None', null],
  ['null', null],
  ['True', true],
  ['true', true],
  ['False', false],
  ['false', false],
]);
const MAX_DEPTH = 64;

/** The value of a Python literal: text, number, boolean, None, list, tuple, set or dict. @throws ExpressionError */
export function parseLiteral(source: string): JsonValue {
  const cursor = new TokenCursor(tokenize(source));
  const value = readValue(cursor, 0);
  if (!cursor.atEnd()) throw cursor.unexpected('the end of the value');
  return value;
}

function readValue(cursor: TokenCursor, depth: number): JsonValue {
  if (depth > MAX_DEPTH) throw cursor.error('depth_exceeded', `The value is nested deeper than ${MAX_DEPTH} levels.`);
  const token = cursor.current;
  if (token.type === 'string') return readTexts(cursor);
  if (token.type === 'number') {
    cursor.advance(1);
    return token.value;
  }
  if (cursor.skipOperator('[')) return readItems(cursor, ']', depth);
  if (cursor.skipOperator('(')) return readTuple(cursor, depth);
  if (cursor.skipOperator('{')) return readBraces(cursor, depth);
  if (cursor.skipOperator('-')) return negative(cursor);
  const constant = token.type === 'name' ? CONSTANTS.get(token.text) : undefined;
  if (constant === undefined) throw cursor.unexpected('a value');
  cursor.advance(1);
  return constant;
}

/** Texts side by side are one text. */
function readTexts(cursor: TokenCursor): string {
  let text = '';
  for (let token = cursor.current; token.type === 'string'; token = cursor.current) {
    text += token.value;
    cursor.advance(1);
  }
  return text;
}

function negative(cursor: TokenCursor): number {
  const token = cursor.current;
  if (token.type !== 'number') throw cursor.unexpected('a number');
  cursor.advance(1);
  return -token.value;
}

function readItems(cursor: TokenCursor, closing: string, depth: number): readonly JsonValue[] {
  const items: JsonValue[] = [];
  while (!cursor.skipOperator(closing)) {
    items.push(readValue(cursor, depth + 1));
    if (!cursor.skipOperator(',') && !cursor.isOperator(closing)) throw cursor.unexpected(`',' or '${closing}'`);
  }
  return items;
}

/** `(1)` is 1; `(1,)` and `(1, 2)` are tuples, which become lists. */
function readTuple(cursor: TokenCursor, depth: number): JsonValue {
  if (cursor.skipOperator(')')) return [];
  const first = readValue(cursor, depth + 1);
  if (cursor.skipOperator(')')) return first;
  cursor.expectOperator(',');
  return [first, ...readItems(cursor, ')', depth)];
}

/** A dict, or a set, which becomes a list. */
function readBraces(cursor: TokenCursor, depth: number): JsonValue {
  if (cursor.skipOperator('}')) return {};
  const first = readValue(cursor, depth + 1);
  if (!cursor.isOperator(':')) {
    if (!cursor.skipOperator(',') && !cursor.isOperator('}')) throw cursor.unexpected("':', ',' or '}'");
    return [first, ...readItems(cursor, '}', depth)];
  }
  const entries = [[keyOf(first, cursor), readEntryValue(cursor, depth)] as const];
  while (cursor.skipOperator(',') && !cursor.isOperator('}')) {
    entries.push([keyOf(readValue(cursor, depth + 1), cursor), readEntryValue(cursor, depth)]);
  }
  cursor.expectOperator('}');
  return Object.fromEntries(entries);
}

function readEntryValue(cursor: TokenCursor, depth: number): JsonValue {
  cursor.expectOperator(':');
  return readValue(cursor, depth + 1);
}

function keyOf(value: JsonValue, cursor: TokenCursor): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new ExpressionError('type_error', 'The keys of a dict must be texts.', cursor.current.offset);
}
