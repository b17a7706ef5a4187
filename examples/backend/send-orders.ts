import { ServiceBusClient } from '@azure/service-bus';
import { HexdagClient } from '../../src/client/index.ts';
import type { OrderBook } from './order-book.ts';
import type { Settings } from './settings.ts';

/** Cards as the pipeline's payment provider knows them: one that works, one that fails twice first, one that never works. */
const CARDS = ['tok_ok', 'tok_ok', 'tok_flaky_2', 'tok_ok', 'tok_declined'];

function createOrder(orderId: string, index: number) {
  return {
    orderId,
    customer: `customer-${index + 1}`,
    items: [{ sku: 'TEA-GREEN', quantity: index + 1, unitPrice: 7.5 }],
    payment: { card: CARDS[index % CARDS.length] ?? 'tok_ok' },
  };
}

/**
 * Sends orders, every other one to the queue and the others to the API; each twice, as a backend does that is not sure. Neither way
 * starts a second run: the trigger's `key` is the order's number, and so is the idempotency key.
 */
export async function sendOrders({ serviceBus, app, orders }: Settings, book: OrderBook): Promise<void> {
  const queue = new ServiceBusClient(serviceBus);
  const sender = queue.createSender('orders');
  const api = new HexdagClient({ url: app });
  // Numbers of this start: with those of the last one nothing would be new.
  const series = Date.now().toString(36).toUpperCase();
  try {
    for (let index = 0; index < orders; index += 1) {
      const order = createOrder(`${series}-${index + 1}`, index);
      const { orderId } = order;
      book.add(orderId, index % 2 === 0 ? 'queue' : 'API');
      const message = { messageId: orderId, contentType: 'application/json', body: order };
      for (let time = 0; time < 2; time += 1) {
        if (index % 2 === 0) await sender.sendMessages(message);
        else await api.startRun('order-processing', order, { idempotencyKey: orderId });
      }
    }
  } finally {
    await queue.close();
  }
}
