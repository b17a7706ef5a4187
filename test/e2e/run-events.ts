import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import { z } from 'zod';
import type { Stack } from './stack.ts';

const RunEvent = z.object({
  id: z.string(),
  type: z.enum(['hexdag.run.completed', 'hexdag.run.failed']),
  subject: z.string(),
  data: z.looseObject({ runId: z.string(), key: z.string(), status: z.string() }),
});
export type RunEvent = z.infer<typeof RunEvent>;

/** A consumer of the queue `run-events`: keeps what it receives, and tells when all that is waited for has come. */
export class RunEvents {
  readonly received: RunEvent[] = [];
  readonly #subscription: { close(): Promise<void> };
  readonly #receiver;
  #onEvent: () => void = () => {};

  constructor(stack: Stack) {
    this.#receiver = stack.serviceBus.createReceiver('run-events');
    this.#subscription = this.#receiver.subscribe(
      {
        processMessage: async (message: ServiceBusReceivedMessage) => {
          this.received.push(RunEvent.parse(message.body));
          this.#onEvent();
        },
        // Connections break when the stores are killed; the client comes back by itself.
        processError: async () => {},
      },
      { maxConcurrentCalls: 32 },
    );
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
    await this.#subscription.close();
    await this.#receiver.close();
  }
}
