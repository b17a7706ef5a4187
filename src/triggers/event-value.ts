import { ExpressionError } from '../expression/errors.ts';
import { evaluate, parseExpression } from '../expression/expression.ts';
import { CONSTANTS } from '../expression/operand-parser.ts';
import { parsePath, quotedText, readPath } from '../expression/path.ts';
import type { JsonValue } from '../json.ts';
import type { EventContent } from './event.ts';
import { eventScope } from './event-scope.ts';

/** Computes a value from an event. @throws ExpressionError, EventValueError */
export type EventValue = (event: EventContent) => JsonValue;

/** The event does not hold what a mapping needs. */
export class EventValueError extends Error {}

const REQUIRED = /\s*\|\s*required\s*$/;
const DEFAULT = /\s*\|\s*default\((.*)\)\s*$/s;

/**
 * Reads one value of a mapping: a path (`body.orderId`, `$input.items[0]`, `$.orderId`, or just the member's name), an expression,
 * a quoted text; each may end in `| required` or `| default(x)`. A path that ends early gives null.
 * @throws ExpressionError if it cannot be read
 */
export function parseEventValue(text: string): EventValue {
  if (REQUIRED.test(text)) {
    const value = parseSource(text.replace(REQUIRED, ''));
    return (event) => value(event) ?? fail(`'${text}' found nothing`);
  }
  const fallback = DEFAULT.exec(text)?.[1];
  if (fallback === undefined) return parseSource(text);
  const value = parseSource(text.replace(DEFAULT, ''));
  const otherwise = parseFallback(fallback.trim());
  return (event) => valueOrNull(value, event) ?? otherwise;
}

function parseSource(text: string): EventValue {
  const source = text.trim().replace(/^\$(?=$|[.[])/, 'body');
  const path = parsePath(source);
  if (path !== undefined && !CONSTANTS.has(source)) {
    return (event) => {
      const root = eventScope(event)(path.root);
      if (root === undefined) return fail(`The body has no member '${path.root}'`);
      return readPath(root, path.segments) ?? null;
    };
  }
  const expression = parseExpression(source);
  return (event) => evaluate(expression, eventScope(event), { now: Date.parse(event.receivedAt) });
}

/** A number, quoted text or constant; anything else stands for itself as text. */
function parseFallback(text: string): JsonValue {
  const isLiteral = CONSTANTS.has(text) || quotedText(text) !== undefined || /^-?\d+(?:\.\d+)?$/.test(text);
  return isLiteral ? evaluate(parseExpression(text), {}, { now: 0 }) : text;
}

function valueOrNull(value: EventValue, event: EventContent): JsonValue {
  try {
    return value(event);
  } catch (error) {
    if (error instanceof EventValueError || error instanceof ExpressionError) return null;
    throw error;
  }
}

function fail(message: string): never {
  throw new EventValueError(message);
}
