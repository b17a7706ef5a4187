import { type FunctionCallback, type FunctionMetadata, type LogSource, SystemError } from './core-module.ts';
import type { LogLevel, RegisteredFunction } from './extension.ts';
import { Hooks } from './hooks.ts';
import type { HostLogger } from './logging.ts';

/** A registered function with what is needed to call it. */
export interface AppFunction extends RegisteredFunction {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
}

/** What one app has registered: its functions and hooks. */
export class AppRegistry {
  readonly hooks = new Hooks();
  readonly #functions = new Map<string, AppFunction>();
  readonly #logger: HostLogger;
  #locked = false;

  constructor(logger: HostLogger) {
    this.#logger = logger;
  }

  get functions(): readonly AppFunction[] {
    return [...this.#functions.values()];
  }

  /** From here on registrations are refused. */
  lock(): void {
    this.#locked = true;
  }

  /** @returns what removes the registration again */
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): () => void {
    if (this.#locked) throw new SystemError('A function can only be registered during app startup.');
    const id = metadata.functionId ?? metadata.name;
    if (this.#functions.has(id)) throw new SystemError(`A function with id "${id}" has already been registered.`);
    const trigger = Object.entries(metadata.bindings).find(([, binding]) => /trigger$/i.test(binding.type));
    if (trigger === undefined) throw new SystemError(`The function "${metadata.name}" has no trigger.`);
    const [name, binding] = trigger;
    this.#functions.set(id, {
      id,
      name: metadata.name,
      trigger: { name, binding },
      bindings: metadata.bindings,
      metadata,
      callback,
    });
    return () => {
      if (this.#locked) throw new SystemError('A function can only be disposed during app startup.');
      this.#functions.delete(id);
    };
  }

  /** Logs for the library or a function, after the log hooks have seen it. */
  log(
    level: LogLevel,
    source: LogSource,
    message: string,
    invocation?: { readonly functionName: string; readonly invocationId: string; readonly context: unknown },
  ): void {
    const entry = this.hooks.has('log') ? this.hooks.log(level, message, source, invocation?.context) : { level, message };
    const category = invocation !== undefined && source === 'user' ? `Function.${invocation.functionName}.User` : 'Worker';
    this.#logger.write(entry.level, category, entry.message, invocation?.invocationId);
  }
}
