import { z } from 'zod';

/** An order as the backend puts it on the queue. */
export const Order = z.object({
  orderId: z.string(),
  customer: z.string(),
  digital: z.boolean().default(false),
  items: z.array(z.object({ sku: z.string(), quantity: z.int().positive(), unitPrice: z.number().nonnegative() })),
  payment: z.object({ card: z.string() }),
});
