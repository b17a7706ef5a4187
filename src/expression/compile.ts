import type { Node, Shape } from './ast.ts';
import type { Evaluate, Locals } from './code.ts';
import { toMapping } from './collections.ts';
import { compileCall, compileMethod } from './compile-call.ts';
import { compileComprehension } from './compile-comprehension.ts';
import { arithmetic, comparison, mappingKey, negative, positive } from './operators.ts';
import type { Runtime } from './runtime.ts';
import { slice } from './slice.ts';
import { formatPercent } from './text-format.ts';
import { floatValue, isInteger, isList, isMapping, isTruthy, Missing, type Value } from './values.ts';

/** Turns a syntax tree into code. @throws ExpressionError if a function, method or argument of it does not exist */
export function compile(node: Node, locals: Locals = new Map()): Evaluate {
  switch (node.type) {
    case 'literal':
      return constant(node.value);
    case 'number':
      return constant(node.float ? floatValue(node.value) : node.value);
    case 'name':
      return compileName(node.name, locals);
    case 'attribute':
      return compileAttribute(node, locals);
    case 'subscript':
      return compileSubscript(node, locals);
    case 'slice':
      return compileSlice(node, locals);
    case 'unary':
      return compileUnary(node, locals);
    case 'binary':
      return compileBinary(node, locals);
    case 'compare':
      return compileCompare(node, locals);
    case 'logical':
      return compileLogical(node, locals);
    case 'conditional':
      return compileConditional(node, locals);
    case 'list':
    case 'tuple':
      return compileList(node.items, locals);
    case 'dict':
      return compileDict(node, locals);
    case 'comprehension':
      return compileComprehension(node, locals, compile);
    case 'call':
      return compileCall(node, locals, compile);
    case 'method':
      return compileMethod(node, locals, compile);
  }
}

type Of<Type extends Shape['type']> = Extract<Node, { readonly type: Type }>;

function constant(value: Value): Evaluate {
  return () => value;
}

function compileName(name: string, locals: Locals): Evaluate {
  const slot = locals.get(name);
  if (slot !== undefined) return (runtime) => runtime.locals[slot] ?? null;
  const missing = new Missing(name);
  return (runtime) => {
    const value = runtime.lookup(name);
    return value === undefined ? missing : value;
  };
}

function compileAttribute(node: Of<'attribute'>, locals: Locals): Evaluate {
  const object = compile(node.object, locals);
  const { name, offset } = node;
  return (runtime) => member(object(runtime), name, offset, runtime);
}

/** The value under a key, null where there is none. Names that only the host language knows are refused, not answered. */
function member(object: Value, key: string, offset: number, runtime: Runtime): Value {
  if (object instanceof Missing) return object;
  if (isMapping(object) && Object.hasOwn(object, key)) return object[key] ?? null;
  if (key in Object.prototype) {
    runtime.offset = offset;
    throw runtime.error('no_such_key', `There is no key '${key}'.`);
  }
  return null;
}

function compileSubscript(node: Of<'subscript'>, locals: Locals): Evaluate {
  const object = compile(node.object, locals);
  const index = compile(node.index, locals);
  const { offset } = node;
  return (runtime) => {
    const container = object(runtime);
    const key = index(runtime);
    if (isList(container)) return isInteger(key) ? (container.at(Number(key)) ?? null) : null;
    const name = mappingKey(key);
    return name === undefined ? null : member(container, name, offset, runtime);
  };
}

function compileSlice(node: Of<'slice'>, locals: Locals): Evaluate {
  const object = compile(node.object, locals);
  const [start, stop, step] = node.bounds.map((bound) => (bound === undefined ? constant(null) : compile(bound, locals)));
  const { offset } = node;
  return (runtime) => {
    const container = object(runtime);
    const bounds = [start?.(runtime) ?? null, stop?.(runtime) ?? null, step?.(runtime) ?? null] as const;
    runtime.offset = offset;
    return container === null || container instanceof Missing ? container : slice(container, bounds, runtime);
  };
}

function compileUnary(node: Of<'unary'>, locals: Locals): Evaluate {
  const operand = compile(node.operand, locals);
  const { operator, offset } = node;
  if (operator === 'not') return (runtime) => !isTruthy(operand(runtime));
  const apply = operator === '-' ? negative : positive;
  return (runtime) => {
    const value = operand(runtime);
    runtime.offset = offset;
    return apply(value, runtime);
  };
}

function compileBinary(node: Of<'binary'>, locals: Locals): Evaluate {
  const left = compile(node.left, locals);
  const right = compile(node.right, locals);
  const { operator, offset } = node;
  const rightIsTuple = node.right.type === 'tuple';
  return (runtime) => {
    const a = left(runtime);
    const b = right(runtime);
    runtime.offset = offset;
    runtime.spend(1);
    if (operator === '%' && typeof a === 'string') return formatPercent(a, b, rightIsTuple, runtime);
    return arithmetic(operator, a, b, runtime);
  };
}

function compileCompare(node: Of<'compare'>, locals: Locals): Evaluate {
  const first = compile(node.first, locals);
  const rest = node.rest.map(({ operator, operand }) => ({ operator, operand: compile(operand, locals) }));
  const { offset } = node;
  return (runtime) => {
    let left = first(runtime);
    for (const { operator, operand } of rest) {
      const right = operand(runtime);
      runtime.offset = offset;
      runtime.spend(1);
      if (comparison(operator, left, right, runtime) !== true) return false;
      left = right;
    }
    return true;
  };
}

function compileLogical(node: Of<'logical'>, locals: Locals): Evaluate {
  const operands = node.operands.map((operand) => compile(operand, locals));
  const stopsAt = node.operator === 'or';
  return (runtime) => {
    let value: Value = null;
    for (const operand of operands) {
      value = operand(runtime);
      if (isTruthy(value) === stopsAt) return value;
    }
    return value;
  };
}

function compileConditional(node: Of<'conditional'>, locals: Locals): Evaluate {
  const test = compile(node.test, locals);
  const then = compile(node.then, locals);
  const otherwise = compile(node.otherwise, locals);
  return (runtime) => (isTruthy(test(runtime)) ? then(runtime) : otherwise(runtime));
}

function compileList(items: readonly Node[], locals: Locals): Evaluate {
  const evaluations = items.map((item) => compile(item, locals));
  return (runtime) => {
    runtime.spend(evaluations.length);
    return evaluations.map((evaluate) => evaluate(runtime));
  };
}

function compileDict(node: Of<'dict'>, locals: Locals): Evaluate {
  const entries = node.entries.map(({ key, value }) => [compile(key, locals), compile(value, locals)] as const);
  return (runtime) =>
    toMapping(
      entries.map(([key, value]) => [key(runtime), value(runtime)] as const),
      runtime,
    );
}
