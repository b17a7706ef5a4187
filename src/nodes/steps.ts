import type { JsonValue } from '../json.ts';
import type { StepCatalog } from '../pipeline/node-definition.ts';
import { BUILTIN_STEPS } from './builtin-steps.ts';
import type { StepContext } from './step-context.ts';

/**
 * A step's code. The input is what the node prepared (or, with `unpack_input`, an object of the declared parameters); it comes
 * from outside, so a step checks it before it relies on its shape. The result must be JSON.
 */
export type StepFunction = (input: JsonValue, context: StepContext) => unknown;

export interface StepOptions {
  /** Parameter names: what `unpack_input` picks out of the input. */
  readonly params?: readonly string[];
}

export interface StepDefinition extends StepOptions {
  readonly name: string;
  readonly run: StepFunction;
  /** Set if it is a reducer. */
  readonly reduce?: Reducer;
}

/** Makes one value of many. Called within orchestrations, which are replayed: nothing but the values may count. */
export type Reducer = (values: readonly JsonValue[]) => JsonValue;

/** Names a function, so that a `function_node` can call it by `fn: <name>`. */
export function defineStep(name: string, run: StepFunction, options: StepOptions = {}): StepDefinition {
  return { name, run, ...options };
}

/** Names a pure function, so that `reducer: <name>` can call it wherever results are put together. It is a step as well. */
export function defineReducer(name: string, reduce: Reducer): StepDefinition {
  return { name, reduce, run: (input) => reduce(Array.isArray(input) ? input : [input]) };
}

/**
 * The steps that pipelines can call, by name: those given, and the built-in ones (`json.loads`, `builtins.len`, …) unless one of
 * the same name is given. Two given steps of one name are a mistake in the program and refused.
 */
export class StepRegistry implements StepCatalog {
  readonly #steps = new Map<string, StepDefinition>();

  constructor(steps: Iterable<StepDefinition>) {
    for (const step of steps) {
      if (this.#steps.has(step.name))
        throw new TypeError(`Step '${step.name}' is registered twice; give one of them another name.`);
      this.#steps.set(step.name, step);
    }
    for (const [name, run] of BUILTIN_STEPS) {
      if (!this.#steps.has(name)) this.#steps.set(name, { name, run, reduce: (values) => run([...values]) });
    }
  }

  get(name: string): StepDefinition | undefined {
    return this.#steps.get(name);
  }

  has(name: string): boolean {
    return this.#steps.has(name);
  }

  reducer(name: string): Reducer | undefined {
    return this.#steps.get(name)?.reduce;
  }

  names(): readonly string[] {
    return [...this.#steps.keys()];
  }

  params(name: string): readonly string[] | undefined {
    return this.#steps.get(name)?.params;
  }
}
