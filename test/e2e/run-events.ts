import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { z } from 'zod';
import { ServiceBusSubscription } from '../../local/functions-host/service-bus-subscription.ts';
import type { Stack } from './stack.ts';

const RunEvent = z.object({
  id: z.string(),
  type: z.enum(['hexdag.run.completed', 'hexdag.run.failed']),
  subject: z.string(),
  data: z.looseObject({ runId: z.string(), key: z.string(), status: z.string() }),
});
export type RunEvent = z.infer<typeof RunEvent>;

const REOPEN_DELAY_MS = 100;

/**
 * A consumer of the queue `run-events`: keeps what it receives, and tells when all that is waited for has come. A message that comes
 * again because the broker died before it heard of its completion is the same message, and counts once.
 */
export class RunEvents {
  readonly received: RunEvent[] = [];
  readonly #connectionString: string;
  readonly #sequenceNumbers = new Set<string>();
  #subscription: ServiceBusSubscription;
  #reopening: NodeJS.Timeout | undefined;
  #onEvent: () => void = () => {};

  constructor(stack: Stack) {
    this.#connectionString = stack.ready.serviceBus;
    this.#subscription = this.#subscribe();
  }

  #subscribe(): ServiceBusSubscription {
    const limits = { maxConcurrentCalls: 32, maxAutoLockRenewalDurationMs: 0 };
    const subscription = new ServiceBusSubscription(
      { connectionString: this.#connectionString, queueName: 'run-events', ...limits },
      {
        message: async (message) => {
          this.#take(message);
          await subscription.settle((receiver) => receiver.completeMessage(message)).catch(() => undefined);
        },
        connected: () => undefined,
        lost: () => {
          this.#reopening = setTimeout(() => {
            this.#subscription = this.#subscribe();
          }, REOPEN_DELAY_MS);
        },
        failed: () => undefined,
      },
    );
    return subscription;
  }

  #take(message: ServiceBusReceivedMessage): void {
    const number = String(message.sequenceNumber);
    if (this.#sequenceNumbers.has(number)) return;
    this.#sequenceNumbers.add(number);
    this.received.push(RunEvent.parse(JSON.parse(String(message.body))));
    this.#onEvent();
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
    clearTimeout(this.#reopening);
    await this.#subscription.close();
  }
}
