/** What the launcher and its two processes tell each other over Node's IPC channel. */

export type ToChild<Config> =
  | { readonly kind: 'start'; readonly config: Config }
  | { readonly kind: 'ask'; readonly id: number; readonly question: string; readonly body?: unknown }
  | { readonly kind: 'stop' };

export type FromChild<Ready> =
  | { readonly kind: 'ready'; readonly ready: Ready }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string };

/** An error on its way between processes, or to the user. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export interface StoresConfig {
  readonly folder: string;
  readonly ports: StorePorts;
  /** The folder is removed when the launcher is gone. */
  readonly ephemeral: boolean;
  readonly verbose: boolean;
}

/** Ports to listen on; 0 takes a free one. */
export interface StorePorts {
  readonly serviceBus: number;
  readonly cosmos: number;
  readonly blob: number;
}

/** Where the stores are, once they listen. */
export interface Stores {
  readonly ports: StorePorts;
  readonly serviceBus: string;
  readonly cosmos: { readonly endpoint: string; readonly key: string; readonly database: string };
  readonly blob: string;
}

export interface HostConfig {
  readonly appDirectory: string;
  readonly port: number;
  readonly folder: string;
  /** Application settings that hold whatever the environment says. */
  readonly connections: Readonly<Record<string, string>>;
  /** Application settings for which neither the environment nor `local.settings.json` has a value. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly verbose: boolean;
  /** Opens every function; without it none is asked for. */
  readonly functionKey?: string | undefined;
}

export interface Host {
  readonly port: number;
  readonly origin: string;
}
