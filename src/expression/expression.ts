import type { JsonValue } from '../json.ts';
import { BoundedCache } from './bounded-cache.ts';
import type { Evaluate } from './code.ts';
import { compile } from './compile.ts';
import { toJson, toJsonText } from './convert.ts';
import { ExpressionError } from './errors.ts';
import { CACHE_SIZE } from './limits.ts';
import { type NameUse, namesInTree } from './names.ts';
import { parse } from './parser.ts';
import { Runtime } from './runtime.ts';
import { type Scope, toLookup } from './scope.ts';
import { isTruthy } from './values.ts';

/** An expression that was read and checked; evaluating it needs a scope. */
export interface Expression {
  readonly source: string;
  readonly names: readonly NameUse[];
  readonly run: Evaluate;
}

export interface EvaluationOptions {
  /** What `now()` tells, in Unix milliseconds. */
  readonly now: number;
}

const cache = new BoundedCache<Expression>(CACHE_SIZE);

/** Reads and checks an expression of the pipeline language. @throws ExpressionError with the offset of the problem */
export function parseExpression(source: string): Expression {
  return cache.get(source, () => {
    const tree = parse(source);
    const names = [...namesInTree(tree)].sort((a, b) => a.offset - b.offset);
    return { source, names, run: compile(tree) };
  });
}

/** The root names that the expression takes from its scope, in order of appearance. */
export function namesIn(expression: Expression): readonly NameUse[] {
  return expression.names;
}

/** The expression's value as JSON. @throws ExpressionError */
export function evaluate(expression: Expression, scope: Scope, options: EvaluationOptions): JsonValue {
  const runtime = new Runtime(toLookup(scope), options.now);
  return toJson(expression.run(runtime), runtime);
}

/** The expression's value as JSON text, in which a whole float keeps its point: `6/2` is `3.0`. @throws ExpressionError */
export function evaluateToText(expression: Expression, scope: Scope, options: EvaluationOptions): string {
  const runtime = new Runtime(toLookup(scope), options.now);
  return toJsonText(expression.run(runtime), runtime);
}

/** Whether the expression holds. One that cannot be evaluated does not. */
export function evaluatePredicate(expression: Expression, scope: Scope, options: EvaluationOptions): boolean {
  try {
    return isTruthy(expression.run(new Runtime(toLookup(scope), options.now)));
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
