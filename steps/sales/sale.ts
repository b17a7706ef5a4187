import { z } from 'zod';

/** A row as the file has it: texts in CSV, whatever JSON has in JSON lines. */
export type Row = Readonly<Record<string, unknown>>;

const NUMBER = /^\s*-?\d+(\.\d+)?\s*$/;

const number = z.union([z.number(), z.string().regex(NUMBER).transform(Number)], 'is no number');

const Sale = z.object({
  sku: z.string().trim().min(1, 'is empty').max(64, 'has more than 64 characters'),
  customer: z.string().trim().max(200, 'has more than 200 characters').default(''),
  quantity: number.pipe(z.number().int('is no whole number').positive('is not above 0')),
  unitPrice: number.pipe(z.number().nonnegative('is below 0')),
});

/** What a file of sales has in each row. */
export const SALE_COLUMNS = ['sku', 'customer', 'quantity', 'unitPrice'] as const;
export const REQUIRED_COLUMNS: readonly string[] = ['sku', 'quantity', 'unitPrice'];

export interface CheckedSale {
  readonly sku: string;
  readonly customer: string;
  readonly quantity: number;
  readonly unitPrice: number;
  readonly amountCents: number;
}

/** A sale, or why the row is none: column and reason. In cents, because money and binary fractions do not go together. */
export function readSale(row: Row): CheckedSale | string {
  const parsed = Sale.safeParse(row);
  if (parsed.success) {
    const { quantity, unitPrice } = parsed.data;
    return { ...parsed.data, amountCents: quantity * Math.round(unitPrice * 100) };
  }
  return parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'row'}: ${message}`).join('; ');
}
