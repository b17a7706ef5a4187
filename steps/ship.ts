import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';
import { callOutside } from './outside-world.ts';

const Shipment = Order.pick({ orderId: true });

/** Hands the parcel to the carrier. */
export const ship = defineStep('ship', async (input, context) => {
  const { orderId } = Shipment.parse(input);
  await callOutside('ship', orderId, context);
  return { trackingCode: `trk-${orderId}` };
});
