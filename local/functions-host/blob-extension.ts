import type { IncomingMessage, ServerResponse } from 'node:http';
import { allowSender, readAnnouncement } from './blob-announcements.ts';
import { BlobListener } from './blob-listener.ts';
import { BlobReceipts } from './blob-receipts.ts';
import { parseBlobSection, parseBlobTrigger } from './blob-trigger.ts';
import type { ExtensionHost, HostExtension } from './extension.ts';
import { sendStatus } from './http-message.ts';
import { readBody } from './request-body.ts';
import { functionsOfType } from './trigger-binding.ts';

const TRIGGER_TYPE = 'blobtrigger';
const WEBHOOK = /^\/runtime\/webhooks\/blobs\/?$/i;
const FUNCTION_NAME = /^Host\.Functions\.(.+)$/i;
const MAX_ANNOUNCEMENT_BYTES = 1024 * 1024;

export interface BlobExtensionOptions {
  /** SQLite file that remembers over a restart which blobs functions were called for. */
  readonly databasePath: string;
}

/** Serves `blobTrigger` with the real client: by looking into containers, or by what Event Grid posts to the extension's webhook. */
export class BlobExtension implements HostExtension {
  readonly name = 'blobs';
  readonly triggerTypes = [TRIGGER_TYPE];
  readonly #options: BlobExtensionOptions;
  readonly #listeners = new Map<string, BlobListener>();
  #receipts: BlobReceipts | undefined;

  constructor(options: BlobExtensionOptions) {
    this.#options = options;
  }

  async start(host: ExtensionHost): Promise<void> {
    const section = parseBlobSection(host.hostSection('blobs'));
    const triggers = functionsOfType(TRIGGER_TYPE, host).map((fn) => ({ fn, trigger: parseBlobTrigger(fn, host) }));
    if (triggers.length === 0) return;
    const receipts = new BlobReceipts(this.#options.databasePath);
    this.#receipts = receipts;
    for (const { fn, trigger } of triggers) {
      const listener = new BlobListener(host, fn, trigger, section, receipts);
      this.#listeners.set(fn.name.toLowerCase(), listener);
      listener.start();
    }
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.drain()));
  }

  async close(): Promise<void> {
    await this.drain();
    this.#receipts?.close();
    this.#receipts = undefined;
  }

  /** Event Grid's end of a subscription: `/runtime/webhooks/blobs?functionName=Host.Functions.NAME`. */
  async handleHttp(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    if (!WEBHOOK.test(url.pathname)) return false;
    const name = FUNCTION_NAME.exec(url.searchParams.get('functionName') ?? '')?.[1];
    const listener = this.#listeners.get(name?.toLowerCase() ?? '');
    if (listener === undefined) sendStatus(response, 404);
    else if (request.method === 'OPTIONS') allowSender(request, response);
    else if (request.method === 'POST') await this.#take(request, response, listener);
    else sendStatus(response, 405);
    return true;
  }

  counters(): Readonly<Record<string, number>> {
    const all = [...this.#listeners.values()].map(({ counters }) => counters);
    const sum = (name: 'seen' | 'poison') => all.reduce((total, counters) => total + counters[name], 0);
    return { seen: sum('seen'), poison: sum('poison') };
  }

  async #take(request: IncomingMessage, response: ServerResponse, listener: BlobListener): Promise<void> {
    const body = await readBody(request, MAX_ANNOUNCEMENT_BYTES);
    const announcement = readAnnouncement(body.toString('utf8'));
    if (announcement === undefined) return sendStatus(response, 400);
    if (announcement.kind === 'validation') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ validationResponse: announcement.code }));
      return;
    }
    for (const { container, name, etag } of announcement.blobs) listener.announce(container, name, etag);
    sendStatus(response, 202);
  }
}
