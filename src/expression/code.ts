import type { Node } from './ast.ts';
import type { Runtime } from './runtime.ts';
import type { Value } from './values.ts';

/** A node as code: called with a runtime, it gives the node's value or throws an ExpressionError. */
export type Evaluate = (runtime: Runtime) => Value;

/** The comprehension variables that are visible, each with its slot in `Runtime.locals`. */
export type Locals = ReadonlyMap<string, number>;

export type Compile = (node: Node, locals: Locals) => Evaluate;
