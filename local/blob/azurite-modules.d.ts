/** What is used of Azurite, which ships no types. */

declare module 'azurite/dist/src/blob/BlobServer.js' {
  import type { Server } from 'node:http';
  import type { LokiDatabase } from './loki-journal.ts';

  interface Store {
    init(): Promise<void>;
    close(): Promise<void>;
  }

  export interface AzuriteBlobServer {
    readonly httpServer: Server;
    readonly metadataStore: Store & { readonly db: LokiDatabase };
    readonly extentMetadataStore: Store & { readonly db: LokiDatabase };
    readonly extentStore: Store;
    readonly accountDataStore: Store;
    readonly gcManager: { start(): Promise<void>; close(): Promise<void> };
  }

  const module: { readonly default: new (configuration: object) => AzuriteBlobServer };
  export default module;
}

declare module 'azurite/dist/src/blob/BlobConfiguration.js' {
  type Arguments = [
    host: string,
    port: number,
    keepAliveSeconds: number,
    metadataPath: string,
    extentMetadataPath: string,
    contents: readonly { locationId: string; locationPath: string; maxConcurrency: number }[],
    enableAccessLog: boolean,
    accessLog: undefined,
    enableDebugLog: boolean,
    debugLogPath: undefined,
    loose: boolean,
    skipApiVersionCheck: boolean,
  ];

  const module: { readonly default: new (...args: Arguments) => object };
  export default module;
}
