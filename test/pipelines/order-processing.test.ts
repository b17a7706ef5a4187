import { describe, expect, it } from 'vitest';
import { defineStep } from '../../src/nodes/steps.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { steps } from '../../steps/index.ts';

const file = 'pipelines/order-processing.yaml';

function order(card = 'tok_visa', more = {}) {
  const items = [
    { sku: 'mug', quantity: 2, unitPrice: 9.5 },
    { sku: 'tea', quantity: 1, unitPrice: 6 },
  ];
  return { orderId: 'A-1', customer: 'Ada', items, payment: { card }, ...more };
}

describe('order-processing', () => {
  it('charges the sum with shipping, and sends the parcel', async () => {
    const pipeline = testPipeline({ file }, { steps });

    const run = await pipeline.start(order());

    expect(run.status).toBe('completed');
    expect(run.results).toMatchObject({ total: { shipping: 4.9, amount: 29.9 }, charge: { amount: 29.9 } });
    expect(run.output).toMatchObject({ paymentId: 'pay-A-1', amount: 29.9, trackingCode: 'trk-A-1' });
  });

  it('sends nothing when the card is declined', async () => {
    const run = await testPipeline({ file }, { steps }).start(order('tok_declined'));

    expect(run).toMatchObject({ status: 'failed', error: { node: 'charge', code: 'card_declined' } });
    expect(Object.keys(run.results)).not.toContain('ship');
  });

  it('asks a payment provider that is away again, and charges once', async () => {
    const pipeline = testPipeline({ file }, { steps });
    const begun = pipeline.now.getTime();

    const run = await pipeline.start(order('tok_flaky_2'));

    expect(run).toMatchObject({ status: 'completed', results: { charge: { paymentId: 'pay-A-1' } } });
    expect(pipeline.now.getTime() - begun).toBeGreaterThanOrEqual(200 + 400);
  });

  it('fails when the provider stays away', async () => {
    const run = await testPipeline({ file }, { steps }).start(order('tok_flaky_9'));

    expect(run).toMatchObject({ status: 'failed', error: { node: 'charge', code: 'payment_provider_unavailable' } });
  });

  it('ships nothing that is downloaded', async () => {
    const run = await testPipeline({ file }, { steps }).start(order('tok_visa', { digital: true }));

    expect(run.results).toMatchObject({ pack: { _skipped: true }, ship: { _skipped: true, _upstream_skipped: true } });
    expect(run.output).toMatchObject({ paymentId: 'pay-A-1', trackingCode: null });
  });

  it('keeps what it has done before the warehouse is found empty', async () => {
    const reserve = defineStep('reserve', () => {
      throw new Error('Nothing left.');
    });

    const run = await testPipeline({ file }, { steps: [...steps, reserve] }).start(order());

    expect(run).toMatchObject({ status: 'failed', error: { node: 'reserve' }, results: { price: { subtotal: 25 } } });
  });

  it('refuses an order without items before anything is done', async () => {
    const run = await testPipeline({ file }, { steps }).start(order('tok_visa', { items: [] }));

    expect(run).toMatchObject({ status: 'invalid', error: { code: 'schema_violation' }, results: {} });
    expect(run.diagnostics).toMatchObject([{ file, position: { line: 9 } }]);
  });
});
