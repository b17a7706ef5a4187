import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';

/** Where the app tells what becomes of runs, and this backend's share of it. */
const TOPIC = 'run-events';
const SUBSCRIPTION = 'backend';

/** The end of a run, as the app announces it on the topic. */
export interface RunEnded {
  readonly runId: string;
  /** The order's number. */
  readonly key: string;
  readonly status: 'completed' | 'failed';
  /** Code of the failure. */
  readonly error?: string;
  /** Unix time in milliseconds at which it arrived here. */
  readonly arrivedAt: number;
}

interface CloudEvent {
  readonly type: string;
  readonly subject: string;
  readonly data: { readonly key: string; readonly error?: { readonly code: string } };
}

/** Calls `onEnded` for every run that ends from now on. Returns what stops it. */
export function followRuns(client: ServiceBusClient, onEnded: (ended: RunEnded) => void): () => Promise<void> {
  const receiver = client.createReceiver(TOPIC, SUBSCRIPTION, { receiveMode: 'receiveAndDelete' });
  receiver.subscribe({
    processMessage: async ({ body }) => {
      const { type, subject, data }: CloudEvent = Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body;
      const status = type === 'hexdag.run.completed' ? 'completed' : 'failed';
      const error = data.error === undefined ? {} : { error: data.error.code };
      onEnded({ runId: subject, key: data.key, status, ...error, arrivedAt: Date.now() });
    },
    // The client connects again by itself; whoever waits for an end that never comes says so.
    processError: async () => undefined,
  });
  return () => receiver.close();
}

/** Sends all messages in as few batches as they fit into. */
export async function sendAll(client: ServiceBusClient, queue: string, messages: readonly ServiceBusMessage[]): Promise<void> {
  const sender = client.createSender(queue);
  let batch = await sender.createMessageBatch();
  for (const message of messages) {
    if (batch.tryAddMessage(message)) continue;
    await sender.sendMessages(batch);
    batch = await sender.createMessageBatch();
    batch.tryAddMessage(message);
  }
  await sender.sendMessages(batch);
  await sender.close();
}
