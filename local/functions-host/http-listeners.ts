import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';
/** Connections that wait to be taken. With fewer, a sudden crowd would find its connections reset. */
const BACKLOG = 4_096;
/** As `node:http` has it for its own. */
const SOCKET_OPTIONS = { allowHalfOpen: true, noDelay: true };

/**
 * A port where an HTTP server listens, or one more of them. Node takes one connection a turn from each socket, while Azure's server
 * takes them as they come: a crowd of senders would wait for seconds, however fast their requests are answered. So a port has several
 * sockets, its shares, each with its own connections that wait.
 */
export class HttpListeners {
  readonly port: number;
  readonly origin: string;
  readonly #shares: readonly Server[];

  private constructor(port: number, shares: readonly Server[]) {
    this.port = port;
    this.origin = `http://${LOOPBACK}:${port}`;
    this.#shares = shares;
  }

  /** @throws Node's error if the port is in use */
  static async open(server: HttpServer, port: number, count: number): Promise<HttpListeners> {
    // Shared with nobody, so that a port that somebody else listens on is refused.
    const alone = await listen(createServer(), { port });
    const free = portOf(alone);
    await close(alone);
    const isShared = process.platform === 'linux';
    const first = server.listening ? feederOf(server) : server;
    const shares = [first, ...(isShared ? Array.from({ length: count - 1 }, () => feederOf(server)) : [])];
    await Promise.all(shares.map((one) => listen(one, { port: free, reusePort: isShared })));
    return new HttpListeners(free, shares);
  }

  /** Takes no more connections; resolves when those that were taken are closed. */
  async close(): Promise<void> {
    await Promise.all(this.#shares.map(close));
  }
}

function feederOf(server: HttpServer): Server {
  return createServer(SOCKET_OPTIONS, (socket) => server.emit('connection', socket));
}

async function listen(server: Server, options: { readonly port: number; readonly reusePort?: boolean }): Promise<Server> {
  server.listen({ ...options, host: LOOPBACK, backlog: BACKLOG });
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('A server that listens has a port.');
  return address.port;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
