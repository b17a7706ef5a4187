import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { connectionEvents } from './service-bus-connection.ts';

/** The SDK's own patience, short because the broker is on this machine: it answers at once, or is being started again. */
const RETRIES = { maxRetries: 0, retryDelayInMs: 300, timeoutInMs: 3_000 };

/** The connection a message came over is gone, and with it the message's lock. */
export class ConnectionLostError extends Error {
  readonly code = 'connection_lost';

  constructor() {
    super('The connection to the broker was lost, and the lock with it: the message comes again.');
    this.name = 'ConnectionLostError';
  }
}

export interface SubscriptionOptions {
  readonly connectionString: string;
  /** A queue, or a subscription of a topic. */
  readonly entityPath: string;
  readonly maxConcurrentCalls: number;
  readonly maxAutoLockRenewalDurationMs: number;
}

export interface SubscriptionHandlers {
  message(message: ServiceBusReceivedMessage): Promise<void>;
  /** The connection stands. */
  connected(): void;
  /** The connection is lost, or could not be opened; the subscription is of no more use. Called once, not after `close()`. */
  lost(): void;
  /** Something failed while the connection stands. */
  failed(what: string, error: Error): void;
}

/**
 * Receives the messages of a queue or subscription over a connection of its own, and ends with that connection: the SDK's client recovers by
 * itself too, but takes a minute when the broker dies again while it does.
 */
export class ServiceBusSubscription {
  readonly #client: ServiceBusClient;
  readonly #receiver: ServiceBusReceiver;
  readonly #subscription: { close(): Promise<void> };
  readonly #handlers: SubscriptionHandlers;
  readonly #disconnected: Promise<void>;
  readonly #opening = new AbortController();
  /** Called when the connection is lost. */
  readonly #settling = new Set<(error: ConnectionLostError) => void>();
  #ended = false;

  constructor(options: SubscriptionOptions, handlers: SubscriptionHandlers) {
    this.#handlers = handlers;
    this.#client = new ServiceBusClient(options.connectionString, { retryOptions: RETRIES });
    const connection = connectionEvents(this.#client);
    connection.once('connection_open', () => handlers.connected());
    this.#disconnected = new Promise((resolve) => {
      connection.once('disconnected', () => resolve(this.#lose()));
    });
    this.#receiver = this.#client.createReceiver(options.entityPath, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalDurationMs,
      skipParsingBodyAsJson: true,
    });
    this.#subscription = this.#receiver.subscribe(
      {
        processMessage: (message) => handlers.message(message),
        processError: async ({ error, errorSource }) => {
          if (!this.#ended && !isLockGone(error, errorSource)) handlers.failed(errorSource, error);
        },
      },
      {
        autoCompleteMessages: false,
        maxConcurrentCalls: options.maxConcurrentCalls,
        abortSignal: this.#opening.signal,
      },
    );
  }

  /**
   * Settles, or renews the lock of, a message that came over this connection.
   *
   * @throws ConnectionLostError at once when the connection is lost, even while the broker's answer is waited for
   */
  settle(work: (receiver: ServiceBusReceiver) => Promise<unknown>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new ConnectionLostError());
      this.#settling.add(reject);
      const done = () => this.#settling.delete(reject);
      work(this.#receiver).then(
        () => done() && resolve(),
        (error: unknown) => done() && reject(error),
      );
    });
  }

  /** Takes no more messages; those that came can still be settled. */
  async stop(): Promise<void> {
    await this.#subscription.close();
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    // The SDK never finishes closing a client whose broker goes away meanwhile.
    await Promise.race([this.#client.close(), this.#disconnected]);
  }

  #lose(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const reject of this.#settling) reject(new ConnectionLostError());
    this.#settling.clear();
    // Stops the SDK from opening another connection. What it then still waits for, nobody else needs.
    this.#opening.abort();
    this.#subscription.close().catch(() => undefined);
    this.#client.close().catch(() => undefined);
    this.#handlers.lost();
  }
}

/** A renewal that comes just after the message was settled is told the same as one that comes too late; the latter shows when settling. */
function isLockGone(error: Error, source: string): boolean {
  return source === 'renewLock' && 'code' in error && error.code === 'MessageLockLost';
}
