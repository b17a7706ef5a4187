import { childrenOf, type Node, type Shape } from './ast.ts';
import { ExpressionError } from './errors.ts';
import { MAX_TREE_DEPTH } from './limits.ts';

/** A node of the tree. @throws ExpressionError `depth_exceeded` */
export function makeNode(offset: number, shape: Shape): Node {
  const depth = 1 + childrenOf(shape).reduce((deepest, child) => Math.max(deepest, child.depth), 0);
  if (depth > MAX_TREE_DEPTH) {
    throw new ExpressionError('depth_exceeded', `The expression has more than ${MAX_TREE_DEPTH} levels; split it.`, offset);
  }
  return { offset, depth, ...shape };
}
