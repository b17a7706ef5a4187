/** What is used of Azurite, which ships no types. */

declare module 'azurite/dist/src/blob/BlobServer.js' {
  import type { AzuriteBlobServer } from './azurite.ts';

  const exported: { readonly default: new (configuration: object) => AzuriteBlobServer };
  export = exported;
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
    certificateFile?: string,
    keyFile?: string,
    password?: string,
    oauth?: 'basic',
    disableProductStyleUrl?: boolean,
    isMemoryPersistence?: boolean,
  ];

  const exported: { readonly default: new (...args: Arguments) => object };
  export = exported;
}
