import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';
import { callOutside } from './outside-world.ts';

/** Asks the warehouse to set the items aside. */
export const reserve = defineStep('reserve', async (input, context) => {
  const { orderId, items } = Order.pick({ orderId: true, items: true }).parse(input);
  await callOutside('reserve', orderId, context);
  return { reservationId: `res-${orderId}`, units: items.reduce((sum, { quantity }) => sum + quantity, 0) };
});
