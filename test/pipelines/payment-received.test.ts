import { expect, it } from 'vitest';
import { testPipeline } from '../../src/testing/test-pipeline.ts';

const file = 'pipelines/payment-received.yaml';

function payment(state: string) {
  return { orderId: 'A-1', paymentId: 'pay_1', amount: 49.9, state };
}

it('a payment that failed is settled later, and stays so', async () => {
  const pipeline = testPipeline({ file }, { steps: [] });

  const failed = await pipeline.start(payment('FAILED'));
  const settled = await pipeline.start(payment('SETTLED'));
  const late = await pipeline.start(payment('FAILED'));

  expect([failed.output, settled.output]).toEqual([
    { orderId: 'A-1', state: 'FAILED' },
    { orderId: 'A-1', state: 'SETTLED' },
  ]);
  expect(late).toMatchObject({ status: 'failed', error: { node: 'resolve' } });
});
