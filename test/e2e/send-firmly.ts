import { setTimeout as delay } from 'node:timers/promises';
import { ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { inTime } from './in-time.ts';

/** Sends as a backend does that does not give up: again, with a new client, until the broker has confirmed. */
export async function sendFirmly(connectionString: string, messages: readonly ServiceBusMessage[]): Promise<void> {
  for (;;) {
    const client = new ServiceBusClient(connectionString, { retryOptions: { maxRetries: 0 } });
    try {
      await inTime(client.createSender('orders').sendMessages([...messages]));
      return;
    } catch {
      await delay(100);
    } finally {
      // Left to itself: closing may take as long as what it waits for.
      void client.close().catch(() => {});
    }
  }
}
