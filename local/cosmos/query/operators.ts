import { ARITHMETIC, finite } from '../../sql/arithmetic.ts';
import { conjunction, disjunction, negation } from '../../sql/logic.ts';
import { compare, isEqual, type Value } from './values.ts';

const NUMERIC: Readonly<Record<string, (left: number, right: number) => number>> = {
  ...ARITHMETIC,
  '&': (left, right) => left & right,
  '|': (left, right) => left | right,
  '^': (left, right) => left ^ right,
  '<<': (left, right) => left << right,
  '>>': (left, right) => left >> right,
  '>>>': (left, right) => left >>> right,
};

/** Undefined when the operand is of the wrong type. */
export function applyUnary(operator: string, operand: Value): Value {
  if (operator === 'NOT') return negation(operand);
  if (typeof operand !== 'number') return undefined;
  return operator === '-' ? -operand : operator === '~' ? ~operand : operand;
}

/** Undefined when the operands are of the wrong types. The right one is asked for only where it matters. */
export function applyBinary(operator: string, left: Value, right: () => Value): Value {
  switch (operator) {
    case 'AND':
      return conjunction(left, right);
    case 'OR':
      return disjunction(left, right);
    case '??':
      return left === undefined ? right() : left;
    case '=':
      return isEqual(left, right());
    case '!=':
      return negation(isEqual(left, right()));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ordered(operator, compare(left, right()));
    case '||': {
      const other = right();
      return typeof left === 'string' && typeof other === 'string' ? left + other : undefined;
    }
    default: {
      const other = right();
      const calculate = NUMERIC[operator];
      if (calculate === undefined || typeof left !== 'number' || typeof other !== 'number') return undefined;
      return finite(calculate(left, other));
    }
  }
}

function ordered(operator: string, order: number | undefined): boolean | undefined {
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}
