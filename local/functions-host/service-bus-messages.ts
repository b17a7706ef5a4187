import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import { BrokerConnection } from './broker-connection.ts';
import type { MessageReceiver, MessageSource, MessageStream, SourceHandlers, SourceOptions } from './message-source.ts';

/** How long a busy machine may take for an answer. That the broker is gone shows at once, by the connection. */
const TIMEOUT_MS = 10_000;

export interface MessagesOptions extends SourceOptions {
  readonly maxConcurrentCalls: number;
}

/** Receives the messages of a queue or subscription over a connection of its own, and ends with that connection. */
export class ServiceBusMessages implements MessageSource, MessageStream {
  readonly #connection: BrokerConnection;
  readonly #receiver: ServiceBusReceiver;
  readonly #subscription: { close(): Promise<void> };

  constructor(options: MessagesOptions, handlers: SourceHandlers) {
    this.#connection = new BrokerConnection(options.connectionString, TIMEOUT_MS, {
      connected: handlers.connected,
      lost: () => {
        // What it still waits for, nobody needs.
        this.#subscription.close().catch(() => undefined);
        handlers.lost();
      },
    });
    this.#receiver = this.#connection.client.createReceiver(options.entityPath, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: options.maxAutoLockRenewalDurationMs,
      skipParsingBodyAsJson: true,
    });
    this.#subscription = this.#receiver.subscribe(
      {
        processMessage: (message) => handlers.message(message, this),
        processError: async ({ error, errorSource }) => {
          if (!this.#connection.hasEnded && !isLockGone(error, errorSource)) handlers.failed(errorSource, error);
        },
      },
      {
        autoCompleteMessages: false,
        maxConcurrentCalls: options.maxConcurrentCalls,
        abortSignal: this.#connection.lost,
      },
    );
  }

  settle(work: (receiver: MessageReceiver) => Promise<unknown>): Promise<void> {
    return this.#connection.use(() => work(this.#receiver));
  }

  renewLock(message: ServiceBusReceivedMessage): Promise<void> {
    return this.#connection.use(() => this.#receiver.renewMessageLock(message));
  }

  async stop(): Promise<void> {
    await this.#subscription.close();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

/** A renewal that comes just after the message was settled is told the same as one that comes too late; the latter shows when settling. */
function isLockGone(error: Error, source: string): boolean {
  return source === 'renewLock' && 'code' in error && error.code === 'MessageLockLost';
}
