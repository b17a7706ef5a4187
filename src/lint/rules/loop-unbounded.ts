import type { LintRule } from '../lint-rule.ts';

/** A `while` that nobody bounded stops after the default number of turns, whether its work is done or not. */
export const loopUnbounded: LintRule = {
  code: 'loop_unbounded',
  severity: 'warning',
  check: ({ nodes }) =>
    nodes
      .filter(({ spec }) => spec['mode'] === 'while' && spec['max_iterations'] === undefined)
      .map(({ node, at }) => ({
        position: at(['mode']),
        message: `The loop '${node.name}' does not say after how many turns it stops; the default is 100.`,
        remedy: "Write 'max_iterations'.",
      })),
};
