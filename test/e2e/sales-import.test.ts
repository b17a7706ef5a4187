import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../helpers/eventually.ts';
import { Stack } from './stack.ts';

const HEADER = 'sku,customer,quantity,unitPrice\n';

const Page = z.object({ runs: z.array(z.object({ runId: z.string(), pipeline: z.string(), status: z.string() })) });
const Artifact = z.object({ name: z.string() });
const Run = z.object({
  output: z.object({
    rows: z.int(),
    sales: z.int(),
    rejected: z.int(),
    amount: z.number(),
    results: Artifact,
    rejects: Artifact,
  }),
});

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({}, 'ignore');
  const incoming = stack.blobs.getContainerClient('incoming');
  await eventually(async () => expect(await incoming.exists()).toBe(true));
});

afterAll(async () => {
  await stack?.stop();
});

async function drop(name: string, content: string): Promise<void> {
  await stack.blobs
    .getContainerClient('incoming')
    .getBlockBlobClient(`sales/${name}`)
    .upload(content, Buffer.byteLength(content));
}

async function get(path: string): Promise<unknown> {
  return (await fetch(`${stack.ready.http}/api/${path}`)).json();
}

async function runs() {
  return Page.parse(await get('runs?limit=100')).runs.filter(({ pipeline }) => pipeline === 'sales-import');
}

async function textOf(name: string): Promise<string> {
  return (await stack.blobs.getContainerClient('artifacts').getBlobClient(name).downloadToBuffer()).toString('utf8');
}

describe('a file of sales that somebody drops', () => {
  it('BL16, BL17: becomes one run with results, rejects and totals', async () => {
    await drop('day.csv', `${HEADER}mug,=1+1,2,9.50\ntea,Bob,none,6\n`);

    await eventually(async () => expect(await runs()).toMatchObject([{ status: 'completed' }]));

    const [run] = await runs();
    const { output } = Run.parse(await get(`runs/${run?.runId}`));
    expect(output).toMatchObject({ rows: 2, sales: 1, rejected: 1, amount: 19 });
    expect(await textOf(output.results.name)).toBe("sku,customer,quantity,unitPrice,amount\nmug,'=1+1,2,9.5,19.00\n");
    expect(await textOf(output.rejects.name)).toContain('3,line_invalid,quantity: is no number');
  });

  it('goes on where it was when the host is killed', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `s${index},customer ${'x'.repeat(60)},1,1\n`);
    await drop('large.csv', HEADER + rows.join(''));
    const records = () =>
      stack.runs.items.query("SELECT c.id FROM c WHERE c.type = 'node' AND CONTAINS(c.node, 'check')").fetchAll();
    const before = (await records()).resources.length;
    await eventually(async () => expect((await records()).resources.length).toBeGreaterThan(before));

    await stack.kill('host');

    await eventually(async () => expect((await runs()).map(({ status }) => status)).toEqual(['completed', 'completed']));
    const documents = await Promise.all((await runs()).map(async ({ runId }) => Run.parse(await get(`runs/${runId}`)).output));
    expect(documents).toEqual(expect.arrayContaining([expect.objectContaining({ rows: 60_000, sales: 60_000, rejected: 0 })]));
  });

  it('BL17: ends the run at the line that is wrong, if the run is told to stop there', async () => {
    const sale = '{"sku":"mug","customer":"Ada","quantity":1,"unitPrice":1}';
    const content = `${sale}\n${sale}\n{"sku":\n${sale}\n`;
    await drop('broken.jsonl', content);
    const { etag } = await stack.blobs.getContainerClient('incoming').getBlobClient('sales/broken.jsonl').getProperties();
    const file = { connection: 'DATA', container: 'incoming', name: 'sales/broken.jsonl', etag, bytes: content.length };

    const response = await fetch(`${stack.ready.http}/api/pipelines/sales-import/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ file, bad_rows: 'stop' }),
    });
    const { runId } = z.object({ runId: z.string() }).parse(await response.json());

    const failed = { status: 'failed', error: { code: 'line_invalid', message: expect.stringContaining('Line 3 of') } };
    await eventually(async () => expect(await get(`runs/${runId}`)).toMatchObject(failed));
    const { nodes } = z.object({ nodes: z.array(z.object({ name: z.string() })) }).parse(await get(`runs/${runId}`));
    expect(nodes.map(({ name }) => name)).not.toContain('merge');
  });
});
