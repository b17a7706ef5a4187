import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { openDatabase } from '../sqlite/database.ts';
import { BLOB_SCHEMA, LokiJournal } from './loki-journal.ts';

/** The account every storage emulator has, as Microsoft documents it. It guards nothing. */
const ACCOUNT = 'devstoreaccount1';
const ACCOUNT_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

export interface BlobOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Holds `blob.db` and the folder `blob`. */
  readonly folder: string;
}

export interface BlobService {
  readonly port: number;
  readonly connectionString: string;
  counters(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/**
 * Starts Blob storage: Azurite, loaded behind a port that is open at once, because loading takes longer than all the rest.
 * A write is answered when its metadata is on the disk (Azurite flushes the contents itself).
 *
 * @throws DatabaseCorruptError, DatabaseInUseError, or the listener's error (`EADDRINUSE`)
 */
export async function startBlob({ port, folder }: BlobOptions): Promise<BlobService> {
  const contentsFolder = join(folder, 'blob');
  mkdirSync(contentsFolder, { recursive: true });
  const database = openDatabase(join(folder, 'blob.db'), BLOB_SCHEMA);
  const journal = new LokiJournal(database);
  const azurite = lazily(() => import('./azurite.ts').then(({ loadAzurite }) => loadAzurite(contentsFolder, journal)));
  let requests = 0;

  const handle: RequestListener = (request, response) => {
    requests += 1;
    if (request.method === 'PUT' && isUnlistable(request.url)) return refuseName(response);
    if (!isRead(request.method)) holdUntilCommitted(response, journal);
    azurite().then(
      (loaded) => loaded.handle(request, response),
      () => response.writeHead(503).end(),
    );
  };
  const server = createServer({ noDelay: true }, handle);
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    database.close();
    throw error;
  }
  setImmediate(() => azurite().catch((error: unknown) => console.error('Azurite did not load:', error)));

  const address = server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  return {
    port: boundPort,
    connectionString: connectionString(boundPort),
    counters: () => ({ requests, commits: journal.counters.commits, writes: journal.counters.writes }),
    async close() {
      server.closeAllConnections();
      server.close();
      await azurite().then((loaded) => loaded.close());
      await journal.committed();
      database.close();
    },
  };
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    loading ??= load();
    return loading;
  };
}

/** Whether a name holds what XML cannot. Azurite takes such a blob, and then no list of its container can be read any more. */
function isUnlistable(url: string | undefined): boolean {
  try {
    return /[^\t\n\r -\uffff]/.test(decodeURIComponent(new URL(url ?? '/', 'http://blob').pathname));
  } catch {
    // What is no address Azurite refuses itself.
    return false;
  }
}

function refuseName(response: ServerResponse): void {
  const message = 'The name of the blob holds a control character.';
  response
    .writeHead(400, { 'content-type': 'application/xml', 'x-ms-error-code': 'InvalidUri' })
    .end(`<?xml version="1.0" encoding="utf-8"?><Error><Code>InvalidUri</Code><Message>${message}</Message></Error>`);
}

function isRead(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Ends the response only after the changes it reports were committed; if they could not be, the client gets no answer. */
function holdUntilCommitted(response: ServerResponse, journal: LokiJournal): void {
  const end = response.end;
  response.end = (...args: unknown[]) => {
    journal.committed().then(
      () => Reflect.apply(end, response, args),
      () => response.destroy(),
    );
    return response;
  };
}

function connectionString(port: number): string {
  return [
    'DefaultEndpointsProtocol=http',
    `AccountName=${ACCOUNT}`,
    `AccountKey=${ACCOUNT_KEY}`,
    `BlobEndpoint=http://127.0.0.1:${port}/${ACCOUNT};`,
  ].join(';');
}
