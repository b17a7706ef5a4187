import { LaunchedProcess } from './child-process.ts';
import { LocalAzureError, toFailure } from './failure.ts';
import type { Failure } from './messages.ts';

/** A process that ends this often before it is ready is not started again: something is wrong that a restart does not cure. */
const MAX_FUTILE_STARTS = 5;
const FUTILE_WINDOW_MS = 10_000;

/** True if, after starts that were futile at these times, one more may help. */
export function mayRestart(futileStarts: readonly number[], now: number): boolean {
  return futileStarts.filter((at) => at > now - FUTILE_WINDOW_MS).length < MAX_FUTILE_STARTS;
}

export interface SupervisedOptions<Config, Ready> {
  readonly name: string;
  readonly module: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly nodeOptions: readonly string[];
  /** The configuration for the next start: what was left to chance the first time (ports) stays as it fell. */
  readonly settle: (config: Config, ready: Ready) => Config;
  readonly log: (line: string) => void;
  /** The process ended and must not, or cannot, be started again. */
  readonly onGiveUp: (failure: Failure) => void;
}

export interface ProcessStatus {
  readonly pid: number;
  readonly ready: boolean;
  readonly restarts: number;
}

/** One of the launcher's processes, started again whenever it dies. */
export class Supervised<Config, Ready> {
  readonly #options: SupervisedOptions<Config, Ready>;
  readonly #futileStarts: number[] = [];
  #restarts = 0;
  #process: LaunchedProcess<Config, Ready>;
  #config: Config | undefined;
  #ready: Promise<Ready> | undefined;
  #isReady = false;
  #stopping = false;

  /** Forks at once, so that the process loads its code while its configuration is still being found out. */
  constructor(options: SupervisedOptions<Config, Ready>) {
    this.#options = options;
    this.#process = this.#fork();
  }

  get status(): ProcessStatus {
    return { pid: this.#process.pid, ready: this.#isReady, restarts: this.#restarts };
  }

  /** @throws LocalAzureError why it could not start; it is not tried again */
  async start(config: Config): Promise<Ready> {
    this.#ready = this.#process.start(config);
    const ready = await this.#ready;
    this.#isReady = true;
    this.#config = this.#options.settle(config, ready);
    return ready;
  }

  /** Asks the process, once it is ready. */
  async ask(question: string, body?: unknown): Promise<unknown> {
    await this.#ready;
    return this.#process.ask(question, body);
  }

  async stop(patienceMs: number): Promise<void> {
    this.#stopping = true;
    await this.#process.stop(patienceMs);
  }

  async kill(): Promise<void> {
    this.#stopping = true;
    await this.#process.kill();
  }

  #fork(): LaunchedProcess<Config, Ready> {
    const { name, module, environment, nodeOptions } = this.#options;
    return new LaunchedProcess({ name, module, environment, nodeOptions, onExit: (how) => this.#exited(how) });
  }

  #exited(how: string): void {
    const wasReady = this.#isReady;
    this.#isReady = false;
    // Before the first start has succeeded, `start` itself tells what went wrong.
    if (this.#stopping || this.#config === undefined || this.#process.failure !== undefined) return;
    if (!wasReady) this.#futileStarts.push(Date.now());
    if (!mayRestart(this.#futileStarts, Date.now())) {
      const message = `The ${this.#options.name} process ended again and again, the last time by ${how}: see what it wrote before it ended.`;
      this.#options.onGiveUp({ code: 'process_keeps_ending', message });
      return;
    }
    this.#restarts += 1;
    this.#options.log(`The ${this.#options.name} process ended (${how}); starting it again.`);
    void this.#restart(this.#config);
  }

  async #restart(config: Config): Promise<void> {
    this.#process = this.#fork();
    try {
      await this.start(config);
      this.#options.log(`The ${this.#options.name} process is back (pid ${this.#process.pid}).`);
    } catch (error) {
      const diedUnexplained = error instanceof LocalAzureError && error.code === 'process_ended';
      if (!this.#stopping && !diedUnexplained) this.#options.onGiveUp(toFailure(error));
    }
  }
}
