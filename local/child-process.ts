import { type ChildProcess, fork } from 'node:child_process';
import { LocalAzureError } from './failure.ts';
import type { Failure, FromChild, ToChild } from './messages.ts';

export interface ChildOptions {
  readonly name: string;
  /** The file it runs. */
  readonly module: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly nodeOptions: readonly string[];
  /** Called once, however it ended. */
  readonly onExit: (how: string) => void;
}

interface Waiter<T> {
  resolve(value: T): void;
  reject(error: Error): void;
}

/** The launcher's side of one of its processes. */
export class LaunchedProcess<Config, Ready> {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #questions = new Map<number, Waiter<unknown>>();
  #starting: Waiter<Ready> | undefined;
  #failure: Failure | undefined;
  #lastQuestion = 0;

  constructor(options: ChildOptions) {
    this.name = options.name;
    this.#process = fork(options.module, [], {
      env: options.environment,
      execArgv: [...options.nodeOptions],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#process.on('message', (message: FromChild<Ready>) => this.#receive(message));
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        const how = signal === null ? `code ${code}` : signal;
        this.#abandon(how);
        resolve();
        options.onExit(how);
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Why it could not start; undefined if it did, or was killed. */
  get failure(): Failure | undefined {
    return this.#failure;
  }

  /** @throws LocalAzureError what the process says is wrong, or `process_ended` */
  start(config: Config): Promise<Ready> {
    return new Promise<Ready>((resolve, reject) => {
      this.#starting = { resolve, reject };
      this.#send({ kind: 'start', config });
    });
  }

  /** @throws LocalAzureError `process_ended`, `refused` */
  ask(question: string, body?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#lastQuestion += 1;
      this.#questions.set(this.#lastQuestion, { resolve, reject });
      this.#send({ kind: 'ask', id: this.#lastQuestion, question, body });
    });
  }

  /** Asks it to finish what it does and end; ends it by force after `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#send({ kind: 'stop' });
    const timer = setTimeout(() => void this.kill(), patienceMs);
    await this.#exited;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #receive(message: FromChild<Ready>): void {
    if (message.kind === 'ready') {
      this.#starting?.resolve(message.ready);
      this.#starting = undefined;
    } else if (message.kind === 'failed') {
      this.#failure = message.failure;
      this.#starting?.reject(new LocalAzureError(message.failure));
      this.#starting = undefined;
    } else {
      const waiter = this.#questions.get(message.id);
      this.#questions.delete(message.id);
      if (message.kind === 'answer') waiter?.resolve(message.body);
      else waiter?.reject(new LocalAzureError({ code: 'refused', message: message.message }));
    }
  }

  #send(message: ToChild<Config>): void {
    const sent = (error: Error | null) => {
      if (error !== null) this.#abandon(error.message);
    };
    if (this.#process.connected) this.#process.send(message, sent);
    else this.#abandon('a closed channel');
  }

  #abandon(how: string): void {
    const error = new LocalAzureError({ code: 'process_ended', message: `The ${this.name} process ended (${how}).` });
    this.#starting?.reject(error);
    this.#starting = undefined;
    for (const waiter of this.#questions.values()) waiter.reject(error);
    this.#questions.clear();
  }
}
