import type { LintRule } from '../lint-rule.ts';

/** Events get lost: a decision that nobody takes would keep its run open for ever. */
export const waitUnbounded: LintRule = {
  code: 'wait_unbounded',
  severity: 'warning',
  check: ({ nodes }) =>
    nodes
      .filter(({ role, spec }) => role === 'wait' && spec['timeout'] === undefined)
      .map(({ node, name }) => ({
        position: name,
        message: `'${node.name}' does not say how long it waits.`,
        remedy: "Write 'timeout', and 'on_timeout' for what happens then.",
      })),
};
