import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Stack } from '../e2e/stack.ts';

const ROW = `sku,${'x'.repeat(195)},2,1.25\n`;
const PIECE_ROWS = 5_000;
const FILE_BYTES = 200_000_000;
/** What a run may need besides what the host needs anyway. Most of it is garbage that waits for its collection. */
const MAX_GROWTH_KIB = 200 * 1024;
const PATIENCE = { timeout: 500_000, interval: 500 };

const Page = z.object({ runs: z.array(z.object({ runId: z.string(), status: z.string() })) });
const Run = z.object({ output: z.object({ rows: z.int(), sales: z.int(), results: z.object({ bytes: z.int() }) }) });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({}, 'ignore');
  const incoming = stack.blobs.getContainerClient('incoming');
  await vi.waitFor(async () => expect(await incoming.exists()).toBe(true), PATIENCE);
});

afterAll(async () => {
  await stack?.stop();
});

function* rows(count: number): Generator<Buffer> {
  yield Buffer.from('sku,customer,quantity,unitPrice\n');
  const piece = Buffer.from(ROW.repeat(PIECE_ROWS));
  for (let sent = 0; sent < count; sent += PIECE_ROWS) yield piece;
}

/** Drops so many rows, and waits for what comes of them. */
async function imported(name: string, count: number): Promise<z.infer<typeof Run>['output']> {
  const blob = stack.blobs.getContainerClient('incoming').getBlockBlobClient(`sales/${name}`);
  const before = (await page()).length;
  await blob.uploadStream(Readable.from(rows(count)));
  await vi.waitFor(async () => {
    const runs = await page();
    expect(runs.filter(({ status }) => status === 'completed')).toHaveLength(before + 1);
  }, PATIENCE);
  const [newest] = await page();
  return Run.parse(await (await fetch(`${stack.ready.http}/api/runs/${newest?.runId}`)).json()).output;
}

async function page() {
  return Page.parse(await (await fetch(`${stack.ready.http}/api/runs`)).json()).runs;
}

/** The most memory that the host has ever had. */
async function peakKib(): Promise<number> {
  const { host } = await stack.status();
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${host.pid}/status`, 'utf8'))?.[1]);
}

describe('a file of 200 MB', () => {
  it('is imported with memory that stays flat', async () => {
    const count = Math.ceil(FILE_BYTES / ROW.length / PIECE_ROWS) * PIECE_ROWS;
    await imported('small.csv', 10 * PIECE_ROWS);
    const before = await peakKib();
    const began = performance.now();

    const output = await imported('large.csv', count);

    const growth = (await peakKib()) - before;
    const seconds = Math.round((performance.now() - began) / 1000);
    console.log(
      `${count} rows in ${seconds} s; the host grew by ${Math.round(growth / 1024)} MiB above ${Math.round(before / 1024)} MiB`,
    );
    expect(output).toMatchObject({ rows: count, sales: count });
    expect(output.results.bytes).toBeGreaterThan(FILE_BYTES);
    expect(growth).toBeLessThan(MAX_GROWTH_KIB);
  });
});
