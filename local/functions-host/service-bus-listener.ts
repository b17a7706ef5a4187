import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { InFlight } from './in-flight.ts';
import { type LockedMessages, tokenOf } from './locked-messages.ts';
import { batchInvocation, singleInvocation } from './service-bus-metadata.ts';
import { ConnectionLostError, ServiceBusSubscription } from './service-bus-subscription.ts';
import type { ServiceBusSection, ServiceBusTrigger } from './service-bus-trigger.ts';

const LOG_CATEGORY = 'Host.Triggers.ServiceBus';
const REOPEN_DELAY_MS = 200;

interface Delivery {
  readonly message: ServiceBusReceivedMessage;
  /** What it came over, and is settled over. */
  readonly subscription: ServiceBusSubscription;
}

/**
 * Receives the messages of one queue or subscription for one function, and settles them by how the function ends. When the broker goes away it
 * connects again, as often as it takes; what functions still work on then comes again, beside what is new.
 */
export class ServiceBusListener {
  readonly counters = { received: 0 };
  readonly #host: ExtensionHost;
  readonly #fn: RegisteredFunction;
  readonly #trigger: ServiceBusTrigger;
  readonly #section: ServiceBusSection;
  readonly #locked: LockedMessages;
  readonly #keepsEmptyEntries: boolean;
  readonly #inFlight = new InFlight();
  readonly #batch: (Delivery & { readonly ended: () => void })[] = [];
  #batchIsRunning = false;
  #isDraining = false;
  #isConnected = true;
  #subscription: ServiceBusSubscription | undefined;
  #reopening: NodeJS.Timeout | undefined;

  constructor(
    host: ExtensionHost,
    fn: RegisteredFunction,
    trigger: ServiceBusTrigger,
    section: ServiceBusSection,
    locked: LockedMessages,
  ) {
    this.#host = host;
    this.#fn = fn;
    this.#trigger = trigger;
    this.#section = section;
    this.#locked = locked;
    this.#keepsEmptyEntries = host.capabilities?.['IncludeEmptyEntriesInMessagePayload'] !== undefined;
  }

  start(): void {
    const isBatch = this.#trigger.cardinality === 'many';
    const subscription = new ServiceBusSubscription(
      {
        connectionString: this.#trigger.connectionString,
        entityPath: this.#trigger.entityPath,
        maxConcurrentCalls: isBatch ? this.#section.maxMessageBatchSize : this.#section.maxConcurrentCalls,
        maxAutoLockRenewalDurationMs: this.#section.maxAutoLockRenewalDurationMs,
      },
      {
        message: async (message) => {
          this.counters.received += 1;
          this.#inFlight.enter();
          await (isBatch ? this.#addToBatch(message, subscription) : this.#process([{ message, subscription }]));
          this.#inFlight.leave();
        },
        connected: () => this.#setConnected(true),
        lost: () => this.#reopen(),
        failed: (what, error) => {
          // A link that is closed while it opens reports that as a failure.
          if (!this.#isDraining) this.#warn(`${what} failed: ${error.message}`);
        },
      },
    );
    this.#subscription = subscription;
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    clearTimeout(this.#reopening);
    await this.#subscription?.stop();
    await this.#inFlight.idle();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    clearTimeout(this.#reopening);
    await this.#subscription?.close();
  }

  #reopen(): void {
    if (this.#isDraining) return;
    this.#setConnected(false);
    this.#reopening = setTimeout(() => this.start(), REOPEN_DELAY_MS);
  }

  /** Tells of each outage once, however many attempts and messages fail in it. */
  #setConnected(isConnected: boolean): void {
    if (isConnected === this.#isConnected) return;
    this.#isConnected = isConnected;
    if (isConnected) this.#host.log('information', LOG_CATEGORY, `${this.#where} is connected to its broker again.`);
    else this.#warn('the broker is not reachable; connecting again until it is. Messages in work will come again.');
  }

  /** The SDK's own batch call waits a second for a batch to fill; here a batch is what has come when the one before it ends. */
  #addToBatch(message: ServiceBusReceivedMessage, subscription: ServiceBusSubscription): Promise<void> {
    return new Promise((ended) => {
      this.#batch.push({ message, subscription, ended });
      if (this.#batchIsRunning) return;
      this.#batchIsRunning = true;
      setImmediate(() => void this.#runBatches());
    });
  }

  async #runBatches(): Promise<void> {
    while (this.#batch.length > 0) {
      const batch = this.#batch.splice(0, this.#section.maxMessageBatchSize);
      await this.#process(batch);
      for (const { ended } of batch) ended();
    }
    this.#batchIsRunning = false;
  }

  /** Never rejects. */
  async #process(deliveries: readonly Delivery[]): Promise<void> {
    const release = deliveries.map(({ message, subscription }) => this.#locked.hold(message, subscription));
    const messages = deliveries.map(({ message }) => message);
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
      // The outage has been told of.
      if (error instanceof ConnectionLostError) return;
      const reason = error instanceof Error ? error.message : String(error);
      const action = succeeded ? 'completed' : 'abandoned';
      this.#warn(`message ${message.messageId} could not be ${action} and will come again: ${reason}`);
    }
  }

  get #where(): string {
    return `${this.#fn.name} on ${this.#trigger.entityPath}`;
  }

  #warn(what: string): void {
    this.#host.log('warning', LOG_CATEGORY, `${this.#where}: ${what}`);
  }
}
