import { describe, expect, it } from 'vitest';
import { testPipeline } from '../../src/testing/test-pipeline.ts';

const steps = { two: () => 2, three: () => 3 };
const reducers = { product: (values: readonly unknown[]) => values.reduce<number>((result, value) => result * Number(value), 1) };

const merged = `
kind: Pipeline
metadata: { name: merged }
spec:
  nodes:
    - { kind: function_node, metadata: { name: a }, spec: { fn: two } }
    - { kind: function_node, metadata: { name: b }, spec: { fn: three }, dependencies: [] }
    - kind: expression_node
      metadata: { name: total }
      spec: { merge_strategy: reduce, reducer: product }
      dependencies: [a, b]
`;

describe('a reducer', () => {
  it('puts the results of an expression node together', async () => {
    const pipeline = testPipeline({ text: merged }, { steps, reducers });

    const run = await pipeline.start();

    expect(run.results).toMatchObject({ total: { result: 6 } });
  });

  it('can be a step only where a task calls it', async () => {
    const pipeline = testPipeline({ text: merged }, { steps: { ...steps, product: () => 6 } });

    const run = await pipeline.start();

    expect(run.diagnostics.map(({ code }) => code)).toContain('reducer_unknown');
  });

  it('puts the results of a loop together', async () => {
    const loop = `
kind: Pipeline
metadata: { name: loop }
spec:
  nodes:
    - kind: composite_node
      metadata: { name: loop }
      spec: { mode: times, count: 3, body: two, collect: reduce, reducer: product }
`;

    const run = await testPipeline({ text: loop }, { steps, reducers }).start();

    expect(run.results).toMatchObject({ loop: { result: 8 } });
  });
});
