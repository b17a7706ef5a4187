import { childrenOf, type Node, type Target } from './ast.ts';

/** A root name that an expression or template reads. */
export interface NameUse {
  readonly name: string;
  readonly offset: number;
  /** The key read from it right away, as `total` in `order.total`. */
  readonly member?: string;
}

/** The names a tree takes from its scope; comprehension variables are not among them. */
export function namesInTree(node: Node, hidden: ReadonlySet<string> = new Set()): readonly NameUse[] {
  if (node.type === 'name') return hidden.has(node.name) ? [] : [{ name: node.name, offset: node.offset }];
  if (node.type === 'attribute' && node.object.type === 'name' && !hidden.has(node.object.name)) {
    return [{ name: node.object.name, offset: node.object.offset, member: node.name }];
  }
  if (node.type !== 'comprehension') return childrenOf(node).flatMap((child) => namesInTree(child, hidden));

  const uses: NameUse[] = [];
  let visible = hidden;
  for (const { target, source, conditions } of node.clauses) {
    uses.push(...namesInTree(source, visible));
    visible = new Set([...visible, ...targetNames(target)]);
    for (const condition of conditions) uses.push(...namesInTree(condition, visible));
  }
  for (const part of [node.item, node.value]) if (part !== undefined) uses.push(...namesInTree(part, visible));
  return uses;
}

function targetNames(target: Target): readonly string[] {
  return 'name' in target ? [target.name] : target.targets.flatMap(targetNames);
}
