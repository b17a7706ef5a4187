import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Clock, systemClock } from '../clock.ts';
import { ACCOUNT_KEY, authorize } from './authorization.ts';
import { CosmosError, tooLarge } from './errors.ts';
import { type Body, header, type Reply, readBody } from './exchange.ts';
import type { CosmosLayout } from './layout.ts';
import { REFUSED_CHARGE, round, THROTTLED_CHARGE } from './request-charge.ts';
import { parsePath, resourceOf } from './resource-path.ts';
import { CosmosService } from './service.ts';
import type { ThrottleRule } from './throttle.ts';

export interface CosmosOptions {
  /** 0 takes a free one. */
  port: number;
  /** A file, or `:memory:`. */
  databasePath: string;
  /** Created at the start where absent. */
  layout?: CosmosLayout;
  clock?: Clock;
  log?: (level: 'debug' | 'information' | 'warning' | 'error', message: string) => void;
}

export interface CosmosServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT/` */
  readonly endpoint: string;
  readonly key: string;
  /** Totals since the start: `requests`, `requestUnits`, `throttled`, `commits`, `writes`. */
  counters(): Readonly<Record<string, number>>;
  /** Refuses a share of the requests on items with 429, until called with null. */
  throttle(rule: ThrottleRule | null): void;
  /** Answers what has arrived, then frees the port and the file. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 600_000;

/**
 * Starts a Cosmos DB account (SQL API) on the loopback address, for the unmodified `@azure/cosmos`.
 *
 * @throws DatabaseCorruptError, DatabaseInUseError, or the error of a port that is taken
 */
export async function startCosmos(options: CosmosOptions): Promise<CosmosServer> {
  const { clock = systemClock, log = () => {} } = options;
  const service = new CosmosService(options.databasePath, clock, (error) => {
    log('error', `Expired items could not be removed: ${String(error)}`);
  });
  const door = new Door(service, log);
  try {
    if (options.layout !== undefined) await service.catalog.apply(options.layout);
    await door.open(options.port);
  } catch (error) {
    service.close();
    throw error;
  }
  return {
    port: door.port,
    endpoint: door.endpoint,
    key: ACCOUNT_KEY,
    counters: () => ({
      requests: door.requests,
      requestUnits: round(door.requestUnits),
      throttled: service.throttle.throttled,
      commits: service.commits.counters.commits,
      writes: service.commits.counters.writes,
    }),
    throttle: (rule) => service.throttle.set(rule),
    close: async () => {
      await door.close();
      service.close();
    },
  };
}

/** The HTTP side: reads requests, checks their signature, writes answers. */
class Door {
  requests = 0;
  requestUnits = 0;
  port = 0;
  endpoint = '';
  readonly #service: CosmosService;
  readonly #log: (level: 'debug' | 'error', message: string) => void;
  readonly #server: Server;
  readonly #active = new Set<Promise<void>>();

  constructor(service: CosmosService, log: (level: 'debug' | 'error', message: string) => void) {
    this.#service = service;
    this.#log = log;
    this.#server = createServer({ noDelay: true, keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
      this.#receive(message, response).catch((error: unknown) => {
        this.#log('debug', `${message.method} ${message.url} was given up: ${String(error)}`);
        response.destroy();
      });
    });
  }

  open(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        this.port = typeof address === 'object' && address !== null ? address.port : port;
        this.endpoint = `http://127.0.0.1:${this.port}/`;
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await Promise.allSettled(this.#active);
    this.#server.closeAllConnections();
    await closed;
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const body = await readBody(message);
    const exchange = this.#answer(message, body).then((reply) => this.#send(response, reply));
    this.#active.add(exchange);
    await exchange.finally(() => this.#active.delete(exchange));
  }

  async #answer(message: IncomingMessage, body: Body): Promise<Reply> {
    const { method = 'GET', url = '/', headers } = message;
    try {
      const path = parsePath(url);
      authorize({
        method,
        resourceType: path.resourceType,
        resourceLink: path.resourceLink,
        date: header(headers, 'x-ms-date'),
        authorization: header(headers, 'authorization'),
      });
      if (body.isTooLarge) throw tooLarge('The request is larger than anything Cosmos DB accepts.');
      return await this.#service.answer(resourceOf(path), { method, headers, body: body.text }, this.endpoint);
    } catch (error) {
      return this.#failure(message, error);
    }
  }

  #failure(message: IncomingMessage, error: unknown): Reply {
    const { method, url } = message;
    const isExpected = error instanceof CosmosError;
    if (!isExpected) this.#log('error', `${method} ${url} failed: ${error instanceof Error ? error.stack : error}`);
    const { status, code, substatus, retryAfterMs, message: text } = isExpected ? error : unexpected();
    const headers: Record<string, string> = {};
    if (substatus !== undefined) headers['x-ms-substatus'] = String(substatus);
    if (retryAfterMs !== undefined) headers['x-ms-retry-after-ms'] = String(retryAfterMs);
    this.#log('debug', `${method} ${url} ${status} ${text}`);
    return {
      status,
      headers,
      body: JSON.stringify({ code, message: text }),
      charge: status === 429 ? THROTTLED_CHARGE : REFUSED_CHARGE,
    };
  }

  #send(response: ServerResponse, { status, headers, body = '', charge }: Reply): void {
    this.requestUnits += charge;
    if (response.destroyed) return;
    const hasBody = status !== 204 && status !== 304;
    response.writeHead(status, {
      ...headers,
      ...(hasBody ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } : {}),
      'x-ms-activity-id': randomUUID(),
      'x-ms-request-charge': charge,
      'x-ms-version': '2020-07-15',
    });
    response.end(hasBody ? body : undefined);
  }
}

function unexpected(): CosmosError {
  return new CosmosError(500, 'The local Cosmos DB endpoint failed unexpectedly; its log has the details.');
}
