import { describe, expect, it } from 'vitest';
import { costPerOrder } from '../../bench/cost.ts';

const BEFORE = {
  counters: {
    serviceBus: { sends: 10, deliveries: 10, settlements: 10, commits: 5 },
    cosmos: { requests: 4, commits: 1 },
    blob: {},
    host: {},
  },
  storesCpuMs: 100,
  hostCpuMs: 200,
  clientCpuMs: 10,
};

describe('the cost of an order', () => {
  it('is what was spent in between, divided by the orders', () => {
    const after = {
      counters: {
        serviceBus: { sends: 20, deliveries: 20, settlements: 20, commits: 15 },
        cosmos: { requests: 24, requestUnits: 50, commits: 11 },
        blob: { commits: 10 },
        host: { 'DurableTask.commits': 20, 'DurableTask.actions': 40 },
      },
      storesCpuMs: 150,
      hostCpuMs: 280,
      clientCpuMs: 20,
    };

    const cost = costPerOrder(BEFORE, after, 10);

    expect(cost).toEqual({
      storesCpuMs: 5,
      hostCpuMs: 8,
      clientCpuMs: 1,
      cosmosRequests: 2,
      requestUnits: 5,
      serviceBusOperations: 3,
      durableActions: 4,
      durableCommits: 2,
      flushes: 5,
    });
  });

  it('leaves the CPU open where the kernel does not tell', () => {
    const cost = costPerOrder({ ...BEFORE, hostCpuMs: undefined }, BEFORE, 1);

    expect(cost.hostCpuMs).toBeNull();
  });
});
