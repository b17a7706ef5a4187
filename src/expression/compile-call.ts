import type { Node } from './ast.ts';
import type { Compile, Evaluate, Locals } from './code.ts';
import { ExpressionError } from './errors.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { FUNCTIONS } from './functions.ts';
import { callMethod, METHOD_NAMES, methodArgumentProblem } from './methods.ts';
import type { Runtime } from './runtime.ts';
import { Missing, type Value } from './values.ts';

type Call = Extract<Node, { readonly type: 'call' }>;
type MethodCall = Extract<Node, { readonly type: 'method' }>;

/** A call of a function of the table; whether name and arguments fit is decided here, before anything runs. */
export function compileCall(node: Call, locals: Locals, compile: Compile): Evaluate {
  const definition = FUNCTIONS.get(node.name);
  if (definition === undefined || locals.has(node.name)) {
    throw new ExpressionError('function_unknown', `There is no function '${node.name}'.`, node.offset);
  }
  const { plain, named } = bindArguments(node, definition, (argument) => compile(argument, locals));
  const { offset } = node;
  const accept = definition.acceptsMissing ? (value: Value) => value : known;
  return (runtime) => {
    const args = plain.map((argument) => (argument === undefined ? undefined : accept(argument(runtime), runtime)));
    const options = evaluateNamed(named, runtime);
    runtime.offset = offset;
    runtime.spend(1);
    return definition.call(args, runtime, options);
  };
}

interface BoundArguments {
  /** One for each parameter, then the further ones. */
  readonly plain: readonly (Evaluate | undefined)[];
  readonly named: readonly (readonly [string, Evaluate])[];
}

function bindArguments(node: Call, definition: FunctionDefinition, compile: (argument: Node) => Evaluate): BoundArguments {
  const { parameters, required, rest = false, named: nameable = [] } = definition;
  const wrong = (problem: string) => new ExpressionError('arguments_wrong', `${node.name}() ${problem}.`, node.offset);
  if (node.positional.length > parameters.length && !rest) {
    throw wrong(`takes at most ${parameters.length} arguments, not ${node.positional.length}`);
  }
  const plain: (Evaluate | undefined)[] = parameters.map(() => undefined);
  for (const [index, argument] of node.positional.entries()) plain[index] = compile(argument);

  const named: [string, Evaluate][] = [];
  for (const { name, value } of node.named) {
    const index = parameters.indexOf(name);
    if (index >= 0 && plain[index] !== undefined) throw wrong(`is given '${name}' twice`);
    if (index >= 0) plain[index] = compile(value);
    else if (nameable === 'any' || nameable.includes(name)) named.push([name, compile(value)]);
    else throw wrong(`has no parameter '${name}'`);
  }
  const missing = parameters.slice(0, required).filter((_parameter, index) => plain[index] === undefined);
  if (missing.length > 0) throw wrong(`lacks ${missing.map((name) => `'${name}'`).join(' and ')}`);
  return { plain, named };
}

/** A method call. On null and on unknown names it gives null, as every access does. */
export function compileMethod(node: MethodCall, locals: Locals, compile: Compile): Evaluate {
  const { name, offset } = node;
  if (!METHOD_NAMES.includes(name)) throw new ExpressionError('method_unknown', `There is no method '${name}'.`, offset);
  const problem = methodArgumentProblem(name, node.positional.length);
  if (problem !== undefined) throw new ExpressionError('arguments_wrong', problem, offset);

  const object = compile(node.object, locals);
  const plain = node.positional.map((argument) => compile(argument, locals));
  const named = node.named.map((argument) => [argument.name, compile(argument.value, locals)] as const);
  return (runtime) => {
    const receiver = object(runtime);
    if (receiver === null || receiver instanceof Missing) return null;
    const args = plain.map((argument) => known(argument(runtime), runtime));
    const options = evaluateNamed(named, runtime);
    runtime.offset = offset;
    runtime.spend(1);
    return callMethod(receiver, name, { args, named: options, runtime });
  };
}

const NONE: Readonly<Record<string, Value>> = {};

function evaluateNamed(named: readonly (readonly [string, Evaluate])[], runtime: Runtime): Readonly<Record<string, Value>> {
  if (named.length === 0) return NONE;
  return Object.fromEntries(named.map(([name, value]) => [name, known(value(runtime), runtime)]));
}

/** Refuses an unknown name where a value is needed. */
function known(value: Value, runtime: Runtime): Value {
  if (value instanceof Missing) throw runtime.error('name_unknown', `Name '${value.name}' is not known here.`);
  return value;
}
