import { randomUUID } from 'node:crypto';
import { ARITHMETIC, type ArithmeticOperator, finite } from '../../sql/arithmetic.ts';
import { isLike } from '../../sql/like.ts';
import { conjunction, disjunction, negation, type Truth } from '../../sql/logic.ts';
import type { MessageProperties } from './message-properties.ts';
import type { ComparisonOperator, Expression, Predicate, PropertyName, SqlValue } from './sql-syntax.ts';

/** The third truth value, and the value of a property that is not there. */
type Unknown = undefined;
type Known = Exclude<SqlValue, null>;

/** Whether the message fulfils the condition: one that is neither true nor false is not fulfilled. */
export function isFulfilled(condition: Predicate, message: MessageProperties): boolean {
  return truthOf(condition, message) === true;
}

/** The value of an expression; undefined when it depends on what the message does not have, or on values that do not go together. */
export function evaluate(expression: Expression, message: MessageProperties): Known | Unknown {
  switch (expression.kind) {
    case 'constant':
      return expression.value ?? undefined;
    case 'property':
      return property(expression.property, message);
    case 'property-by-name': {
      const name = evaluate(expression.name, message);
      return typeof name === 'string' ? property({ scope: 'user', name }, message) : undefined;
    }
    case 'new-id':
      return randomUUID();
    case 'sign': {
      const operand = evaluate(expression.operand, message);
      if (typeof operand !== 'number') return undefined;
      return expression.operator === '-' ? -operand : operand;
    }
    case 'arithmetic':
      return calculate(expression.operator, evaluate(expression.left, message), evaluate(expression.right, message));
  }
}

function truthOf(predicate: Predicate, message: MessageProperties): Truth {
  switch (predicate.kind) {
    case 'not':
      return negation(truthOf(predicate.operand, message));
    case 'and':
      return conjunction(truthOf(predicate.left, message), () => truthOf(predicate.right, message));
    case 'or':
      return disjunction(truthOf(predicate.left, message), () => truthOf(predicate.right, message));
    case 'comparison':
      return compare(predicate.operator, evaluate(predicate.left, message), evaluate(predicate.right, message));
    case 'is-null':
      return (message.value(predicate.property) ?? null) === null;
    case 'exists':
      return message.has(predicate.property);
    case 'in':
      return choose(predicate.value, predicate.choices, message);
    case 'like':
      return like(
        evaluate(predicate.value, message),
        evaluate(predicate.pattern, message),
        predicate.escapeCharacter === undefined ? '' : evaluate(predicate.escapeCharacter, message),
      );
  }
}

function choose(value: Expression, choices: readonly Expression[], message: MessageProperties): Truth {
  const wanted = evaluate(value, message);
  if (wanted === undefined) return undefined;
  const isChoice = (choice: Expression) => compare('=', wanted, evaluate(choice, message));
  return choices.reduce<Truth>((found, choice) => disjunction(found, () => isChoice(choice)), false);
}

function like(value: Known | Unknown, pattern: Known | Unknown, escapeCharacter: Known | Unknown): Truth {
  if (typeof value !== 'string' || typeof pattern !== 'string' || typeof escapeCharacter !== 'string') return undefined;
  return escapeCharacter.length > 1 ? undefined : isLike(value, pattern, { escapeCharacter, hasSets: false });
}

function compare(operator: ComparisonOperator, left: Known | Unknown, right: Known | Unknown): Truth {
  if (left === undefined || right === undefined || typeof left !== typeof right) return undefined;
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
  }
  if (typeof left === 'boolean') return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function calculate(operator: ArithmeticOperator, left: Known | Unknown, right: Known | Unknown): Known | Unknown {
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right;
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  return finite(ARITHMETIC[operator](left, right));
}

function property(name: PropertyName, message: MessageProperties): Known | Unknown {
  const value = message.value(name);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}
