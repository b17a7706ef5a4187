import { z } from 'zod';
import { PermanentError } from '../../src/nodes/errors.ts';
import type { StepContext } from '../../src/nodes/step-context.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import { csvLine } from './csv.ts';
import { Artifact } from './incoming-file.ts';
import { SALE_COLUMNS } from './sale.ts';

const Merge = z.object({
  parts: z.array(
    z.object({
      rows: z.int(),
      rejected: z.int(),
      amountCents: z.int(),
      sales: Artifact,
      rejects: Artifact.nullable(),
    }),
  ),
});

const CSV = 'text/csv; charset=utf-8';
const SALES_HEADER = csvLine([...SALE_COLUMNS, 'amount']);
const REJECTS_HEADER = csvLine(['line', 'code', 'reason', 'row']);

/** Puts the files of the chunks together, piece by piece, and adds up. */
export const merge = defineStep('sales.merge', async (input, context) => {
  const { parts } = Merge.parse(input);
  const sum = (numberOf: (part: (typeof parts)[number]) => number) => parts.reduce((total, part) => total + numberOf(part), 0);
  const rejected = sum((part) => part.rejected);
  const sales = parts.map((part) => part.sales.name);
  const rejects = parts.flatMap((part) => part.rejects?.name ?? []);
  return {
    rows: sum(({ rows }) => rows),
    sales: sum(({ rows }) => rows) - rejected,
    rejected,
    amount: sum(({ amountCents }) => amountCents) / 100,
    results: await context.artifacts.writeStream('sales.csv', joined(SALES_HEADER, sales, context), CSV),
    rejects: await context.artifacts.writeStream('rejects.csv', joined(REJECTS_HEADER, rejects, context), CSV),
  };
});

async function* joined(
  header: string,
  names: readonly string[],
  { artifacts, signal }: StepContext,
): AsyncGenerator<string | Uint8Array> {
  yield header;
  for (const name of names) {
    signal.throwIfAborted();
    const artifact = await artifacts.open(name);
    if (artifact === null) throw new PermanentError('artifact_missing', `The artifact ${name} of a chunk is not there any more.`);
    yield* artifact.content;
  }
}
