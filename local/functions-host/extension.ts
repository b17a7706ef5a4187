import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { NamedData, TypedData } from './typed-data.ts';

/** A binding as the app registered it: its type and whatever options go with that type. */
export interface Binding {
  readonly type: string;
  readonly direction: 'in' | 'out' | 'inout';
  readonly [option: string]: unknown;
}

export interface NamedBinding {
  readonly name: string;
  readonly binding: Binding;
}

/** A function the app registered. */
export interface RegisteredFunction {
  readonly id: string;
  readonly name: string;
  readonly trigger: NamedBinding;
  readonly bindings: Readonly<Record<string, Binding>>;
}

export interface Invocation {
  /** The trigger's data; input bindings are added by the host. */
  readonly trigger: TypedData;
  readonly triggerMetadata?: Readonly<Record<string, TypedData>>;
  readonly traceParent?: string;
}

export interface InvocationOutcome {
  readonly returnValue: TypedData | null | undefined;
  readonly outputData: readonly NamedData[];
  /** What the function returned, before it was made into data. */
  readonly rawResult?: unknown;
}

export type LogLevel = 'trace' | 'debug' | 'information' | 'warning' | 'error' | 'critical';

/** Writes a line of the host's log; categories as the real host names them (`Host.Triggers.ServiceBus`, …). */
export type HostLog = (level: LogLevel, category: string, message: string) => void;

/** What the host offers to its extensions. */
export interface ExtensionHost {
  readonly clock: Clock;
  readonly log: HostLog;
  readonly functions: readonly RegisteredFunction[];
  /** What the app asked for with `app.setup({ capabilities })`, beside the library's own. */
  readonly capabilities?: Readonly<Record<string, string>>;
  /** `http://127.0.0.1:PORT`, known before extensions start. */
  readonly origin: string;
  /** The same, for what the app calls: nobody else is in line there. */
  readonly innerOrigin: string;
  /** Value of an application setting (the process environment). */
  setting(name: string): string | undefined;
  /** A section of host.json's `extensions`, with `AzureFunctionsJobHost__` overrides applied. */
  hostSection(name: string): Readonly<Record<string, unknown>>;
  /** Replaces each `%NAME%` by that setting's value. Throws if one is not set. */
  resolve(text: string): string;
  /** Runs a function; rejects with what it threw. */
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome>;
}

/** What brings one family of triggers to life: Service Bus, timers, Durable. */
export interface HostExtension {
  readonly name: string;
  /** Types of the triggers it listens for, lower case (`servicebustrigger`). */
  readonly triggerTypes: readonly string[];
  /** Called before the app loads: for what the app looks for while it does. */
  prepare?(): Promise<void>;
  /** Starts listening. Called when all functions are registered and HTTP answers. */
  start(host: ExtensionHost): Promise<void>;
  /** Stops taking new work and waits for what runs. */
  drain(): Promise<void>;
  /** Frees what it holds; called after `drain`, or at once when the host could not start. */
  close(): Promise<void>;
  /** Data for an input binding of a type it owns (`durableClient`), else undefined. */
  inputData?(binding: Binding): TypedData | undefined;
  /** Answers an HTTP request outside the app's own routes; false if it is not for this extension. */
  handleHttp?(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
  /** Figures for the benchmark and the curious: name → count since start. */
  counters?(): Readonly<Record<string, number>>;
}
