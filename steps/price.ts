import { defineStep } from '../src/nodes/steps.ts';
import { Order } from './order.ts';

const Priced = Order.pick({ items: true });

/** Adds up the items. In cents, because money and binary fractions do not go together. */
export const price = defineStep('price', (input) => {
  const { items } = Priced.parse(input);
  const cents = items.reduce((sum, { quantity, unitPrice }) => sum + quantity * Math.round(unitPrice * 100), 0);
  return { subtotal: cents / 100 };
});
