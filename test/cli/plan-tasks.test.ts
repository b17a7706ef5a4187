import { describe, expect, it } from 'vitest';
import { viewPlan } from '../../src/cli/plan/plan-view.ts';
import type { PlanNode } from '../../src/pipeline/plan.ts';
import { DurableRuns } from '../run/durable-runs.ts';
import { kinds, node, plan } from '../run/plans.ts';

const pure = { kind: 'echo' };

const SHAPES: readonly (readonly [string, readonly PlanNode[], number])[] = [
  ['one node', [node('a')], 1],
  ['data alone', [node('a', [], pure), node('b', ['a'], pure)], 1],
  ['a chain', [node('a'), node('b', ['a'], pure), node('c', ['b'])], 1],
  ['several roots', [node('a'), node('b'), node('c', ['a', 'b'])], 4],
  ['a diamond', [node('a'), node('b', ['a']), node('c', ['a']), node('d', ['b', 'c'])], 4],
  ['tails side by side', [node('a'), node('b', ['a']), node('c', ['a'])], 4],
  [
    'chains side by side',
    [node('a'), node('b', ['a']), node('c', ['b']), node('d', ['a']), node('e', ['c', 'd'], pure), node('f', ['e'])],
    4,
  ],
  ['a node that could outlast the function', [node('a'), node('b', ['a'], { timeoutMs: 9 * 60_000 })], 2],
];

describe('the activities that a plan is said to take', () => {
  it.each(SHAPES)('are those that a run takes: %s', async (_, nodes, expected) => {
    const runs = new DurableRuns();
    await runs.open();

    await runs.start(plan(...nodes));
    const { status } = await runs.ended();

    await runs.close();
    expect(status).toBe('Completed');
    expect(runs.tasks).toHaveLength(expected);
    expect(viewPlan(plan(...nodes), kinds()).cost.activities).toBe(expected);
  });

  it('begin anew after a wait and after a child run', () => {
    const nodes = [
      node('a'),
      node('approval', ['a'], { kind: 'wait' }),
      node('b', ['approval']),
      node('other', ['b'], { kind: 'pipeline_node' }),
    ];

    const { activities, cost } = viewPlan(plan(...nodes), kinds());

    expect(activities).toEqual([['a', 'approval'], ['approval', 'b', 'other'], ['other']]);
    expect(cost).toEqual({ activities: 3, documents: 5, writes: 6 });
  });

  it('go on through graphs within nodes, and past a child run that is not waited for', () => {
    const nodes = [
      node('a'),
      node('each', ['a'], { kind: 'composite' }),
      node('b', ['each'], { kind: 'pipeline_node', spec: { wait: false } }),
      node('c', ['b']),
    ];

    const { activities } = viewPlan(plan(...nodes), kinds());

    expect(activities).toEqual([['a', 'b'], ['c']]);
  });
});
