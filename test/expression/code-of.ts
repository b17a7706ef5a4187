import { ExpressionError } from '../../src/expression/errors.ts';

/** The code an expression is refused with; undefined if it is not refused. Any other error passes through. */
export function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ExpressionError) return error.code;
    throw error;
  }
}
