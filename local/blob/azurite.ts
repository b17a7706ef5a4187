import type { RequestListener, Server } from 'node:http';
import blobConfigurationModule from 'azurite/dist/src/blob/BlobConfiguration.js';
import blobServerModule from 'azurite/dist/src/blob/BlobServer.js';
import type { LokiDatabase, LokiJournal } from './loki-journal.ts';

interface Store {
  init(): Promise<void>;
  close(): Promise<void>;
}

/** Azurite's Blob service with the parts it is made of. */
export interface AzuriteBlobServer {
  readonly httpServer: Server;
  readonly metadataStore: Store & { readonly db: LokiDatabase };
  readonly extentMetadataStore: Store & { readonly db: LokiDatabase };
  readonly extentStore: Store;
  readonly accountDataStore: Store;
  readonly gcManager: { start(): Promise<void>; close(): Promise<void> };
  start(): Promise<void>;
  close(): Promise<void>;
}

const BlobServer = defaultOf(blobServerModule);
const BlobConfiguration = defaultOf(blobConfigurationModule);

/** Uploads that may be written at the same time, each to a file of its own. */
const WRITE_CONCURRENCY = 5;
const KEEP_ALIVE_SECONDS = 60;
const NO_FILE = '';

export interface Azurite {
  readonly handle: RequestListener;
  close(): Promise<void>;
}

/**
 * Azurite's Blob service without its own listener and its own persistence: requests come in through `handle`, metadata is kept by `journal`,
 * contents are files under `contentsFolder`.
 */
export async function loadAzurite(contentsFolder: string, journal: LokiJournal): Promise<Azurite> {
  const server: AzuriteBlobServer = new BlobServer(configuration(contentsFolder));
  const { metadataStore, extentMetadataStore } = server;
  journal.adopt(metadataStore.db);
  journal.adopt(extentMetadataStore.db);
  await server.accountDataStore.init();
  await metadataStore.init();
  await extentMetadataStore.init();
  // Before the garbage collector looks for contents that no metadata refers to.
  journal.restore('blobs', metadataStore.db);
  journal.restore('extents', extentMetadataStore.db);
  await server.extentStore.init();
  await server.gcManager.start();
  const [handle] = server.httpServer.listeners('request');
  if (handle === undefined) throw new Error('Azurite registered no request listener.');
  return {
    handle: (request, response) => void Reflect.apply(handle, server.httpServer, [request, response]),
    async close() {
      await server.gcManager.close();
      await server.extentStore.close();
      await metadataStore.close();
      await server.accountDataStore.close();
    },
  };
}

function configuration(contentsFolder: string) {
  const contents = [{ locationId: 'Default', locationPath: contentsFolder, maxConcurrency: WRITE_CONCURRENCY }];
  const accessLog = [false, undefined] as const;
  const debugLog = [false, undefined] as const;
  const loose = true;
  const skipApiVersionCheck = true;
  return new BlobConfiguration(
    '127.0.0.1',
    0,
    KEEP_ALIVE_SECONDS,
    NO_FILE,
    NO_FILE,
    contents,
    ...accessLog,
    ...debugLog,
    loose,
    skipApiVersionCheck,
  );
}

/** Azurite is CommonJS made from ES modules: Node hands out what `default` is wrapped in, other loaders what it holds. */
function defaultOf<T extends object>(module: T | { readonly default: T }): T {
  return 'default' in module ? module.default : module;
}
