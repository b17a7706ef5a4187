import { ServiceBusClient } from '@azure/service-bus';
import type { OrderBook } from './order-book.ts';
import type { Settings } from './settings.ts';

/**
 * Results by the topic: this backend's subscription keeps them while it is away. A message is completed when what it says has been
 * taken in, so one that was in work when this process died comes again; one that cannot be read goes to the dead letters in the end.
 */
export function followTopic({ serviceBus }: Settings, book: OrderBook): () => Promise<void> {
  const client = new ServiceBusClient(serviceBus);
  client.createReceiver('run-events', 'backend').subscribe({
    processMessage: async ({ body }) => book.take('topic', Buffer.isBuffer(body) ? JSON.parse(body.toString()) : body),
    // The client connects again by itself.
    processError: async ({ error }) => console.error(`The topic: ${error.message}`),
  });
  return () => client.close();
}
