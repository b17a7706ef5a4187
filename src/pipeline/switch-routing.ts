import { isReadableName } from '../expression/path.ts';
import { entriesOf } from './check-dependencies.ts';
import type { CompiledNode } from './compile-node.ts';
import { didYouMean } from './near-match.ts';
import type { GraphParts } from './place-items.ts';

/** Which switches route to which nodes. */
export interface Routing {
  routersOf(node: string): readonly string[];
  /** `when` of the node with what its switches add to it. */
  conditionOf(node: string, when: string | undefined): string | undefined;
}

/** A switch that routes downstream makes each of its targets depend on it and on its choice. */
export function routingOf(graph: GraphParts): Routing {
  /** Target → router → the label it is chosen by. */
  const routes = new Map<string, Map<string, string>>();
  for (const { node } of graph.parts.values()) {
    for (const { target, path } of node.routes) {
      if (!isTarget(node, target, path, graph)) continue;
      for (const entry of entriesOf(target, graph.instances)) {
        const routers = routes.get(entry) ?? new Map<string, string>();
        routes.set(entry, routers.set(node.envelope.name, target));
      }
    }
  }
  return {
    routersOf: (node) => [...(routes.get(node)?.keys() ?? [])],
    conditionOf: (node, when) =>
      [...(routes.get(node) ?? [])].reduce<string | undefined>((condition, [router, target]) => {
        const chosen = `${router}.result == '${target}'`;
        return condition === undefined ? chosen : `(${condition}) and (${chosen})`;
      }, when),
  };
}

function isTarget(
  { envelope }: CompiledNode,
  target: string,
  path: readonly (string | number)[],
  { names, outer }: GraphParts,
): boolean {
  const place = envelope.specPath(path);
  if (!names.has(target) || target === envelope.name) {
    const where = outer.has(target) ? 'the same body' : 'this pipeline';
    const remedy = didYouMean(target, names) ?? `Name another node of ${where}, or remove 'route_downstream'.`;
    envelope.report.error(place, { code: 'switch_target_unknown', message: `There is no node '${target}' to route to.`, remedy });
    return false;
  }
  if (isReadableName(envelope.name)) return true;
  const message = `'${envelope.name}' cannot route: its targets read its result by name, and the name is none that texts can read.`;
  const remedy = "Rename it: letters, digits and '_', not beginning with a digit.";
  envelope.report.error([...envelope.path, 'metadata', 'name'], { code: 'name_unreadable', message, remedy });
  return false;
}
