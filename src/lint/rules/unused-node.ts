import { parsePath } from '../../expression/path.ts';
import type { Plan } from '../../pipeline/plan.ts';
import type { LintedNode, LintRule } from '../lint-rule.ts';

/** Kinds with an effect whose result is all one asks them for. */
const ASKED_FOR_RESULT: ReadonlySet<string> = new Set(['llm_node', 'agent_node']);

/**
 * A node that does nothing but give a result which nobody reads. A pipeline without `output` is left alone, since its last results
 * are what people look at; so are steps, which may do something in the world.
 */
export const unusedNode: LintRule = {
  code: 'unused_node',
  severity: 'warning',
  check: ({ plan, nodes }) => {
    if (plan?.output === undefined) return [];
    const used = usedNodes(plan);
    return nodes.filter(isMeantForItsResult).flatMap(({ node, name }) => {
      if (used.has(node.name)) return [];
      const message = `Nobody uses the result of '${node.name}'.`;
      return [{ position: name, message, remedy: 'Remove it, or refer to it in a node or in the output.' }];
    });
  },
};

function isMeantForItsResult({ node, role, outer }: LintedNode): boolean {
  return outer && (role === 'pure' || ASKED_FOR_RESULT.has(node.kind));
}

function usedNodes({ nodes, output }: Plan): ReadonlySet<string> {
  const inOutput = Object.values(output ?? {}).flatMap((text) => parsePath(text)?.root ?? []);
  return new Set([...inOutput, ...nodes.flatMap(({ dependencies }) => dependencies)]);
}
