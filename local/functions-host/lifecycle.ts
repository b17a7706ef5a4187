import type { HostExtension } from './extension.ts';
import type { Hooks } from './hooks.ts';
import type { HttpServer } from './http-server.ts';
import type { InFlight } from './in-flight.ts';
import type { HostLogger } from './logging.ts';

export type HostState = 'Starting' | 'Running' | 'Stopping' | 'Stopped';

/** Where a host is between start and end, and the way down. */
export class Lifecycle {
  readonly inFlight: InFlight;
  readonly #extensions: readonly HostExtension[];
  readonly #hooks: Hooks;
  readonly #server: HttpServer;
  readonly #logger: HostLogger;
  #state: HostState = 'Starting';
  #draining: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(extensions: readonly HostExtension[], inFlight: InFlight, hooks: Hooks, server: HttpServer, logger: HostLogger) {
    this.#extensions = extensions;
    this.inFlight = inFlight;
    this.#hooks = hooks;
    this.#server = server;
    this.#logger = logger;
  }

  get state(): HostState {
    return this.#state;
  }

  started(): void {
    this.#state = 'Running';
  }

  /** Resolves when triggers take nothing new and nothing runs any more. */
  drain(): Promise<void> {
    this.#draining ??= this.#forEachExtension((extension) => extension.drain()).then(() => this.inFlight.idle());
    return this.#draining;
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#state = 'Stopping';
    await this.drain();
    await this.#logged('An appTerminate hook', this.#hooks.appTerminate());
    await this.#forEachExtension((extension) => extension.close());
    await this.#server.close();
    this.#state = 'Stopped';
  }

  async #forEachExtension(work: (extension: HostExtension) => Promise<void>): Promise<void> {
    await Promise.all(this.#extensions.map((extension) => this.#logged(`The extension ${extension.name}`, work(extension))));
  }

  /** A failure on the way down must not keep the rest from ending. */
  async #logged(what: string, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#logger.write('error', 'Host.Shutdown', `${what} failed while the host stops: ${String(error)}`);
    }
  }
}
