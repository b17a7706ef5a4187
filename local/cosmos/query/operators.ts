import { compare, isEqual, type Value } from './values.ts';

/** Undefined when the operand is of the wrong type. */
export function applyUnary(operator: string, operand: Value): Value {
  if (operator === 'NOT') return typeof operand === 'boolean' ? !operand : undefined;
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
    case '!=': {
      const equal = isEqual(left, right());
      return equal === undefined ? undefined : !equal;
    }
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
      return typeof left === 'number' && typeof other === 'number' ? finite(calculate(operator, left, other)) : undefined;
    }
  }
}

/** False decides, whatever the other side is. */
function conjunction(left: Value, right: () => Value): boolean | undefined {
  if (left === false) return false;
  const other = right();
  if (other === false) return false;
  return left === true && other === true ? true : undefined;
}

/** True decides, whatever the other side is. */
function disjunction(left: Value, right: () => Value): boolean | undefined {
  if (left === true) return true;
  const other = right();
  if (other === true) return true;
  return left === false && other === false ? false : undefined;
}

function ordered(operator: string, order: number | undefined): boolean | undefined {
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function calculate(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
    default:
      return left >>> right;
  }
}

/** JSON has no other numbers. */
export function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}
