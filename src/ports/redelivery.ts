/** A copy of a message, to be delivered again later. */
export interface MessageCopy {
  /** The setting (or prefix of settings) that says how to connect. */
  readonly connection: string;
  readonly queue: string;
  readonly messageId: string;
  readonly body: Uint8Array;
  readonly fields: MessageFields;
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
  /** Milliseconds from `dueAt`; the queue's own time to live if not set. */
  readonly timeToLiveMs?: number;
  /** Unix time in milliseconds. */
  readonly dueAt: number;
}

/** What a message says of itself besides its id and its properties. */
export interface MessageFields {
  readonly contentType?: string;
  readonly correlationId?: string;
  readonly subject?: string;
  readonly to?: string;
  readonly replyTo?: string;
  readonly sessionId?: string;
  readonly replyToSessionId?: string;
  readonly partitionKey?: string;
}

/** Lets a message come again at a time of our choosing, where giving it back to the broker would bring it at once. */
export interface Redelivery {
  /**
   * Resolves when the broker has stored the copy; the original may then be completed. A queue that detects duplicates takes a copy
   * with the same id once. @throws DependencyUnavailableError, DependencyRefusedError
   */
  schedule(copy: MessageCopy): Promise<void>;
}
