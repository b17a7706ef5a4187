import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { PermanentError } from '../../src/nodes/errors.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import { ChunkCutter } from './chunks.ts';
import { IncomingFile } from './incoming-file.ts';
import type { Format } from './row-scanner.ts';
import { REQUIRED_COLUMNS } from './sale.ts';

const Split = z.object({ file: IncomingFile, chunkBytes: z.int().positive().nullish() });

const CHUNK_BYTES = 1024 * 1024;
/** A loop takes 10,000 items. */
const MAX_CHUNKS = 5_000;
const MAX_HEADER_BYTES = 64 * 1024;

/** Cuts the file into chunks, reading it once from end to end and keeping nothing of it. */
export const split = defineStep('sales.split', async (input, context) => {
  const { file, chunkBytes } = Split.parse(input);
  const format: Format = /\.(jsonl|ndjson)$/i.test(file.name) ? 'jsonl' : 'csv';
  const size = Math.max(chunkBytes ?? CHUNK_BYTES, Math.ceil(file.bytes / MAX_CHUNKS));
  const cutter = new ChunkCutter(format, size);
  let header = format === 'csv' ? Buffer.alloc(0) : undefined;
  let columns: readonly string[] = [];
  for await (const piece of await context.incoming.open(file)) {
    context.signal.throwIfAborted();
    if (header === undefined) {
      cutter.add(piece);
      continue;
    }
    header = Buffer.concat([header, piece]);
    const end = header.indexOf('\n') + 1;
    if (end === 0 && header.length < MAX_HEADER_BYTES) continue;
    columns = readColumns(header.subarray(0, end));
    cutter.add(header.subarray(0, end));
    cutter.skip();
    cutter.add(header.subarray(end));
    header = undefined;
  }
  if (header !== undefined) columns = readColumns(header);
  return { format, columns, chunks: cutter.end() };
});

function readColumns(header: Uint8Array): readonly string[] {
  const [names = []]: string[][] = parse(Buffer.from(header), { bom: true, trim: true, relax_quotes: true });
  const missing = REQUIRED_COLUMNS.filter((name) => !names.includes(name));
  if (missing.length === 0 && new Set(names).size === names.length) return names;
  const fault = missing.length > 0 ? `lacks the columns ${missing.join(', ')}` : 'has a column twice';
  throw new PermanentError('columns_invalid', `The file's first line ${fault}; it names its columns there.`);
}
