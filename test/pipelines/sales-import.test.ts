import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineStep } from '../../src/nodes/steps.ts';
import { type PipelineTest, testPipeline } from '../../src/testing/test-pipeline.ts';
import { steps } from '../../steps/index.ts';

const file = 'pipelines/sales-import.yaml';
const HEADER = 'sku,customer,quantity,unitPrice\n';

const Output = z.object({
  rows: z.int(),
  sales: z.int(),
  rejected: z.int(),
  amount: z.number(),
  results: z.object({ name: z.string() }),
  rejects: z.object({ name: z.string() }),
});

function open(): PipelineTest {
  return testPipeline({ file }, { steps });
}

/** What a file comes to. */
async function imported(content: string | Uint8Array, name = 'sales.csv', more = {}) {
  const pipeline = open();
  const run = await pipeline.start({ file: pipeline.drop(`incoming/sales/${name}`, content), ...more });
  expect(run.error).toBeUndefined();
  const { results, rejects, ...totals } = Output.parse(run.output);
  return { totals, results: await pipeline.artifact(results.name), rejects: await pipeline.artifact(rejects.name), run };
}

describe('sales-import', () => {
  it('checks every row, and writes what is good, what is not, and why', async () => {
    const content = `${HEADER}mug,Ada,2,9.50\n,Ada,1,1\ntea,"Bob, jr.",1,6\npen,Cy,half,1\n`;

    const { totals, results, rejects } = await imported(content);

    expect(totals).toEqual({ rows: 4, sales: 2, rejected: 2, amount: 25 });
    expect(results).toBe('sku,customer,quantity,unitPrice,amount\nmug,Ada,2,9.5,19.00\ntea,"Bob, jr.",1,6,6.00\n');
    expect(rejects).toBe(
      'line,code,reason,row\n3,line_invalid,sku: is empty,",Ada,1,1"\n5,line_invalid,quantity: is no number,"pen,Cy,half,1"\n',
    );
  });

  it('comes to the same whatever the size of its chunks', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `s${index},"a\n""b"", c",${index % 7},1.25`);
    const content = `${HEADER}${rows.join('\r\n')}`;

    const whole = await imported(content);
    const cut = await Promise.all([1, 40, 333].map((chunk_bytes) => imported(content, 'sales.csv', { chunk_bytes })));

    expect(whole.totals).toMatchObject({ rows: 50, rejected: 8 });
    for (const one of cut) expect(one).toMatchObject({ totals: whole.totals, results: whole.results, rejects: whole.rejects });
    expect(cut[0]?.run.results['chunks']).toMatchObject({ metadata: { iterations: 50 } });
  });

  it('BL16: writes no cell that a spreadsheet would take for a formula', async () => {
    const cells = ['=HYPERLINK("http://x")', '+1+1', '-2+3', '@SUM(A1)', ' =1+1'];
    const content = HEADER + cells.map((cell) => `"${cell.replaceAll('"', '""')}",-5,1,2\n`).join('');

    const { totals, results } = await imported(content);

    expect(totals).toMatchObject({ sales: 5, rejected: 0 });
    const written = results?.split('\n').slice(1, -1) ?? [];
    expect(written[0]).toBe(`"'=HYPERLINK(""http://x"")",-5,1,2,2.00`);
    expect(written.every((line) => /^"?'/.test(line))).toBe(true);
  });

  it('BL17: lists line 3 of JSON lines that is broken, and goes on', async () => {
    const lines = ['{"sku":"a","quantity":1,"unitPrice":2}', '{"sku":"b","quantity":1,"unitPrice":2}', '{"sku":', '7', ''];

    const { totals, rejects } = await imported(lines.join('\n'), 'sales.jsonl');

    expect(totals).toEqual({ rows: 4, sales: 2, rejected: 2, amount: 4 });
    expect(rejects).toBe('line,code,reason,row\n3,line_invalid,is no JSON,"{""sku"":"\n4,line_invalid,is no JSON object,7\n');
  });

  it('BL17: stops at line 3 where it is told to, and leaves no results', async () => {
    const pipeline = open();
    const lines = ['{"sku":"a","quantity":1,"unitPrice":2}', '{"sku":"b","quantity":1,"unitPrice":2}', '{"sku":'];
    const dropped = pipeline.drop('incoming/sales/sales.jsonl', lines.join('\n'));

    const run = await pipeline.start({ file: dropped, bad_rows: 'stop' });

    expect(run).toMatchObject({ status: 'failed', error: { code: 'line_invalid', message: expect.stringContaining('Line 3') } });
    expect(Object.keys(run.results)).not.toContain('merge');
  });

  it('spoils no other row by a quote that is out of place', async () => {
    const content = `${HEADER}a"x,Ada,1,1\n"b"x,Ada,1,1\nc,Ada,1,1\n`;

    const { totals, rejects } = await imported(content);

    expect(totals).toMatchObject({ sales: 1, rejected: 2 });
    expect(rejects).toContain('2,line_invalid,INVALID_OPENING_QUOTE');
    expect(rejects).toContain('3,line_invalid,CSV_INVALID_CLOSING_QUOTE');
  });

  it('refuses a file without the columns it needs', async () => {
    const pipeline = open();

    const run = await pipeline.start({ file: pipeline.drop('incoming/sales/a.csv', 'a;b\n1;2\n') });

    expect(run).toMatchObject({ status: 'failed', error: { code: 'columns_invalid' } });
  });

  it('refuses a row that does not end, instead of holding it', async () => {
    const pipeline = open();

    const run = await pipeline.start({ file: pipeline.drop('incoming/sales/a.csv', `${HEADER}"${'x'.repeat(1_100_000)}`) });

    expect(run).toMatchObject({ status: 'failed', error: { code: 'line_invalid' } });
  });

  it('comes to nothing of a file with a header alone', async () => {
    const { totals, results } = await imported(HEADER);

    expect(totals).toEqual({ rows: 0, sales: 0, rejected: 0, amount: 0 });
    expect(results).toBe('sku,customer,quantity,unitPrice,amount\n');
  });

  it('fails when the file was written again, whose new version has a run of its own', async () => {
    const pipeline = open();
    const first = pipeline.drop('incoming/sales/a.csv', HEADER);
    pipeline.drop('incoming/sales/a.csv', `${HEADER}mug,Ada,2,9.50\n`);

    const run = await pipeline.start({ file: first });

    expect(run).toMatchObject({ status: 'failed', error: { code: 'blob_changed' } });
  });

  it('keeps the results of the chunks that are done when a later one fails for a while', async () => {
    const check = steps.find(({ name }) => name === 'sales.check');
    const attempts: number[] = [];
    const flaky = defineStep('sales.check', (input, context) => {
      attempts.push(context.attempt);
      if (attempts.length === 2) throw new Error('Away.');
      return check?.run(input, context);
    });
    const pipeline = testPipeline({ file }, { steps: [...steps, flaky] });
    const dropped = pipeline.drop('incoming/sales/a.csv', `${HEADER}a,Ada,1,1\nb,Ada,1,1\nc,Ada,1,1\n`);

    const run = await pipeline.start({ file: dropped, chunk_bytes: 1 });

    expect(run).toMatchObject({ status: 'completed', output: { sales: 3, amount: 3 } });
    expect(attempts.toSorted()).toEqual([1, 1, 1, 2]);
  });
});
