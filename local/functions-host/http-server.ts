import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HostStartError } from './errors.ts';
import { HttpListeners, LOOPBACK } from './http-listeners.ts';
import { sendStatus } from './http-message.ts';
import { type Refusal, refuseConnection } from './refusal.ts';

/** What Kestrel takes, which is Azure's server. Bodies it bounds by how fast they come; see `readBody`. */
const LIMITS = { maxHeaderSize: 32 * 1024, headersTimeout: 30_000, requestTimeout: 0, keepAliveTimeout: 130_000 };

/** In a flood a turn of the event loop takes some 70 ms, so these take about 900 connections a second. */
const SHARES = 64;
/** The app opens as many connections as it is at work on webhooks: they are taken in a few turns. */
const INNER_SHARES = 16;

const UNREADABLE: Refusal = { status: 400, code: 'request_malformed', detail: 'This is no HTTP request.' };
/** By the codes of Node's errors. */
const UNREAD: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'header_too_large',
    detail: `The headers together have more than ${LIMITS.maxHeaderSize} bytes.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request_timeout', detail: 'The headers did not come in time.' },
};

export type RequestHandler = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>;

/** Who answers, from when on there is somebody. */
interface Served {
  handle?: RequestHandler;
}

/** The host's HTTP port. It is bound first, because the app must know it while it loads; until then requests get 503. */
export class HttpServer {
  readonly port: number;
  readonly origin: string;
  /** The same at a port for the app itself, where nobody is in line before it. */
  readonly innerOrigin: string;
  readonly #server: Server;
  readonly #listeners: readonly HttpListeners[];
  readonly #served: Served;

  private constructor(server: Server, outer: HttpListeners, inner: HttpListeners, served: Served) {
    this.#server = server;
    this.#listeners = [outer, inner];
    this.#served = served;
    this.port = outer.port;
    this.origin = outer.origin;
    this.innerOrigin = inner.origin;
  }

  /** @throws HostStartError `port_unavailable` */
  static async listen(port: number): Promise<HttpServer> {
    const served: Served = {};
    const server = createServer(LIMITS);
    answerAll(server, served);
    const outer = await HttpListeners.open(server, port, SHARES).catch((cause: unknown) => {
      const message = `The Functions host cannot listen on ${LOOPBACK}:${port}: end what uses the port, or choose another one.`;
      throw new HostStartError('port_unavailable', message, { cause });
    });
    return new HttpServer(server, outer, await HttpListeners.open(server, 0, INNER_SHARES), served);
  }

  /** From here on requests are answered by `handle`. */
  serve(handle: RequestHandler): void {
    this.#served.handle = handle;
  }

  async close(): Promise<void> {
    const closed = this.#listeners.map((listeners) => listeners.close());
    this.#server.closeAllConnections();
    await Promise.all(closed);
  }
}

function answerAll(server: Server, served: Served): void {
  const current = new WeakMap<Duplex, ServerResponse>();
  server.on('request', (request, response) => {
    current.set(request.socket, response);
    void respond(request, response, served.handle);
  });
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // What still comes after a refusal is unreadable, too.
    if (refused.has(socket)) return;
    refused.add(socket);
    const refuse = () => refuseConnection(socket, UNREAD[error.code ?? ''] ?? UNREADABLE);
    const response = current.get(socket);
    // A request that came whole is answered before what came after it.
    if (response?.req.complete === true && !response.writableFinished) response.once('finish', refuse);
    else refuse();
  });
}

async function respond(request: IncomingMessage, response: ServerResponse, handle: RequestHandler | undefined): Promise<void> {
  if (handle === undefined) return sendStatus(response, 503);
  const url = requestUrl(request);
  if (url === undefined) return sendStatus(response, 400);
  try {
    await handle(request, response, url);
  } catch {
    sendStatus(response, 500);
  }
}

function requestUrl({ url, headers, socket }: IncomingMessage): URL | undefined {
  const { host = `${LOOPBACK}:${socket.localPort}` } = headers;
  return URL.parse(url ?? '/', `http://${host}`) ?? undefined;
}
