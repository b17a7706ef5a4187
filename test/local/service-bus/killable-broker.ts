import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { documentOf, type TestTopic } from './queues.ts';

/** A broker process on a database of its own that can be killed and started again on the same port. Gone when the test ends. */
export class KillableBroker {
  readonly #topology: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'service-bus-'));
  #port = 0;
  #child: ChildProcess | undefined;

  private constructor(topology: string) {
    this.#topology = topology;
  }

  static async start(
    queues: Readonly<Record<string, object>>,
    topics: Readonly<Record<string, TestTopic>> = {},
  ): Promise<KillableBroker> {
    const broker = new KillableBroker(documentOf(queues, topics));
    onTestFinished(() => broker.#remove());
    await broker.startAgain();
    return broker;
  }

  get connectionString(): string {
    return `Endpoint=sb://127.0.0.1:${this.#port};SharedAccessKeyName=k;SharedAccessKey=k;UseDevelopmentEmulator=true;`;
  }

  async startAgain(): Promise<void> {
    const script = join(import.meta.dirname, 'broker-process.ts');
    const args = [String(this.#port), join(this.#folder, 'broker.db'), this.#topology];
    this.#child = fork(script, args, { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const [port] = await once(this.#child, 'message');
    this.#port = Number(port);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async #remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
