import type { PlanNode } from '../../src/pipeline/plan.ts';
import { compileNodes, summary } from './catalog.ts';

/** The nodes of a pipeline that compiles without error. */
export function planned(nodes: readonly string[], rest = ''): readonly PlanNode[] {
  const { plan, diagnostics } = compileNodes(nodes, rest);
  if (plan === undefined) throw new Error(summary(diagnostics).join('; '));
  return plan.nodes;
}

/** Name → its dependencies, with awaited nodes in brackets. */
export function edgesOf(nodes: readonly PlanNode[] | undefined): Readonly<Record<string, string>> {
  const entries = (nodes ?? []).map(({ name, dependencies, waitFor }) => {
    return [name, [...dependencies, ...waitFor.map((other) => `(${other})`)].join(' ')] as const;
  });
  return Object.fromEntries(entries);
}

export function step(name: string, keys = '', spec = ''): string {
  return `{kind: function_node, metadata: {name: ${name}}, spec: {fn: show${spec}}${keys}}`;
}

export function computed(name: string, expressions: string, keys = ''): string {
  return `{kind: expression_node, metadata: {name: ${name}}, spec: {expressions: {${expressions}}}${keys}}`;
}

export function composite(name: string, spec: string, keys = ''): string {
  return `{kind: composite_node, metadata: {name: ${name}}, spec: {${spec}}${keys}}`;
}
