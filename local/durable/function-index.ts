import type { RegisteredFunction } from '../functions-host/extension.ts';

/** Finds functions by trigger type and name, in whatever case they are written. */
export class FunctionIndex {
  readonly #functions = new Map<string, RegisteredFunction>();

  constructor(functions: readonly RegisteredFunction[]) {
    for (const fn of functions) this.#functions.set(keyOf(fn.trigger.binding.type, fn.name), fn);
  }

  find(triggerType: string, name: string): RegisteredFunction | undefined {
    return this.#functions.get(keyOf(triggerType, name));
  }
}

function keyOf(triggerType: string, name: string): string {
  return `${triggerType.toLowerCase()} ${name.toLowerCase()}`;
}
