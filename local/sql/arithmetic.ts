export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

export const ARITHMETIC: Readonly<Record<ArithmeticOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
};

/** A result that is a number, or undefined. */
export function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}
