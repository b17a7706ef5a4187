import type { LintRule } from '../lint-rule.ts';

const SNAKE_CASE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/;

/** In an expression, `my-node.v` is `my` minus `node.v`: such a node cannot be referred to everywhere. */
export const nameStyle: LintRule = {
  code: 'name_style',
  severity: 'info',
  check: ({ nodes }) =>
    nodes
      .filter(({ node }) => !SNAKE_CASE.test(node.name))
      .map(({ node, name }) => ({
        position: name,
        message: `'${node.name}' is not snake_case.`,
        remedy: `Write ${snakeCase(node.name)}.`,
      })),
};

function snakeCase(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').split(/[^A-Za-z0-9]+/);
  const text = words
    .filter((word) => word !== '')
    .join('_')
    .toLowerCase();
  return /^[a-z]/.test(text) ? text : `node_${text}`;
}
