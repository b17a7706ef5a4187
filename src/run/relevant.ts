import type { Plan, PlanNode } from '../pipeline/plan.ts';
import { readCompositeSpec } from './composite-spec.ts';
import { type BodyAround, bodiesAround, isWithin, REDUCER } from './node-path.ts';

/**
 * Of what is known of a run, what a task for the node needs: not what other items of a loop have come to, if its items run side
 * by side. Without this each task of a loop would carry the results of all items before it.
 */
export function relevantTo<Known extends { readonly node: string }>(
  node: string | null,
  known: readonly Known[],
  plan: Plan | undefined,
): readonly Known[] {
  const items = node === null || plan === undefined ? [] : sharedItems(node, plan.nodes);
  if (items.length === 0) return known;
  return known.filter(({ node: path }) =>
    items.every(({ composite, body }) => path === composite || !isWithin(path, composite) || isWithin(path, body)),
  );
}

/** The bodies of loops whose items run side by side that the node is in. */
function sharedItems(path: string, nodes: readonly PlanNode[]): BodyAround[] {
  const shared: BodyAround[] = [];
  let inner = nodes;
  for (const around of bodiesAround(path)) {
    const composite = inner.find(({ name }) => name === around.name);
    if (composite === undefined) break;
    // The reducer sees what all items have come to.
    if (around.key !== REDUCER && readCompositeSpec(composite.spec).concurrency > 1) shared.push(around);
    inner = composite.bodies?.['body']?.nodes ?? composite.bodies?.[around.key]?.nodes ?? [];
  }
  return shared;
}
