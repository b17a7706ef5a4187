import { PermanentError } from '../src/nodes/errors.ts';
import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';

/** What the schema cannot say: no article twice. */
export const validate = defineStep('validate', (input) => {
  const order = Order.parse(input);
  const skus = order.items.map(({ sku }) => sku);
  const repeated = skus.find((sku, index) => skus.indexOf(sku) !== index);
  if (repeated !== undefined) {
    throw new PermanentError('order_item_repeated', `Order ${order.orderId} lists ${repeated} twice; add the quantities up.`);
  }
  return { orderId: order.orderId, digital: order.digital, itemCount: skus.length };
});
