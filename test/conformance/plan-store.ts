import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { PlanStore } from '../../src/ports/plan-store.ts';

export const plan: Plan = {
  format: 1,
  pipeline: 'orders',
  nodes: [
    {
      name: 'charge',
      kind: 'function_node',
      dependencies: ['total'],
      waitFor: [],
      when: 'total > 0',
      critical: false,
      requiredInputs: [],
      inputMapping: { amount: 'total.value', nested: { list: [1, null, 'x'] } },
      strictMapping: false,
      timeoutMs: 60_000,
      retry: { maxAttempts: 3, delayMs: 1_000, backoff: 2, maxDelayMs: 60_000 },
      onlyOnError: false,
      spec: { fn: 'charge' },
    },
  ],
  output: { total: 'charge.total' },
  inputSchema: { type: 'object' },
};

/** What every plan store promises. */
export function testPlanStore(open: () => PlanStore): void {
  it('gives back the plan that was saved', async () => {
    const store = open();
    const hash = randomUUID();

    await store.save(hash, plan);
    const loaded = await store.load(hash);

    expect(loaded).toEqual(plan);
  });

  it('keeps the first plan of a hash', async () => {
    const store = open();
    const hash = randomUUID();
    await store.save(hash, plan);

    await store.save(hash, { ...plan, pipeline: 'another' });

    expect(await store.load(hash)).toEqual(plan);
  });

  it('knows nothing of a hash nobody saved', async () => {
    const store = open();

    const loaded = await store.load(randomUUID());

    expect(loaded).toBeNull();
  });
}
