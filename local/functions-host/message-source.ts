import type { ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';

/** What settles messages, with a session or without. */
export type MessageReceiver = Pick<ServiceBusReceiver, 'completeMessage' | 'abandonMessage' | 'deadLetterMessage'>;

/** What messages came over, and are settled over. */
export interface MessageSource {
  /** @throws ConnectionLostError at once when the connection is lost, even while the broker's answer is waited for */
  settle(work: (receiver: MessageReceiver) => Promise<unknown>): Promise<void>;
  renewLock(message: ServiceBusReceivedMessage): Promise<void>;
}

export interface SourceOptions {
  readonly connectionString: string;
  /** A queue, or a subscription of a topic. */
  readonly entityPath: string;
  readonly maxAutoLockRenewalDurationMs: number;
}

export interface SourceHandlers {
  message(message: ServiceBusReceivedMessage, source: MessageSource): Promise<void>;
  /** The connection stands. */
  connected(): void;
  /** The connection is lost, or could not be opened; nothing comes any more. Called once, not after `close()`. */
  lost(): void;
  /** Something failed while the connection stands. */
  failed(what: string, error: Error): void;
}

/** Messages that come until it is stopped. */
export interface MessageStream {
  /** Takes no more messages; those that came can still be settled. */
  stop(): Promise<void>;
  close(): Promise<void>;
}
