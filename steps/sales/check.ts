import type { Readable } from 'node:stream';
import { z } from 'zod';
import { PermanentError } from '../../src/nodes/errors.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import { csvLine } from './csv.ts';
import { IncomingFile } from './incoming-file.ts';
import { type ReadRow, readRows } from './rows.ts';
import { type CheckedSale, readSale } from './sale.ts';

const Check = z.object({
  file: IncomingFile,
  format: z.enum(['csv', 'jsonl']),
  columns: z.array(z.string()),
  badRows: z.enum(['skip', 'stop']).nullish(),
  chunk: z.object({ index: z.int(), start: z.int(), end: z.int(), firstLine: z.int() }),
});

const CSV = 'text/csv; charset=utf-8';

/** Checks the rows of one chunk, and writes what is good and what is not to files without headers. */
export const check = defineStep('sales.check', async (input, { incoming, artifacts, signal }) => {
  const { file, format, columns, badRows, chunk } = Check.parse(input);
  let sales = '';
  let rejects = '';
  const totals = { rows: 0, rejected: 0, amountCents: 0 };
  const part = await bytesOf(await incoming.open(file, chunk));
  for (const row of readRows(part, format, columns, chunk.firstLine)) {
    signal.throwIfAborted();
    totals.rows += 1;
    const sale = 'reason' in row ? row.reason : readSale(row.row);
    if (typeof sale !== 'string') {
      sales += saleLine(sale);
      totals.amountCents += sale.amountCents;
      continue;
    }
    if (badRows === 'stop') throw new PermanentError('line_invalid', `Line ${row.line} of ${file.name}: ${sale}.`);
    rejects += rejectLine(row, sale);
    totals.rejected += 1;
  }
  return {
    ...totals,
    sales: await artifacts.write('sales.csv', sales, CSV),
    rejects: rejects === '' ? null : await artifacts.write('rejects.csv', rejects, CSV),
  };
});

/** A chunk is small enough to be held. */
async function bytesOf(part: Readable): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of part) pieces.push(piece);
  return Buffer.concat(pieces);
}

function saleLine({ sku, customer, quantity, unitPrice, amountCents }: CheckedSale): string {
  return csvLine([sku, customer, quantity, unitPrice, (amountCents / 100).toFixed(2)]);
}

function rejectLine({ line, raw }: ReadRow, reason: string): string {
  return csvLine([line, 'line_invalid', reason, raw]);
}
