import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { HostStartError } from './errors.ts';
import { sendStatus } from './http-message.ts';
import { type Refusal, refuseConnection } from './refusal.ts';

const LOOPBACK = '127.0.0.1';
/** What Kestrel takes, which is Azure's server. Bodies it bounds by how fast they come; see `readBody`. */
const LIMITS = { maxHeaderSize: 32 * 1024, headersTimeout: 30_000, requestTimeout: 0, keepAliveTimeout: 130_000 };
/** Connections that wait to be taken. With fewer, a sudden crowd would find its connections reset. */
const BACKLOG = 4_096;

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

/** The host's HTTP port. It is bound first, because the app must know it while it loads; until then requests get 503. */
export class HttpServer {
  readonly port: number;
  readonly origin: string;
  readonly #server: Server;
  #handle: RequestHandler | undefined;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
    this.origin = `http://${LOOPBACK}:${port}`;
    const current = new WeakMap<Duplex, ServerResponse>();
    server.on('request', (request, response) => {
      current.set(request.socket, response);
      void this.#respond(request, response);
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

  /** @throws HostStartError `port_unavailable` */
  static listen(port: number): Promise<HttpServer> {
    const server = createServer(LIMITS);
    return new Promise((resolve, reject) => {
      server.once('error', (error) => {
        const message = `The Functions host cannot listen on ${LOOPBACK}:${port}: end what uses the port, or choose another one.`;
        reject(new HostStartError('port_unavailable', message, { cause: error }));
      });
      server.listen({ port, host: LOOPBACK, backlog: BACKLOG }, () => {
        const address = server.address();
        resolve(new HttpServer(server, address !== null && typeof address === 'object' ? address.port : port));
      });
    });
  }

  /** From here on requests are answered by `handle`. */
  serve(handle: RequestHandler): void {
    this.#handle = handle;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#handle === undefined) return sendStatus(response, 503);
    const url = requestUrl(request, this.origin);
    if (url === undefined) return sendStatus(response, 400);
    try {
      await this.#handle(request, response, url);
    } catch {
      sendStatus(response, 500);
    }
  }
}

function requestUrl(request: IncomingMessage, origin: string): URL | undefined {
  const { host } = request.headers;
  return URL.parse(request.url ?? '/', host === undefined ? origin : `http://${host}`) ?? undefined;
}
