import type { PlanNode } from '../pipeline/plan.ts';

/** Whether a node, at any depth, may start a run of another pipeline. */
export function startsRuns(nodes: readonly PlanNode[]): boolean {
  return nodes.some(
    ({ kind, bodies = {} }) => kind === 'pipeline_node' || Object.values(bodies).some((body) => startsRuns(body.nodes)),
  );
}
