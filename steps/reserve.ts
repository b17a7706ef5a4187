import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';
import { callOutside } from './outside-world.ts';

const Reservation = Order.pick({ orderId: true, items: true });

/** Asks the warehouse to set the items aside. */
export const reserve = defineStep('reserve', async (input, context) => {
  const { orderId, items } = Reservation.parse(input);
  await callOutside('reserve', orderId, context);
  return { reservationId: `res-${orderId}`, units: items.reduce((sum, { quantity }) => sum + quantity, 0) };
});
