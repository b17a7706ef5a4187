import { describe, expect, it } from 'vitest';
import { steps } from '../../examples/steps/approval-flow.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';

const file = 'examples/pipelines/approval-flow.yaml';
const expense = { expense_id: 'E-1', amount: 80, submitter: 'Ada' };

describe('approval-flow', () => {
  it('waits for a decision, and acts on it', async () => {
    const pipeline = testPipeline({ file }, { steps });

    const waiting = await pipeline.start(expense);
    const run = await pipeline.deliver('expense:E-1:decision', { approved: true, by: 'Bob' });

    expect(waiting).toMatchObject({
      status: 'suspended',
      waiting: [{ node: 'decision', eventKey: 'expense:E-1:decision', timeoutSeconds: 259_200 }],
    });
    expect(run).toMatchObject({ status: 'completed', delivery: 'delivered', output: { escalation: null } });
  });

  it('escalates when nobody decides', async () => {
    const pipeline = testPipeline({ file }, { steps });

    await pipeline.start(expense);
    const run = await pipeline.advance('3d');

    expect(run.output).toEqual({ settled: null, escalation: 'Nobody has decided about E-1' });
  });

  it('tells somebody that a decision is wanted', async () => {
    const told: string[] = [];
    const notification = { notify: async (message: string) => void told.push(message) };

    await testPipeline({ file }, { steps, ports: { notification } }).start(expense);

    expect(told).toEqual(['Ada asks for 80 (E-1)']);
  });
});
