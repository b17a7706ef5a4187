import { ExpressionError } from '../expression/errors.ts';
import { evaluatePredicate, namesIn, parseExpression } from '../expression/expression.ts';
import type { JsonValue } from '../json.ts';

const CLOCK = /\b(?:now|utcnow|timestamp)\s*\(/;

/** What a condition always amounts to; undefined if that depends on data or the time, or if it cannot be read. */
export function constantCondition(text: JsonValue | undefined): boolean | undefined {
  if (typeof text === 'boolean') return text;
  if (typeof text !== 'string' || CLOCK.test(text)) return undefined;
  try {
    const expression = parseExpression(text);
    return namesIn(expression).length > 0 ? undefined : evaluatePredicate(expression, {}, { now: 0 });
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}
