import { z } from 'zod';
import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';

const Parcel = Order.pick({ orderId: true, customer: true, items: true }).extend({ paymentId: z.string() });

/** Leaves the packing slip as an artifact. Its result is the reference to it. */
export const pack = defineStep('pack', (input, context) => {
  const slip = packingSlip(Parcel.parse(input));
  return context.artifacts.write('packing-slip.txt', slip, 'text/plain; charset=utf-8');
});

function packingSlip({ orderId, customer, items, paymentId }: z.infer<typeof Parcel>): string {
  const lines = items.map(({ sku, quantity }) => `${String(quantity).padStart(4)} x ${sku}`);
  return [`Packing slip ${orderId}`, `For ${customer}`, '', ...lines, '', `Paid: ${paymentId}`, ''].join('\n');
}
