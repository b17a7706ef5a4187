import { BlobClient, BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { blobInvocation } from './blob-data.ts';
import { captureNames } from './blob-path.ts';
import type { BlobReceipts, PendingBlob } from './blob-receipts.ts';
import type { BlobSection, BlobTrigger } from './blob-trigger.ts';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { InFlight } from './in-flight.ts';

const LOG_CATEGORY = 'Host.Triggers.Blobs';
const RETRIES = { maxTries: 1 };
/** Between two looks into the container. */
const POLL_MS = 1_000;
const FIRST_RETRY_MS = 1_000;

/**
 * Calls one function for each version of each blob that fits its path: found by looking into the container, or announced. A call that
 * failed is repeated after a growing while; after the last one the version is poison.
 */
export class BlobListener {
  readonly counters = { seen: 0, poison: 0 };
  readonly #host: ExtensionHost;
  readonly #fn: RegisteredFunction;
  readonly #trigger: BlobTrigger;
  readonly #section: BlobSection;
  readonly #receipts: BlobReceipts;
  readonly #account: BlobServiceClient;
  readonly #container: ContainerClient;
  readonly #inFlight = new InFlight();
  readonly #waiting: PendingBlob[] = [];
  /** The version of each blob that was seen last. */
  readonly #versions = new Map<string, string>();
  readonly #alarms = new Set<() => void>();
  #running = 0;
  #isStopped = false;
  #isReachable = true;
  #isCreated = false;

  constructor(host: ExtensionHost, fn: RegisteredFunction, trigger: BlobTrigger, section: BlobSection, receipts: BlobReceipts) {
    this.#host = host;
    this.#fn = fn;
    this.#trigger = trigger;
    this.#section = section;
    this.#receipts = receipts;
    this.#account = BlobServiceClient.fromConnectionString(trigger.connectionString, { retryOptions: RETRIES });
    this.#container = this.#account.getContainerClient(trigger.path.container);
  }

  start(): void {
    for (const pending of this.#receipts.pending(this.#fn.name)) {
      this.#versions.set(pending.name, pending.etag);
      this.#queue(pending);
    }
    this.#inFlight.enter();
    void this.#look().then(() => this.#inFlight.leave());
  }

  /** Takes an announced version, if it is for this function. It is noted durably when this returns. */
  announce(container: string, name: string, etag: string): void {
    const { path } = this.#trigger;
    if (container === path.container && captureNames(path, name) !== undefined) this.#see(name, etag);
  }

  async drain(): Promise<void> {
    this.#isStopped = true;
    for (const cancel of this.#alarms) cancel();
    this.#waiting.splice(0);
    await this.#inFlight.idle();
  }

  /** One look into the container, and the next one after a while. */
  async #look(): Promise<void> {
    try {
      await this.#createContainer();
      if (!this.#trigger.isAnnounced) await this.#list();
      this.#setReachable(true);
    } catch (error) {
      this.#setReachable(false, error);
    }
    if (this.#trigger.isAnnounced && this.#isReachable) return;
    this.#after(POLL_MS, () => this.#look());
  }

  /** So that a file can be dropped at once: in Azure, it is up to the deployment. */
  async #createContainer(): Promise<void> {
    if (!this.#isCreated) await this.#container.createIfNotExists();
    this.#isCreated = true;
  }

  async #list(): Promise<void> {
    const { path } = this.#trigger;
    for await (const { name: listed, properties } of this.#container.listBlobsFlat({ prefix: path.prefix })) {
      if (this.#isStopped) return;
      // The client leaves this one escape of XML as it is.
      const name = listed.replaceAll('&#xD;', '\r');
      if (captureNames(path, name) !== undefined) this.#see(name, properties.etag);
    }
  }

  #see(name: string, quotedEtag: string): void {
    const etag = unquoted(quotedEtag);
    if (this.#versions.get(name) === etag) return;
    this.#versions.set(name, etag);
    const version = { functionName: this.#fn.name, container: this.#trigger.path.container, name, etag };
    if (!this.#receipts.see(version)) return;
    this.counters.seen += 1;
    this.#queue({ ...version, attempts: 0 });
  }

  #queue(pending: PendingBlob): void {
    this.#waiting.push(pending);
    this.#next();
  }

  #next(): void {
    while (!this.#isStopped && this.#running < this.#section.maxDegreeOfParallelism) {
      const pending = this.#waiting.shift();
      if (pending === undefined) return;
      this.#running += 1;
      this.#inFlight.enter();
      void this.#process(pending).then(() => {
        this.#running -= 1;
        this.#next();
        this.#inFlight.leave();
      });
    }
  }

  /** Never rejects. */
  async #process(pending: PendingBlob): Promise<void> {
    try {
      // One that was written again is left to its newer version, and one that is gone to nobody.
      const isLatest = this.#versions.get(pending.name) === pending.etag;
      const found = isLatest ? await blobInvocation(this.#blob(pending.name), this.#trigger) : null;
      if (found !== null && unquoted(found.etag) !== pending.etag) this.#see(pending.name, found.etag);
      else if (found !== null) await this.#host.invoke(this.#fn, found.invocation);
      this.#receipts.succeeded(pending);
    } catch (error) {
      this.#failed(pending, error instanceof Error ? error.message : String(error));
    }
  }

  /** The container's own way leaves slashes as they are, and takes `..` between them for a way up. */
  #blob(name: string): BlobClient {
    return new BlobClient(`${this.#container.url}/${encodeURIComponent(name)}`, this.#account.credential);
  }

  #failed(pending: PendingBlob, reason: string): void {
    const attempts = pending.attempts + 1;
    const isLast = attempts >= this.#section.poisonBlobThreshold;
    this.#receipts.failed(pending, reason, isLast);
    const what = `${this.#fn.name} for ${JSON.stringify(pending.name)}`;
    if (isLast) {
      this.counters.poison += 1;
      const message = `${what} failed ${attempts} times and is given up (in Azure: a message on webjobs-blobtrigger-poison): ${reason}`;
      this.#host.log('error', LOG_CATEGORY, message);
      return;
    }
    const delayMs = FIRST_RETRY_MS * 2 ** (attempts - 1);
    this.#host.log('warning', LOG_CATEGORY, `${what} failed and is repeated in ${delayMs / 1_000} s: ${reason}`);
    this.#after(delayMs, async () => this.#queue({ ...pending, attempts }));
  }

  #after(delayMs: number, work: () => Promise<void>): void {
    if (this.#isStopped) return;
    const cancel = this.#host.clock.schedule(this.#host.clock.now() + delayMs, () => {
      this.#alarms.delete(cancel);
      this.#inFlight.enter();
      void work().then(() => this.#inFlight.leave());
    });
    this.#alarms.add(cancel);
  }

  /** Tells of each outage once. */
  #setReachable(isReachable: boolean, error?: unknown): void {
    if (isReachable === this.#isReachable) return;
    this.#isReachable = isReachable;
    this.#isCreated = isReachable;
    const where = `${this.#fn.name} on ${this.#trigger.path.container}`;
    if (isReachable) this.#host.log('information', LOG_CATEGORY, `${where} reaches its storage again.`);
    else this.#host.log('warning', LOG_CATEGORY, `${where}: the storage is not reachable: ${String(error)}`);
  }
}

function unquoted(etag: string): string {
  return etag.replace(/^"|"$/g, '');
}
