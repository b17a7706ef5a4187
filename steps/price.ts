import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';

/** Adds up the items. In cents, because money and binary fractions do not go together. */
export const price = defineStep('price', (input) => {
  const { items } = Order.pick({ items: true }).parse(input);
  const cents = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * Math.round(unitPrice * 100), 0);
  return { subtotal: cents / 100 };
});
