import { ServiceBusClient } from '@azure/service-bus';
import { PendingAnswers } from './pending-answers.ts';
import { connectionEvents } from './service-bus-connection.ts';

/** The SDK's own patience: none, because the broker is on this machine, and answers at once or is being started again. */
const RETRIES = { maxRetries: 0, retryDelayInMs: 300 };

/** The connection a message came over is gone, and with it the message's lock. */
export class ConnectionLostError extends Error {
  readonly code = 'connection_lost';

  constructor() {
    super('The connection to the broker was lost, and the lock with it: the message comes again.');
    this.name = 'ConnectionLostError';
  }
}

export interface ConnectionHandlers {
  /** The connection stands. */
  connected(): void;
  /** The connection is lost, or could not be opened, and is of no more use. Called once, not after `close()`. */
  lost(): void;
}

/**
 * A client that ends with its first connection: the SDK's client recovers by itself too, but takes a minute when the broker
 * dies again while it does.
 */
export class BrokerConnection {
  readonly client: ServiceBusClient;
  readonly #handlers: ConnectionHandlers;
  readonly #disconnected: Promise<void>;
  readonly #lost = new AbortController();
  readonly #answers = new PendingAnswers();
  #ended = false;

  constructor(connectionString: string, timeoutInMs: number, handlers: ConnectionHandlers) {
    this.#handlers = handlers;
    this.client = new ServiceBusClient(connectionString, { retryOptions: { ...RETRIES, timeoutInMs } });
    const connection = connectionEvents(this.client);
    connection.once('connection_open', () => handlers.connected());
    this.#disconnected = new Promise((resolve) => {
      connection.once('disconnected', () => resolve(this.#lose()));
    });
  }

  /** Whether it is lost or closed. */
  get hasEnded(): boolean {
    return this.#ended;
  }

  /** Aborted when the connection is lost: stops the SDK from opening another one. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /**
   * Does what needs the connection.
   *
   * @throws ConnectionLostError at once when the connection is lost, even while the broker's answer is waited for
   */
  use(work: () => Promise<unknown>): Promise<void> {
    return this.#ended ? Promise.reject(new ConnectionLostError()) : this.#answers.wait(work);
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // The SDK never finishes closing a client whose broker goes away meanwhile.
    await Promise.race([this.client.close(), this.#disconnected]);
  }

  #lose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#answers.end(new ConnectionLostError());
    this.#lost.abort();
    this.client.close().catch(() => undefined);
    this.#handlers.lost();
  }
}
