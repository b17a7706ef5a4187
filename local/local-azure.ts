import { join } from 'node:path';
import { connectionSettings, DEFAULT_SETTINGS } from './app-settings.ts';
import type { DataFolder } from './data-folder.ts';
import type { Failure, Host, HostConfig, StorePorts, Stores, StoresConfig } from './messages.ts';
import { type ProcessStatus, Supervised } from './supervisor.ts';

/** How long a process may take to finish what it does before it is ended by force. */
const STOP_PATIENCE_MS = 10_000;
const NODE_OPTIONS = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0040'];
/** Most of what a request allocates is garbage soon: a roomier nursery (in MB) halves the work of collecting it. */
const HOST_NODE_OPTIONS = [...NODE_OPTIONS, '--max-semi-space-size=16'];

export interface LocalAzureOptions {
  readonly folder: DataFolder;
  readonly appDirectory: string;
  readonly ports: StorePorts & { readonly functions: number };
  /** Where `stores.mjs` and `host.mjs` are. */
  readonly programs: string;
  readonly verbose: boolean;
  /** Opens every function; undefined when none is asked for. */
  readonly functionKey: string | undefined;
  readonly log: (line: string) => void;
  /** It cannot go on; `stop` is still to be called. */
  readonly onFailure: (failure: Failure) => void;
}

export type ProcessName = 'stores' | 'host';

/**
 * The local Azure: one process with the stores (Service Bus, Cosmos, Blob), one with the Functions host, each started again when it dies,
 * at the same ports.
 */
export class LocalAzure {
  readonly #options: LocalAzureOptions;
  readonly #stores: Supervised<StoresConfig, Stores>;
  readonly #host: Supervised<HostConfig, Host>;

  constructor(options: LocalAzureOptions) {
    this.#options = options;
    const { programs, folder, log, onFailure } = options;
    const common = {
      environment: { ...process.env, NODE_COMPILE_CACHE: folder.compileCache },
      log,
      onGiveUp: onFailure,
    };
    this.#stores = new Supervised({
      ...common,
      name: 'stores',
      nodeOptions: NODE_OPTIONS,
      module: join(programs, 'stores.mjs'),
      settle: (config, ready) => ({ ...config, ports: ready.ports }),
    });
    this.#host = new Supervised({
      ...common,
      name: 'host',
      nodeOptions: HOST_NODE_OPTIONS,
      module: join(programs, 'host.mjs'),
      settle: (config, ready) => ({ ...config, port: ready.port }),
    });
  }

  /** @throws LocalAzureError; nothing is left running then */
  async start(): Promise<{ stores: Stores; host: Host }> {
    const { folder, ports, appDirectory, verbose, functionKey } = this.#options;
    try {
      const stores = await this.#stores.start({ folder: folder.path, ports, ephemeral: folder.ephemeral, verbose });
      const host = await this.#host.start({
        appDirectory,
        port: ports.functions,
        folder: folder.path,
        connections: connectionSettings(stores),
        defaults: DEFAULT_SETTINGS,
        verbose,
        functionKey,
      });
      return { stores, host };
    } catch (error) {
      await Promise.all([this.#host.kill(), this.#stores.kill()]);
      throw error;
    }
  }

  status(): Readonly<Record<ProcessName, ProcessStatus>> {
    return { stores: this.#stores.status, host: this.#host.status };
  }

  ask(name: ProcessName, question: string, body?: unknown): Promise<unknown> {
    return name === 'stores' ? this.#stores.ask(question, body) : this.#host.ask(question, body);
  }

  /** Lets the host finish what it runs, then ends both processes. */
  async stop(): Promise<void> {
    await this.#host.stop(STOP_PATIENCE_MS);
    await this.#stores.stop(STOP_PATIENCE_MS);
  }
}
