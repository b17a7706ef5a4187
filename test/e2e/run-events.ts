import { setTimeout as delay } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusReceivedMessage, type ServiceBusReceiver } from '@azure/service-bus';
import { z } from 'zod';
import { RUN_EVENT_TYPES } from '../../src/ports/event-publisher.ts';
import { inTime } from './in-time.ts';
import type { Stack } from './stack.ts';

const RunEvent = z.object({
  id: z.string(),
  type: z.enum(RUN_EVENT_TYPES),
  subject: z.string(),
  data: z.looseObject({ runId: z.string(), key: z.string(), status: z.string() }),
});
export type RunEvent = z.infer<typeof RunEvent>;

/**
 * A consumer of the subscription `backend` of the topic `run-events`: keeps what it receives, and tells when all that is waited for has come. A message that comes
 * again because the broker died before it heard of its completion is the same message, and counts once.
 */
export class RunEvents {
  readonly received: RunEvent[] = [];
  readonly #connectionString: string;
  readonly #sequenceNumbers = new Set<string>();
  readonly #consuming: Promise<void>;
  #closed = false;
  #onEvent: () => void = () => {};

  constructor(stack: Stack) {
    this.#connectionString = stack.ready.serviceBus;
    this.#consuming = this.#consume();
  }

  keys(): Set<string> {
    return new Set(this.received.map(({ data }) => data.key));
  }

  of(key: string): RunEvent[] {
    return this.received.filter(({ data }) => data.key === key);
  }

  /** Resolves when there is an event for each of the keys. */
  async untilAll(keys: readonly string[]): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onEvent = () => {
        const seen = this.keys();
        if (keys.every((key) => seen.has(key))) resolve();
      };
      this.#onEvent();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#consuming;
  }

  /** Consumes until it is closed, with a new client whenever the broker went away. */
  async #consume(): Promise<void> {
    while (!this.#closed) {
      const client = new ServiceBusClient(this.#connectionString, { retryOptions: { maxRetries: 0 } });
      try {
        const receiver = client.createReceiver('run-events', 'backend');
        while (!this.#closed) await this.#receiveOne(receiver);
        await client.close();
      } catch {
        // The client is left behind as it is: closing it may take as long as what it waits for.
        void client.close().catch(() => {});
        await delay(100);
      }
    }
  }

  async #receiveOne(receiver: ServiceBusReceiver): Promise<void> {
    const messages = await inTime(receiver.receiveMessages(1, { maxWaitTimeInMs: 1_000 }));
    for (const message of messages) {
      this.#take(message);
      await inTime(receiver.completeMessage(message));
    }
  }

  #take(message: ServiceBusReceivedMessage): void {
    const number = String(message.sequenceNumber);
    if (this.#sequenceNumbers.has(number)) return;
    this.#sequenceNumbers.add(number);
    this.received.push(RunEvent.parse(message.body));
    this.#onEvent();
  }
}
