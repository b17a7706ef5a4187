import type { ServiceBusClient, ServiceBusMessage } from '@azure/service-bus';

/** Where the app tells what becomes of runs, and this backend's share of it. */
const TOPIC = 'run-events';
const SUBSCRIPTION = 'backend';

/** The end of a run, as the app announces it. */
export interface RunEnded {
  readonly runId: string;
  readonly pipeline: string;
  /** What the run was started with: the order's number, say. */
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
  readonly data: { readonly pipeline: string; readonly key: string; readonly error?: { readonly code: string } };
}

/** Runs, not ends: one may be told twice. */
export function countRuns(ended: readonly RunEnded[]): number {
  return new Set(ended.map(({ runId }) => runId)).size;
}

/** Undefined for an event that is of no run's end. */
export function readRunEnded({ type, subject, data }: CloudEvent): RunEnded | undefined {
  const { pipeline, key, error } = data;
  if (!/^hexdag\.run\.(completed|failed|cancelled)$/.test(type)) return undefined;
  const status = type === 'hexdag.run.completed' ? 'completed' : 'failed';
  return { runId: subject, pipeline, key, status, ...(error && { error: error.code }), arrivedAt: Date.now() };
}

/** Calls `onEnded` for every run that ends from now on. Returns what stops it. */
export function followRuns(client: ServiceBusClient, onEnded: (ended: RunEnded) => void): () => Promise<void> {
  const receiver = client.createReceiver(TOPIC, SUBSCRIPTION, { receiveMode: 'receiveAndDelete' });
  receiver.subscribe({
    processMessage: async ({ body }) => {
      const ended = readRunEnded(Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body);
      if (ended !== undefined) onEnded(ended);
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
