import type { FunctionCallback, LogSource } from './core-module.ts';
import type { LogLevel } from './extension.ts';

export type HookName = 'appStart' | 'appTerminate' | 'preInvocation' | 'postInvocation' | 'log';
export type HookCallback = (context: object) => unknown;

export interface PreInvocation {
  inputs: unknown[];
  functionCallback: FunctionCallback;
}

export interface PostInvocation {
  inputs: unknown[];
  result: unknown;
  error: unknown;
}

export interface LogMessage {
  level: LogLevel;
  message: string;
}

class UnknownHookError extends RangeError {
  readonly isAzureFunctionsSystemError = true;
}

class ReadOnlyError extends TypeError {
  readonly isAzureFunctionsSystemError = true;
}

/** The hooks of one app. Contexts pass changes by assignment; what a hook must not replace has a setter that throws. */
export class Hooks {
  readonly #callbacks: Readonly<Record<HookName, HookCallback[]>> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  readonly #appHookData = {};
  readonly #appLevelHookData = {};

  /** @returns what removes the hook again */
  register(name: HookName, callback: HookCallback): () => void {
    if (!Object.hasOwn(this.#callbacks, name)) throw new UnknownHookError(`Unrecognized hook "${name}"`);
    const callbacks = this.#callbacks[name];
    callbacks.push(callback);
    return () => {
      const index = callbacks.indexOf(callback);
      if (index >= 0) callbacks.splice(index, 1);
    };
  }

  has(name: HookName): boolean {
    return this.#callbacks[name].length > 0;
  }

  async appStart(functionAppDirectory: string): Promise<void> {
    await this.#run('appStart', this.#context({ functionAppDirectory }, this.#appLevelHookData));
  }

  async appTerminate(): Promise<void> {
    await this.#run('appTerminate', this.#context({}, this.#appLevelHookData));
  }

  /** `hookData` is the one object that an invocation's hooks share. */
  async preInvocation(invocationContext: unknown, hookData: object, call: PreInvocation): Promise<PreInvocation> {
    const context = readOnly(this.#context(call, hookData), { invocationContext });
    await this.#run('preInvocation', context);
    return context;
  }

  async postInvocation(invocationContext: unknown, hookData: object, outcome: PostInvocation): Promise<PostInvocation> {
    const context = readOnly(this.#context(outcome, hookData), { invocationContext });
    await this.#run('postInvocation', context);
    return context;
  }

  /** Runs at once; only what a function itself says may be changed. A log hook that throws changes nothing. */
  log(level: LogLevel, message: string, category: LogSource, invocationContext: unknown): LogMessage {
    const context = readOnly(this.#context({ level, message }, this.#appLevelHookData), { category, invocationContext });
    for (const callback of this.#callbacks.log) {
      try {
        callback(context);
      } catch {
        return { level, message };
      }
    }
    return category === 'user' ? context : { level, message };
  }

  async #run(name: HookName, context: object): Promise<void> {
    for (const callback of [...this.#callbacks[name]]) await callback(context);
  }

  #context<T extends object>(members: T, hookData: object): T {
    return readOnly({ ...members }, { hookData, appHookData: this.#appHookData });
  }
}

function readOnly<T extends object>(target: T, fields: Readonly<Record<string, unknown>>): T {
  for (const [name, value] of Object.entries(fields)) {
    Object.defineProperty(target, name, {
      enumerable: true,
      get: () => value,
      set: () => {
        throw new ReadOnlyError(`Cannot assign to read only property "${name}"`);
      },
    });
  }
  return target;
}
