import { isLike } from '../../sql/like.ts';
import { badRequest } from '../errors.ts';
import { isJsonObject, type JsonObject, ownProperty, setOwnProperty } from '../json.ts';
import type { Aggregate } from './aggregates.ts';
import { FUNCTIONS } from './functions.ts';
import { applyBinary, applyUnary } from './operators.ts';
import type { Expression, Query } from './syntax.ts';
import { compare, isEqual, type Value } from './values.ts';

/** The aliases of a row and what they stand for, the innermost first. */
export interface Bindings {
  name: string;
  value: Value;
  outer: Bindings | undefined;
}

export interface Context {
  parameters: ReadonlyMap<string, Value>;
  /** The document the row is about. */
  root: Value;
  bindings: Bindings | undefined;
  /** The aggregate functions of the group that is selected of. */
  aggregates?: ReadonlyMap<Expression, Aggregate>;
  /** Unix time in milliseconds: the same for the whole query. */
  now: number;
  runSubquery: (query: Query, context: Context) => Value[];
}

/** The value of an expression for one row. @throws CosmosError (400) for a parameter that was not sent */
export function evaluate(expression: Expression, context: Context): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'parameter':
      return parameter(expression.name, context);
    case 'root':
      return context.root;
    case 'identifier':
      return lookUp(expression.name, context.bindings);
    case 'member':
      return member(evaluate(expression.object, context), expression.name);
    case 'index':
      return member(evaluate(expression.object, context), evaluate(expression.index, context));
    case 'unary':
      return applyUnary(expression.operator, evaluate(expression.operand, context));
    case 'binary':
      return applyBinary(expression.operator, evaluate(expression.left, context), () => evaluate(expression.right, context));
    case 'conditional':
      return evaluate(expression.test, context) === true
        ? evaluate(expression.positive, context)
        : evaluate(expression.negative, context);
    case 'call':
      return call(expression, context);
    case 'aggregate':
      return context.aggregates?.get(expression)?.result();
    case 'subquery':
      return subquery(expression, context);
    case 'object':
      return construct(expression.properties, context);
    case 'array':
      return expression.elements.map((element) => evaluate(element, context)).filter((value) => value !== undefined);
    default:
      return predicate(expression, context);
  }
}

/** An object of those properties that are defined. */
export function construct(properties: readonly { name: string; expression: Expression }[], context: Context): JsonObject {
  const object: JsonObject = {};
  for (const { name, expression } of properties) {
    const value = evaluate(expression, context);
    if (value !== undefined) setOwnProperty(object, name, value);
  }
  return object;
}

function parameter(name: string, { parameters }: Context): Value {
  if (!parameters.has(name)) throw badRequest(`The query names the parameter '${name}', which was not sent with it.`);
  return parameters.get(name);
}

function lookUp(name: string, bindings: Bindings | undefined): Value {
  let binding = bindings;
  while (binding !== undefined && binding.name !== name) binding = binding.outer;
  return binding?.value;
}

function member(object: Value, key: Value): Value {
  if (Array.isArray(object)) return typeof key === 'number' ? object[key] : undefined;
  return isJsonObject(object) && typeof key === 'string' ? ownProperty(object, key) : undefined;
}

function call({ name, arguments: list }: Expression & { kind: 'call' }, context: Context): Value {
  const values = list.map((argument) => evaluate(argument, context));
  return FUNCTIONS.get(name)?.call(values, context.now);
}

function subquery({ yields, query }: Expression & { kind: 'subquery' }, context: Context): Value {
  const values = context.runSubquery(query, context);
  if (yields === 'exists') return values.length > 0;
  if (yields === 'array') return values.filter((value) => value !== undefined);
  if (values.length > 1) throw badRequest('A subquery that stands for a value must have one row at most.');
  return values[0];
}

function predicate(expression: Expression & { kind: 'in' | 'between' | 'like' }, context: Context): Value {
  const value = evaluate(expression.value, context);
  if (expression.kind === 'like') {
    const pattern = evaluate(expression.pattern, context);
    if (typeof value !== 'string' || typeof pattern !== 'string') return undefined;
    return isLike(value, pattern, { escapeCharacter: expression.escape ?? '', hasSets: true });
  }
  if (expression.kind === 'in') {
    if (value === undefined) return undefined;
    return expression.list.some((candidate) => isEqual(value, evaluate(candidate, context)) === true);
  }
  const low = compare(value, evaluate(expression.low, context));
  const high = compare(value, evaluate(expression.high, context));
  return low === undefined || high === undefined ? undefined : low >= 0 && high <= 0;
}
