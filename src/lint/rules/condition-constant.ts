import { constantCondition } from '../constant-condition.ts';
import type { LintRule } from '../lint-rule.ts';

/** A condition that decides nothing hides that the node always runs. */
export const conditionConstant: LintRule = {
  code: 'condition_constant',
  severity: 'warning',
  check: ({ nodes }) =>
    nodes
      .filter(({ node }) => constantCondition(node.when) === true)
      .map(({ node, at }) => ({
        position: at(['when']),
        message: `'${node.name}' always runs: '${node.when}' is always true.`,
        remedy: "Remove 'when', or compare with something that changes.",
      })),
};
