import type { ServiceBusMessage } from '@azure/service-bus';

export interface OrderOptions {
  readonly card?: string;
  readonly digital?: boolean;
}

/** An order as a backend sends it. */
export function order(orderId: string, { card = 'tok_ok', digital = false }: OrderOptions = {}): ServiceBusMessage {
  const items = [{ sku: 'pen', quantity: 2, unitPrice: 3.5 }];
  return {
    messageId: orderId,
    contentType: 'application/json',
    body: { orderId, customer: 'Ada', digital, items, payment: { card } },
  };
}
