import type { Plan, PlanBody, PlanNode } from '../pipeline/plan.ts';
import { readCompositeSpec } from './composite-spec.ts';
import { isWithin, REDUCER } from './node-path.ts';

/**
 * Of what is known of a run, what a task for the node needs: not what other items of a loop have come to, if its items run side
 * by side. Without this each task of a loop would carry the results of all items before it.
 */
export function relevantTo<Known extends { readonly node: string }>(
  node: string | null,
  known: readonly Known[],
  plan: Plan | undefined,
): readonly Known[] {
  const loops = node === null || plan === undefined ? [] : sharedLoops(node, plan.nodes);
  if (loops.length === 0) return known;
  return known.filter(({ node: path }) =>
    loops.every(({ loop, item }) => path === loop || !isWithin(path, loop) || isWithin(path, item)),
  );
}

interface SharedLoop {
  readonly loop: string;
  /** The body that the node is in. */
  readonly item: string;
}

/** The loops around the node whose items run side by side, from the outside in. */
function sharedLoops(path: string, nodes: readonly PlanNode[]): SharedLoop[] {
  const loops: SharedLoop[] = [];
  let inner: readonly PlanNode[] = nodes;
  let prefix = '';
  for (const segment of path.split('.').slice(0, -1)) {
    const [, name = '', key = ''] = /^([^[~]+)(?:~\d+)?\[([^\]]*)\]$/.exec(segment) ?? [];
    const composite = inner.find((node) => node.name === name);
    if (composite === undefined) return loops;
    // The reducer sees what all items have come to.
    if (key !== REDUCER && readCompositeSpec(composite.spec).concurrency > 1)
      loops.push({ loop: prefix + name, item: prefix + segment });
    prefix += `${segment}.`;
    inner = bodyOf(composite, key)?.nodes ?? [];
  }
  return loops;
}

function bodyOf({ bodies }: PlanNode, key: string): PlanBody | undefined {
  return bodies?.['body'] ?? bodies?.[key];
}
