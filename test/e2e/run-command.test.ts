import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const order = {
  orderId: 'A-1',
  customer: 'Ada',
  items: [{ sku: 'mug', quantity: 1, unitPrice: 9.5 }],
  payment: { card: 'tok_declined' },
};

describe('the built hexdag run', () => {
  it('knows the errors of a TypeScript module, which brings its own copy of their classes', async () => {
    const args = ['dist/cli.mjs', 'run', 'pipelines/order-processing.yaml', '--steps', 'steps/index.ts', '--output', 'json'];
    const running = promisify(execFile)(process.execPath, [...args, '--input', JSON.stringify(order)]);

    const ended: unknown = await running.catch((error: unknown) => error);

    const { code, stdout } = ended as { code: number; stdout: string };
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { code: 'card_declined', retryable: false } });
  });
});
