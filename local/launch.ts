import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LocalAzureError } from './failure.ts';
import type { ProcessStatus } from './supervisor.ts';

/** What the launcher prints with `--json` when all runs. */
export interface ReadyLine {
  readonly ready: true;
  /** Origin of the app. */
  readonly http: string;
  /** Connection string. */
  readonly serviceBus: string;
  readonly cosmos: { readonly endpoint: string; readonly key: string; readonly database: string };
  /** Connection string. */
  readonly blob: string;
  /** Origin of the control endpoint. */
  readonly control: string;
  /** What opens every function, with `--enable-auth`. */
  readonly functionKey?: string;
  readonly pids: { readonly stores: number; readonly host: number };
}

type StartLine = ReadyLine | { readonly ready: false; readonly code: string; readonly message: string };

/** Counts by server since its process started: `serviceBus`, `cosmos`, `blob`, `host`. */
export type Counters = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface LaunchOptions {
  /** Arguments of `hexdag start`; `--json` is added. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** What the app and the servers write on standard error is shown (default), or not, or goes to an open file. */
  readonly logs?: 'inherit' | 'ignore' | number;
}

/** A local Azure in processes of its own, started by a program: the demo, the benchmark, a test. It ends with that program. */
export interface LaunchedLocalAzure {
  readonly ready: ReadyLine;
  /** Process id of the launcher. */
  readonly pid: number;
  status(): Promise<{ readonly stores: ProcessStatus; readonly host: ProcessStatus }>;
  counters(): Promise<Counters>;
  /** Ends it as Ctrl-C does and returns its exit code. */
  stop(): Promise<number>;
}

/** @throws LocalAzureError with the code and message of what kept it from starting */
export async function launchLocalAzure({ args, environment = {}, logs = 'inherit' }: LaunchOptions): Promise<LaunchedLocalAzure> {
  const program = join(import.meta.dirname, '..', 'dist', 'start.mjs');
  const child = spawn(process.execPath, [program, '--json', ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', logs, 'ipc'],
  });
  const exited = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : 1));
  const stdout = child.stdout;
  if (stdout === null) throw new TypeError('The launcher has no standard output.');
  const line = await firstLine(stdout);
  if (!line.ready) {
    await exited;
    throw new LocalAzureError(line);
  }
  return {
    ready: line,
    pid: child.pid ?? 0,
    status: () => getJson(`${line.control}/status`),
    counters: () => getJson(`${line.control}/counters`),
    stop: async () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok)
    throw new LocalAzureError({ code: 'control_refused', message: `${url} answered ${response.status}: ${text}` });
  return JSON.parse(text);
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<StartLine> {
  for await (const line of createInterface({ input: stream })) return JSON.parse(line);
  throw new LocalAzureError({
    code: 'start_failed',
    message: 'The local Azure ended before it was ready; see its messages above.',
  });
}
