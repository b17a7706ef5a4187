import { randomUUID } from 'node:crypto';
import type { AppFunction, AppRegistry } from './app-registry.ts';
import { type CoreInvocationContext, type ProgrammingModel, SystemError } from './core-module.ts';
import type { Invocation, InvocationOutcome, RegisteredFunction } from './extension.ts';
import type { PostInvocation } from './hooks.ts';
import { InFlight } from './in-flight.ts';
import type { HostLogger } from './logging.ts';
import type { NamedData, TypedData } from './typed-data.ts';

const NO_METADATA: Readonly<Record<string, TypedData>> = {};

/** Runs functions through the library's programming model, with the hooks around them. */
export class Invoker {
  readonly counters = { invocations: 0, invocationFailures: 0 };
  /** Invocations under way. */
  readonly inFlight = new InFlight();
  readonly #app: AppRegistry;
  readonly #functions: ReadonlyMap<string, AppFunction>;
  readonly #model: ProgrammingModel;
  readonly #inputData: (fn: AppFunction) => readonly NamedData[];
  readonly #logger: HostLogger;

  /** `inputData` gives the data of a function's input bindings, beside its trigger. */
  constructor(
    app: AppRegistry,
    functions: readonly AppFunction[],
    model: ProgrammingModel,
    inputData: (fn: AppFunction) => readonly NamedData[],
    logger: HostLogger,
  ) {
    this.#app = app;
    this.#functions = new Map(functions.map((fn) => [fn.id, fn]));
    this.#model = model;
    this.#inputData = inputData;
    this.#logger = logger;
  }

  /** Rejects with what the function threw. */
  async invoke(registered: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome> {
    const fn = this.#functions.get(registered.id);
    if (fn === undefined) throw new SystemError(`The function '${registered.name}' is disabled or not of this app.`);
    const invocationId = randomUUID();
    const category = `Function.${fn.name}`;
    const isLogged = this.#logger.isEnabled('information', category);
    const startedAt = performance.now();
    this.counters.invocations += 1;
    this.inFlight.enter();
    if (isLogged) {
      this.#logger.write('information', category, `Executing 'Functions.${fn.name}' (Id=${invocationId})`, invocationId);
    }
    try {
      const outcome = await this.#run(fn, invocation, invocationId);
      if (isLogged) {
        this.#logger.write('information', category, executed(fn, 'Succeeded', invocationId, startedAt), invocationId);
      }
      return outcome;
    } catch (error) {
      this.counters.invocationFailures += 1;
      const message = `${executed(fn, 'Failed', invocationId, startedAt)}\n${describe(error)}`;
      this.#logger.write('error', category, message, invocationId);
      throw error;
    } finally {
      this.inFlight.leave();
    }
  }

  async #run(fn: AppFunction, invocation: Invocation, invocationId: string): Promise<InvocationOutcome> {
    const { hooks } = this.#app;
    const core = this.#coreContext(fn, invocation, invocationId);
    const model = this.#model.getInvocationModel(core);
    const { context, inputs } = await model.getArguments();
    core.invocationContext = context;
    const hookData = {};
    let call = { inputs, functionCallback: fn.callback };
    if (hooks.has('preInvocation')) {
      call = await inState(core, 'preInvocationHooks', () => hooks.preInvocation(context, hookData, call));
    }
    let ended: PostInvocation = { inputs: call.inputs, result: null, error: null };
    try {
      ended.result = await inState(core, 'invocation', () => model.invokeFunction(context, call.inputs, call.functionCallback));
    } catch (error) {
      ended.error = error;
    }
    if (hooks.has('postInvocation')) {
      ended = await inState(core, 'postInvocationHooks', () => hooks.postInvocation(context, hookData, ended));
    }
    if (ended.error !== null && ended.error !== undefined) throw ended.error;
    return { ...(await model.getResponse(context, ended.result)), rawResult: ended.result };
  }

  #coreContext(fn: AppFunction, invocation: Invocation, invocationId: string): InvocationState {
    const { traceParent } = invocation;
    const core: InvocationState = {
      invocationId,
      metadata: fn.metadata,
      request: {
        invocationId,
        functionId: fn.id,
        inputData: [{ name: fn.trigger.name, data: invocation.trigger }, ...this.#inputData(fn)],
        triggerMetadata: invocation.triggerMetadata ?? NO_METADATA,
        ...(traceParent === undefined ? {} : { traceContext: { traceParent, traceState: '', attributes: {} } }),
      },
      state: undefined,
      invocationContext: undefined,
      log: (level, source, message) =>
        this.#app.log(level, source, message, { functionName: fn.name, invocationId, context: core.invocationContext }),
    };
    return core;
  }
}

interface InvocationState extends CoreInvocationContext {
  invocationContext: unknown;
}

/** The library warns about calls to `context.log` that come outside these phases. */
async function inState<T>(
  core: InvocationState,
  state: NonNullable<InvocationState['state']>,
  work: () => Promise<T>,
): Promise<T> {
  core.state = state;
  try {
    return await work();
  } finally {
    core.state = undefined;
  }
}

function executed(fn: AppFunction, result: 'Succeeded' | 'Failed', invocationId: string, startedAt: number): string {
  const durationMs = Math.round(performance.now() - startedAt);
  return `Executed 'Functions.${fn.name}' (${result}, Id=${invocationId}, Duration=${durationMs}ms)`;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : `Thrown: ${String(error)}`;
}
