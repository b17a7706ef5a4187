import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CosmosClient } from '@azure/cosmos';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { type LaunchedLocalAzure, launchLocalAzure } from '../../local/launch.ts';

const POLL_MS = 20;

/** One call that the outside world has seen. */
export interface EffectLine {
  readonly effect: string;
  readonly orderId: string;
  readonly runId: string;
  readonly idempotencyKey: string;
  readonly at: string;
}

/** The whole local Azure with the compiled app on it, started as a user starts it, and ordinary clients for each of its parts. */
export class Stack {
  readonly serviceBus: ServiceBusClient;
  readonly cosmos: CosmosClient;
  readonly blobs: BlobServiceClient;
  readonly #azure: LaunchedLocalAzure;
  readonly #folder: string;

  private constructor(azure: LaunchedLocalAzure, folder: string) {
    this.#azure = azure;
    this.#folder = folder;
    const { serviceBus, cosmos, blob } = azure.ready;
    const retryOptions = { maxRetries: 30, retryDelayInMs: 200, timeoutInMs: 5_000 };
    this.serviceBus = new ServiceBusClient(serviceBus, { retryOptions });
    this.cosmos = new CosmosClient({ endpoint: cosmos.endpoint, key: cosmos.key });
    this.blobs = BlobServiceClient.fromConnectionString(blob);
  }

  /**
   * @param logs what becomes of the servers' messages; given a file's descriptor, all that the host logs goes there
   * @param more further arguments of `hexdag start`
   */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    logs: 'inherit' | 'ignore' | number = 'inherit',
    more: readonly string[] = [],
  ): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), 'hexdag-e2e-'));
    const environment = { EFFECTS_FILE: join(folder, 'effects.jsonl'), ...settings };
    const args = ['--ephemeral', ...(typeof logs === 'number' ? ['--verbose'] : []), ...more];
    return new Stack(await launchLocalAzure({ args, environment, logs }), folder);
  }

  /** Where everything is. */
  get ready() {
    return this.#azure.ready;
  }

  get runs() {
    return this.cosmos.database(this.#azure.ready.cosmos.database).container('runs');
  }

  /** The processes of now: a killed one comes back under another pid. */
  status(): ReturnType<LaunchedLocalAzure['status']> {
    return this.#azure.status();
  }

  /** Kills a process as it stands, and gives its pid. */
  async kill(victim: 'stores' | 'host'): Promise<number> {
    const { pid } = (await this.status())[victim];
    process.kill(pid, 'SIGKILL');
    return pid;
  }

  /** Resolves when another process serves in the place of the one that was killed. */
  async untilBack(victim: 'stores' | 'host', killed: number): Promise<void> {
    for (;;) {
      const { pid, ready } = (await this.status())[victim];
      if (pid !== killed && ready) return;
      await delay(POLL_MS);
    }
  }

  /** From now on the store answers this share of its requests with 429; null ends that. */
  async throttleCosmos(
    rule: { readonly share: number; readonly retryAfterMs: number; readonly seed: number } | null,
  ): Promise<void> {
    await fetch(`${this.#azure.ready.control}/cosmos/throttle`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rule),
    });
  }

  /** What the outside world saw, line by line. */
  async effects(): Promise<EffectLine[]> {
    const text = await readFile(join(this.#folder, 'effects.jsonl'), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  async stop(): Promise<void> {
    await this.serviceBus.close();
    this.cosmos.dispose();
    await this.#azure.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
