import Module from 'node:module';
import type { AppRegistry } from './app-registry.ts';
import type { InvocationOutcome, LogLevel } from './extension.ts';
import type { HookCallback, HookName } from './hooks.ts';
import type { NamedData, TypedData } from './typed-data.ts';

const MODULE_NAME = '@azure/functions-core';
const CORE_VERSION = '3.12.0';
/** The real host whose behaviour this one follows. */
export const HOST_VERSION = '4.1048.0';

export type FunctionCallback = (...args: unknown[]) => unknown;

/** What the library asks to be registered. Options of triggers and bindings are its own business. */
export interface FunctionMetadata {
  readonly name: string;
  readonly functionId?: string;
  readonly bindings: Readonly<Record<string, CoreBinding>>;
  readonly retryOptions?: unknown;
}

export interface CoreBinding {
  readonly type: string;
  readonly direction: 'in' | 'out' | 'inout';
  readonly properties?: Readonly<Record<string, string>>;
  readonly [option: string]: unknown;
}

/** One invocation as the library's programming model is told of it. */
export interface CoreInvocationContext {
  readonly invocationId: string;
  readonly metadata: FunctionMetadata;
  readonly request: {
    readonly invocationId: string;
    readonly functionId: string;
    readonly inputData: readonly NamedData[];
    readonly triggerMetadata: Readonly<Record<string, TypedData>>;
    readonly traceContext?: {
      readonly traceParent: string;
      readonly traceState: string;
      readonly attributes: Record<string, string>;
    };
  };
  state: 'preInvocationHooks' | 'invocation' | 'postInvocationHooks' | undefined;
  log(level: LogLevel, category: LogSource, message: string): void;
}

/** Who speaks: the function through its context, or the library itself. */
export type LogSource = 'user' | 'system';

export interface InvocationModel {
  getArguments(): Promise<{ context: unknown; inputs: unknown[] }>;
  invokeFunction(context: unknown, inputs: unknown[], callback: FunctionCallback): Promise<unknown>;
  getResponse(context: unknown, result: unknown): Promise<InvocationOutcome>;
}

export interface ProgrammingModel {
  getInvocationModel(context: CoreInvocationContext): InvocationModel;
  getCapabilities(capabilities: Record<string, string>): Promise<Record<string, string>>;
}

/** A mistake in the use of the host; the library tells it from the app's own errors by the flag. */
export class SystemError extends Error {
  readonly isAzureFunctionsSystemError = true;
}

class Disposable {
  readonly #release: () => void;

  constructor(release: () => void) {
    this.#release = release;
  }

  static from(...items: readonly { dispose(): unknown }[]): Disposable {
    return new Disposable(() => {
      for (const item of items) item.dispose();
    });
  }

  dispose(): void {
    this.#release();
  }
}

// The library keeps the first answer to its `require` for ever and sets its model once per process, so both
// outlive an app; registrations go to whichever app is current.
let current: AppRegistry | undefined;
let programmingModel: ProgrammingModel | undefined;
let installed = false;

function currentApp(): AppRegistry {
  if (current === undefined) throw new SystemError('No app is being loaded by this Functions host.');
  return current;
}

const coreModule = {
  version: CORE_VERSION,
  hostVersion: HOST_VERSION,
  registerFunction(metadata: FunctionMetadata, callback: FunctionCallback) {
    return new Disposable(currentApp().registerFunction(metadata, callback));
  },
  registerHook(name: HookName, callback: HookCallback) {
    return new Disposable(currentApp().hooks.register(name, callback));
  },
  setProgrammingModel(model: ProgrammingModel) {
    programmingModel = model;
  },
  getProgrammingModel() {
    return programmingModel;
  },
  log(level: LogLevel, source: LogSource, message: string) {
    currentApp().log(level, source, message);
  },
  Disposable,
};

/** Makes `require('@azure/functions-core')` answer with this host, and `app` the one that registrations go to. */
export function installCoreModule(app: AppRegistry): void {
  current = app;
  if (installed) return;
  installed = true;
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply(target, self, args: [string]) {
      return args[0] === MODULE_NAME ? coreModule : Reflect.apply(target, self, args);
    },
  });
}

/** The model the library brought along; undefined when the app loaded no library. */
export function loadedProgrammingModel(): ProgrammingModel | undefined {
  return programmingModel;
}
