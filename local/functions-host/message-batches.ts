import type { ServiceBusReceivedMessage } from '@azure/service-bus';

interface Waiting {
  readonly message: ServiceBusReceivedMessage;
  readonly ended: () => void;
}

/**
 * Gathers messages of one source: a batch is what has come when the one before it ends. (The SDK's own batch call waits a second
 * for a batch to fill.)
 */
export class MessageBatches {
  readonly #maxSize: number;
  readonly #process: (messages: readonly ServiceBusReceivedMessage[]) => Promise<void>;
  readonly #waiting: Waiting[] = [];
  #isRunning = false;

  constructor(maxSize: number, process: (messages: readonly ServiceBusReceivedMessage[]) => Promise<void>) {
    this.#maxSize = maxSize;
    this.#process = process;
  }

  /** Resolves when the message's batch has been processed. */
  add(message: ServiceBusReceivedMessage): Promise<void> {
    return new Promise((ended) => {
      this.#waiting.push({ message, ended });
      if (this.#isRunning) return;
      this.#isRunning = true;
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#maxSize);
      await this.#process(batch.map(({ message }) => message));
      for (const { ended } of batch) ended();
    }
    this.#isRunning = false;
  }
}
