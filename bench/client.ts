import { setTimeout } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusMessage, type ServiceBusSender } from '@azure/service-bus';
import { followRuns, sendAll } from '../demo/run-events.ts';

const QUEUE = 'orders';

/** Orders that did not end in time. */
export class UnfinishedError extends Error {
  readonly code = 'orders_unfinished';

  constructor(missing: number, patienceMs: number) {
    super(`${missing} orders had not ended after ${patienceMs / 1000} s.`);
    this.name = 'UnfinishedError';
  }
}

/** The backend of the benchmark: sends orders, and learns from the app's events when each is done. */
export class BenchClient {
  readonly #client: ServiceBusClient;
  readonly #sender: ServiceBusSender;
  readonly #stopFollowing: () => Promise<void>;
  /** Order → when the event of its end arrived (milliseconds of `performance`). */
  readonly doneAt = new Map<string, number>();
  /** Events of orders that had been told done before. */
  repeatedEvents = 0;
  #onDone: () => void = () => undefined;

  constructor(connectionString: string) {
    this.#client = new ServiceBusClient(connectionString, {
      retryOptions: { retryDelayInMs: 50, maxRetryDelayInMs: 500, maxRetries: 100 },
    });
    this.#sender = this.#client.createSender(QUEUE);
    this.#stopFollowing = followRuns(this.#client, ({ key }) => {
      if (this.doneAt.has(key)) this.repeatedEvents += 1;
      else this.doneAt.set(key, performance.now());
      this.#onDone();
    });
  }

  sendTogether(orders: readonly ServiceBusMessage[]): Promise<void> {
    return sendAll(this.#client, QUEUE, orders);
  }

  /** Sends one order every `intervalMs`; returns when each was sent. */
  async sendSteadily(orders: readonly ServiceBusMessage[], intervalMs: number): Promise<ReadonlyMap<string, number>> {
    const sentAt = new Map<string, number>();
    const begun = performance.now();
    const sends: Promise<void>[] = [];
    for (const [index, order] of orders.entries()) {
      await setTimeout(Math.max(0, begun + index * intervalMs - performance.now()));
      sentAt.set(String(order.messageId), performance.now());
      sends.push(this.#sender.sendMessages(order));
    }
    await Promise.all(sends);
    return sentAt;
  }

  /** Waits until `count` orders of all that were ever sent are done. @throws UnfinishedError */
  async done(count: number, patienceMs: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = globalThis.setTimeout(() => reject(new UnfinishedError(count - this.doneAt.size, patienceMs)), patienceMs);
    this.#onDone = () => {
      if (this.doneAt.size >= count) resolve();
    };
    this.#onDone();
    await promise.finally(() => clearTimeout(timer));
  }

  async close(): Promise<void> {
    await this.#stopFollowing();
    await this.#client.close();
  }
}
