import type { ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver } from '@azure/service-bus';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { InFlight } from './in-flight.ts';
import { type LockedMessages, tokenOf } from './locked-messages.ts';
import { batchInvocation, singleInvocation } from './service-bus-metadata.ts';
import type { ServiceBusSection, ServiceBusTrigger } from './service-bus-trigger.ts';

const LOG_CATEGORY = 'Host.Triggers.ServiceBus';

/** Receives the messages of one queue for one function, and settles them by how the function ends. */
export class ServiceBusListener {
  readonly counters = { received: 0 };
  readonly #host: ExtensionHost;
  readonly #fn: RegisteredFunction;
  readonly #trigger: ServiceBusTrigger;
  readonly #receiver: ServiceBusReceiver;
  readonly #section: ServiceBusSection;
  readonly #locked: LockedMessages;
  readonly #keepsEmptyEntries: boolean;
  readonly #inFlight = new InFlight();
  readonly #batch: { readonly message: ServiceBusReceivedMessage; readonly ended: () => void }[] = [];
  #batchIsRunning = false;
  #isDraining = false;
  #subscription: { close(): Promise<void> } | undefined;

  constructor(
    host: ExtensionHost,
    fn: RegisteredFunction,
    trigger: ServiceBusTrigger,
    client: ServiceBusClient,
    section: ServiceBusSection,
    locked: LockedMessages,
  ) {
    this.#host = host;
    this.#fn = fn;
    this.#trigger = trigger;
    this.#section = section;
    this.#locked = locked;
    this.#keepsEmptyEntries = host.capabilities?.['IncludeEmptyEntriesInMessagePayload'] !== undefined;
    this.#receiver = client.createReceiver(trigger.queueName, {
      receiveMode: 'peekLock',
      maxAutoLockRenewalDurationInMs: section.maxAutoLockRenewalDurationMs,
      skipParsingBodyAsJson: true,
    });
  }

  start(): void {
    const isBatch = this.#trigger.cardinality === 'many';
    this.#subscription = this.#receiver.subscribe(
      {
        processMessage: async (message) => {
          this.counters.received += 1;
          this.#inFlight.enter();
          await (isBatch ? this.#addToBatch(message) : this.#process([message]));
          this.#inFlight.leave();
        },
        processError: async ({ error, errorSource }) => {
          // A link that is closed while it opens reports that as a failure.
          if (this.#isDraining) return;
          const message = `${this.#fn.name} on ${this.#trigger.queueName}: ${errorSource} failed: ${error.message}`;
          this.#host.log('warning', LOG_CATEGORY, message);
        },
      },
      {
        autoCompleteMessages: false,
        maxConcurrentCalls: isBatch ? this.#section.maxMessageBatchSize : this.#section.maxConcurrentCalls,
      },
    );
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    await this.#subscription?.close();
    await this.#inFlight.idle();
  }

  /** The SDK's own batch call waits a second for a batch to fill; here a batch is what has come when the one before it ends. */
  #addToBatch(message: ServiceBusReceivedMessage): Promise<void> {
    return new Promise((ended) => {
      this.#batch.push({ message, ended });
      if (this.#batchIsRunning) return;
      this.#batchIsRunning = true;
      setImmediate(() => void this.#runBatches());
    });
  }

  async #runBatches(): Promise<void> {
    while (this.#batch.length > 0) {
      const batch = this.#batch.splice(0, this.#section.maxMessageBatchSize);
      await this.#process(batch.map(({ message }) => message));
      for (const { ended } of batch) ended();
    }
    this.#batchIsRunning = false;
  }

  /** Never rejects. */
  async #process(messages: readonly ServiceBusReceivedMessage[]): Promise<void> {
    const release = messages.map((message) => this.#locked.hold(message, this.#receiver));
    const succeeded = await this.#invoke(messages);
    if (!succeeded || this.#trigger.autoCompleteMessages) {
      await Promise.all(messages.map((message) => this.#settle(message, succeeded)));
    }
    for (const forget of release) forget();
  }

  async #invoke(messages: readonly ServiceBusReceivedMessage[]): Promise<boolean> {
    const { binding } = this.#fn.trigger;
    const [first] = messages;
    try {
      const invocation =
        this.#trigger.cardinality === 'many' || first === undefined
          ? batchInvocation(binding, messages, this.#keepsEmptyEntries)
          : singleInvocation(binding, first);
      await this.#host.invoke(this.#fn, invocation);
      return true;
    } catch {
      // The host has logged it; here it only decides how the message is settled.
      return false;
    }
  }

  async #settle(message: ServiceBusReceivedMessage, succeeded: boolean): Promise<void> {
    if (this.#locked.isSettled(message)) return;
    const token = tokenOf(message);
    try {
      await (succeeded ? this.#locked.complete(token) : this.#locked.abandon(token, {}));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const action = succeeded ? 'completed' : 'abandoned';
      const text = `${this.#fn.name}: message ${message.messageId} could not be ${action} and will come again: ${reason}`;
      this.#host.log('warning', LOG_CATEGORY, text);
    }
  }
}
