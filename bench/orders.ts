import type { ServiceBusMessage } from '@azure/service-bus';

const LINES = 8;

/** An order of about 1 KB, with a number no other order has. */
export function createOrder(orderId: string): ServiceBusMessage {
  const order = {
    orderId,
    customer: 'customer-benchmark',
    email: 'customer-benchmark@example.com',
    items: Array.from({ length: LINES }, (_, line) => ({
      sku: `ARTICLE-${String(line).padStart(4, '0')}-GREEN-LARGE`,
      name: `Article number ${line} of the catalogue, large, green`,
      quantity: 1 + (line % 3),
      unitPrice: 10 + line,
    })),
    payment: { card: 'tok_ok' },
  };
  return { messageId: orderId, contentType: 'application/json', body: Buffer.from(JSON.stringify(order)) };
}

export function createOrders(prefix: string, count: number): readonly ServiceBusMessage[] {
  return Array.from({ length: count }, (_, index) => createOrder(`${prefix}-${index}`));
}
