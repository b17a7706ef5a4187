import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { ConnectionLostError } from './broker-connection.ts';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { InFlight } from './in-flight.ts';
import { type LockedMessages, tokenOf } from './locked-messages.ts';
import { MessageBatches } from './message-batches.ts';
import type { MessageSource, MessageStream, SourceHandlers } from './message-source.ts';
import { ServiceBusMessages } from './service-bus-messages.ts';
import { batchInvocation, singleInvocation } from './service-bus-metadata.ts';
import { ServiceBusSessions } from './service-bus-sessions.ts';
import type { ServiceBusSection, ServiceBusTrigger } from './service-bus-trigger.ts';

const LOG_CATEGORY = 'Host.Triggers.ServiceBus';
const REOPEN_DELAY_MS = 200;

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
  /** A batch has messages of one source only. */
  readonly #batches = new WeakMap<MessageSource, MessageBatches>();
  #isDraining = false;
  #isConnected = true;
  #stream: MessageStream | undefined;
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
    const { connectionString, entityPath, isSessionsEnabled } = this.#trigger;
    const { maxAutoLockRenewalDurationMs } = this.#section;
    const isBatch = this.#trigger.cardinality === 'many';
    const callsAtOnce = (calls: number) => (isBatch ? this.#section.maxMessageBatchSize : calls);
    const options = { connectionString, entityPath, maxAutoLockRenewalDurationMs };
    if (isSessionsEnabled) {
      const sessions = {
        clock: this.#host.clock,
        maxConcurrentSessions: this.#section.maxConcurrentSessions,
        maxConcurrentCalls: callsAtOnce(this.#section.maxConcurrentCallsPerSession),
        idleTimeoutMs: this.#section.sessionIdleTimeoutMs,
      };
      this.#stream = new ServiceBusSessions({ ...options, ...sessions }, this.#handlers());
    } else {
      const maxConcurrentCalls = callsAtOnce(this.#section.maxConcurrentCalls);
      this.#stream = new ServiceBusMessages({ ...options, maxConcurrentCalls }, this.#handlers());
    }
  }

  async drain(): Promise<void> {
    this.#isDraining = true;
    clearTimeout(this.#reopening);
    await this.#stream?.stop();
    await this.#inFlight.idle();
  }

  async close(): Promise<void> {
    this.#isDraining = true;
    clearTimeout(this.#reopening);
    await this.#stream?.close();
  }

  #handlers(): SourceHandlers {
    return {
      message: async (message, source) => {
        this.counters.received += 1;
        this.#inFlight.enter();
        await (this.#trigger.cardinality === 'many' ? this.#batchesOf(source).add(message) : this.#process([message], source));
        this.#inFlight.leave();
      },
      connected: () => this.#setConnected(true),
      lost: () => this.#reopen(),
      failed: (what, error) => {
        // A link that is closed while it opens reports that as a failure.
        if (!this.#isDraining) this.#warn(`${what} failed: ${error.message}`);
      },
    };
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

  #batchesOf(source: MessageSource): MessageBatches {
    const known = this.#batches.get(source);
    if (known !== undefined) return known;
    const batches = new MessageBatches(this.#section.maxMessageBatchSize, (messages) => this.#process(messages, source));
    this.#batches.set(source, batches);
    return batches;
  }

  /** Never rejects. */
  async #process(messages: readonly ServiceBusReceivedMessage[], source: MessageSource): Promise<void> {
    const release = messages.map((message) => this.#locked.hold(message, source));
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
