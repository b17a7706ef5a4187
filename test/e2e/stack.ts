import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CosmosClient } from '@azure/cosmos';
import { ServiceBusClient } from '@azure/service-bus';
import { BlobServiceClient } from '@azure/storage-blob';
import { z } from 'zod';

const Ready = z.object({
  ready: z.literal(true),
  http: z.string(),
  serviceBus: z.string(),
  cosmos: z.object({ endpoint: z.string(), key: z.string(), database: z.string() }),
  blob: z.string(),
  control: z.string(),
  pids: z.object({ stores: z.number(), host: z.number() }),
});

const ProcessStatus = z.object({ pid: z.number(), ready: z.boolean() });
const Status = z.object({ stores: ProcessStatus, host: ProcessStatus });

export interface EffectLine {
  readonly effect: string;
  readonly orderId: string;
  readonly runId: string;
  readonly idempotencyKey: string;
  readonly at: string;
}

/** The whole local Azure with the compiled app on it, started as a user starts it, and ordinary clients for each of its parts. */
export class Stack {
  readonly ready: z.infer<typeof Ready>;
  readonly serviceBus: ServiceBusClient;
  readonly cosmos: CosmosClient;
  readonly blobs: BlobServiceClient;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(ready: z.infer<typeof Ready>, process: ChildProcess, folder: string) {
    this.ready = ready;
    this.#process = process;
    this.#folder = folder;
    const retryOptions = { maxRetries: 30, retryDelayInMs: 200, timeoutInMs: 3_000 };
    this.serviceBus = new ServiceBusClient(ready.serviceBus, { retryOptions });
    this.cosmos = new CosmosClient({ endpoint: ready.cosmos.endpoint, key: ready.cosmos.key });
    this.blobs = BlobServiceClient.fromConnectionString(ready.blob);
  }

  static async start(settings: Readonly<Record<string, string>> = {}): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), 'hexdag-e2e-'));
    const environment = { ...process.env, EFFECTS_FILE: join(folder, 'effects.jsonl'), ...settings };
    const args = ['dist/start.mjs', '--ephemeral', '--json'];
    const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of createInterface({ input: child.stdout })) {
      const parsed = Ready.safeParse(JSON.parse(line));
      if (!parsed.success) throw new Error(`The local Azure did not start: ${line}`);
      return new Stack(parsed.data, child, folder);
    }
    throw new Error('The local Azure ended before it was ready.');
  }

  get runs() {
    return this.cosmos.database(this.ready.cosmos.database).container('runs');
  }

  /** The processes of now: a killed one comes back under another pid. */
  async status(): Promise<z.infer<typeof Status>> {
    const response = await fetch(`${this.ready.control}/status`);
    return Status.parse(await response.json());
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
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGINT');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
