import type { ServiceBusReceivedMessage, ServiceBusSessionReceiver } from '@azure/service-bus';
import type { Clock } from '../clock.ts';
import type { BrokerConnection } from './broker-connection.ts';
import { InFlight } from './in-flight.ts';
import type { MessageReceiver, MessageSource, SourceHandlers } from './message-source.ts';
import { PendingAnswers } from './pending-answers.ts';

export interface HeldSessionOptions {
  readonly maxConcurrentCalls: number;
  /** The session is given back when it has had nothing to do for this long. */
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
}

/** A session that was accepted: hands its messages on until it has been idle, is lost, or is told to stop. */
export class HeldSession implements MessageSource {
  readonly #connection: BrokerConnection;
  readonly #receiver: ServiceBusSessionReceiver;
  readonly #options: HeldSessionOptions;
  readonly #handlers: SourceHandlers;
  readonly #subscription: { close(): Promise<void> };
  readonly #inFlight = new InFlight();
  /** The SDK waits a minute for the answer to a settlement that met the loss of the session. */
  readonly #answers = new PendingAnswers();
  readonly #over: Promise<void>;
  /** Resolves when the session has been given back, or is lost; never rejects. */
  readonly served: Promise<void>;
  #end: () => void = () => undefined;
  #isLost = false;
  #isOver = false;
  #cancelIdle: () => void = () => undefined;

  constructor(
    connection: BrokerConnection,
    receiver: ServiceBusSessionReceiver,
    options: HeldSessionOptions,
    handlers: SourceHandlers,
  ) {
    this.#connection = connection;
    this.#receiver = receiver;
    this.#options = options;
    this.#handlers = handlers;
    this.#over = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#subscription = receiver.subscribe(
      {
        processMessage: (message) => this.#work(message),
        processError: async ({ error, errorSource }) => this.#fail(errorSource, error),
      },
      { autoCompleteMessages: false, maxConcurrentCalls: options.maxConcurrentCalls },
    );
    this.#waitIdle();
    this.served = this.#serve();
  }

  get id(): string {
    return this.#receiver.sessionId;
  }

  /** Takes no more messages. */
  stop(): void {
    this.#end();
  }

  settle(work: (receiver: MessageReceiver) => Promise<unknown>): Promise<void> {
    return this.#connection.use(() => this.#answers.wait(() => work(this.#receiver)));
  }

  renewLock(): Promise<void> {
    return this.#connection.use(() => this.#receiver.renewSessionLock());
  }

  async #serve(): Promise<void> {
    await this.#over;
    this.#isOver = true;
    this.#cancelIdle();
    if (this.#isLost || this.#connection.hasEnded) return;
    // What comes until the broker knows is still worked on.
    await this.#subscription.close().catch(() => undefined);
    await this.#inFlight.idle();
    if (!this.#connection.hasEnded) await this.#receiver.close().catch(() => undefined);
  }

  async #work(message: ServiceBusReceivedMessage): Promise<void> {
    this.#cancelIdle();
    this.#inFlight.enter();
    await this.#handlers.message(message, this);
    this.#inFlight.leave();
    if (this.#inFlight.isIdle) this.#waitIdle();
  }

  #waitIdle(): void {
    if (this.#isOver) return;
    const { clock, idleTimeoutMs } = this.#options;
    this.#cancelIdle = clock.schedule(clock.now() + idleTimeoutMs, this.#end);
  }

  #fail(source: string, error: Error): void {
    if (this.#isLost || this.#connection.hasEnded) return;
    if (source === 'receive' || ('code' in error && error.code === 'SessionLockLost')) {
      this.#isLost = true;
      this.#answers.end(error);
      this.#end();
    }
    this.#handlers.failed(`session ${this.id}: ${source}`, error);
  }
}
