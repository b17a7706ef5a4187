import type { BinaryOperator, CompareOperator } from './ast.ts';
import { addDecimals, type Decimal, divideDecimals, divideWithRemainder, multiplyDecimals, negateDecimal } from './decimal.ts';
import { compare, equals, identityKey } from './equality.ts';
import { DECIMAL_STEPS } from './limits.ts';
import { floatResult, integerResult, modulo, power } from './numbers.ts';
import type { Runtime } from './runtime.ts';
import { DecimalValue, isInteger, isList, isMapping, Missing, numberOf, SetValue, typeName, type Value } from './values.ts';

/** `left operator right` on numbers, texts and lists. `%` on a text formats it; that is not done here. */
export function arithmetic(operator: BinaryOperator, left: Value, right: Value, runtime: Runtime): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return numeric(operator, a, b, isInteger(left) && isInteger(right), runtime);
  if (left instanceof DecimalValue || right instanceof DecimalValue) return decimal(operator, left, right, runtime);
  if (operator === '+') return concatenation(left, right, runtime);
  if (operator === '*') return repetition(left, right, runtime);
  throw unsupported(operator, left, right, runtime);
}

function numeric(operator: BinaryOperator, a: number, b: number, integers: boolean, runtime: Runtime): Value {
  switch (operator) {
    case '+':
      return integers ? integerResult(a + b, runtime) : floatResult(a + b, runtime);
    case '-':
      return integers ? integerResult(a - b, runtime) : floatResult(a - b, runtime);
    case '*':
      return integers ? integerResult(a * b, runtime) : floatResult(a * b, runtime);
    case '/':
      return floatResult(a / divisor(b, runtime), runtime);
    case '//': {
      const quotient = (a - modulo(a, divisor(b, runtime))) / b;
      return integers ? integerResult(Math.round(quotient), runtime) : floatResult(Math.round(quotient), runtime);
    }
    case '%': {
      const remainder = modulo(a, divisor(b, runtime));
      return integers ? integerResult(remainder, runtime) : floatResult(remainder, runtime);
    }
    case '**':
      return power(a, b, integers, runtime);
  }
}

function divisor(value: number, runtime: Runtime): number {
  if (value === 0) throw runtime.error('division_by_zero', 'The divisor is zero.');
  return value;
}

function decimal(operator: BinaryOperator, left: Value, right: Value, runtime: Runtime): Value {
  const a = exact(left);
  const b = exact(right);
  if (a === undefined || b === undefined) throw unsupported(operator, left, right, runtime);
  runtime.spend(DECIMAL_STEPS);
  if (['/', '//', '%'].includes(operator) && b.coefficient === 0n)
    throw runtime.error('division_by_zero', 'The divisor is zero.');
  const result = decimalResult(operator, a, b, runtime);
  if (result === undefined)
    throw runtime.error('number_precision', `The result of '${operator}' is beyond what a Decimal holds.`);
  return new DecimalValue(result);
}

/** Floats are refused: they are not exact, and Python refuses them too. */
function exact(value: Value): Decimal | undefined {
  if (value instanceof DecimalValue) return value.value;
  return isInteger(value) ? { coefficient: BigInt(Number(value)), exponent: 0 } : undefined;
}

function decimalResult(operator: BinaryOperator, a: Decimal, b: Decimal, runtime: Runtime): Decimal | undefined {
  switch (operator) {
    case '+':
      return addDecimals(a, b);
    case '-':
      return addDecimals(a, negateDecimal(b));
    case '*':
      return multiplyDecimals(a, b);
    case '/':
      return divideDecimals(a, b);
    case '//':
      return divideWithRemainder(a, b)?.quotient;
    case '%':
      return divideWithRemainder(a, b)?.remainder;
    case '**': {
      const exponent = b.exponent === 0 ? Number(b.coefficient) : -1;
      if (exponent < 0 || exponent > 100) throw runtime.error('value_error', 'A Decimal can be raised to 0 … 100 only.');
      runtime.spend(exponent * DECIMAL_STEPS);
      let result: Decimal | undefined = { coefficient: 1n, exponent: 0 };
      for (let count = 0; count < exponent && result !== undefined; count++) result = multiplyDecimals(result, a);
      return result;
    }
  }
}

function concatenation(left: Value, right: Value, runtime: Runtime): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    runtime.spendText(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    runtime.spendItems(left.length + right.length);
    return [...left, ...right];
  }
  throw unsupported('+', left, right, runtime);
}

function repetition(left: Value, right: Value, runtime: Runtime): Value {
  const [sequence, times] = isInteger(right) ? [left, right] : [right, left];
  if (isInteger(times)) {
    const count = Math.max(0, Number(times));
    if (typeof sequence === 'string') {
      runtime.spendText(sequence.length * count);
      return sequence.repeat(count);
    }
    if (isList(sequence)) {
      runtime.spendItems(sequence.length * count);
      return Array.from({ length: count }, () => sequence).flat();
    }
  }
  throw unsupported('*', left, right, runtime);
}

function unsupported(operator: string, left: Value, right: Value, runtime: Runtime) {
  for (const value of [left, right]) {
    if (value instanceof Missing) return runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  }
  return runtime.error('type_error', `'${operator}' does not work on ${typeName(left)} and ${typeName(right)}.`);
}

export function negative(operand: Value, runtime: Runtime): Value {
  if (operand instanceof DecimalValue) return new DecimalValue(negateDecimal(operand.value));
  return arithmetic('-', isInteger(operand) ? 0 : -0, operand, runtime);
}

export function positive(operand: Value, runtime: Runtime): Value {
  if (operand instanceof DecimalValue) return operand;
  return arithmetic('+', 0, operand, runtime);
}

/** True, false, or undefined if the two cannot be compared in this way, which makes the whole comparison false. */
export function comparison(operator: CompareOperator, left: Value, right: Value, runtime: Runtime): boolean | undefined {
  switch (operator) {
    case '==':
      return equals(left, right, runtime);
    case '!=':
      return !equals(left, right, runtime);
    case 'is':
      return left === right;
    case 'is not':
      return left !== right;
    case 'in':
      return isIn(left, right, runtime);
    case 'not in': {
      const found = isIn(left, right, runtime);
      return found === undefined ? undefined : !found;
    }
    default:
      return isOrdered(operator, compare(left, right, runtime));
  }
}

function isOrdered(operator: '<' | '<=' | '>' | '>=', order: number | undefined): boolean | undefined {
  if (order === undefined) return undefined;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function isIn(item: Value, container: Value, runtime: Runtime): boolean | undefined {
  if (typeof container === 'string') {
    if (typeof item !== 'string') return undefined;
    runtime.spendText(container.length);
    return container.includes(item);
  }
  if (isList(container)) {
    runtime.spendItems(container.length);
    return container.some((candidate) => equals(candidate, item, runtime));
  }
  if (container instanceof SetValue) {
    const key = identityKey(item, runtime);
    return key === undefined ? undefined : container.items.has(key);
  }
  if (!isMapping(container)) return undefined;
  const key = mappingKey(item);
  return key !== undefined && Object.hasOwn(container, key);
}

/** The key that a value stands for in a mapping; JSON has text keys only, so ints and the like become text. */
export function mappingKey(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return value === null ? 'null' : undefined;
}
