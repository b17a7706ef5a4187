/** What decides a node's place in the graph. */
export interface GraphNode {
  readonly name: string;
  /** As declared; undefined if the key is absent, which is not the same as an empty list. */
  readonly dependencies: readonly string[] | undefined;
  /** Nodes whose data its texts read, in order of appearance. */
  readonly inferred: readonly string[];
  readonly waitFor: readonly string[];
  readonly onError: string | undefined;
}

export interface GraphPlace {
  readonly dependencies: readonly string[];
  /** Only for order; never a dependency at the same time. */
  readonly waitFor: readonly string[];
  /** Nodes whose failure it handles. */
  readonly handles: readonly string[];
}

/**
 * Where each node stands: after what it declares and reads; after the node before it in the document if it declares, reads and
 * awaits nothing; and after the nodes whose failure it handles.
 */
export function placeNodes(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphPlace> {
  const places = new Map<string, GraphPlace>();
  const handled = new Map<string, string[]>();
  for (const { name, onError } of nodes) {
    if (onError !== undefined && onError !== name) handled.set(onError, [...(handled.get(onError) ?? []), name]);
  }
  for (const [index, node] of nodes.entries()) {
    const handles = handled.get(node.name) ?? [];
    const dependencies = [...new Set([...dataDependencies(node, nodes[index - 1]), ...handles])];
    const waitFor = [...new Set(node.waitFor)].filter((name) => !dependencies.includes(name));
    places.set(node.name, { dependencies, waitFor, handles });
  }
  return places;
}

function dataDependencies(node: GraphNode, previous: GraphNode | undefined): readonly string[] {
  if (node.dependencies !== undefined) return [...node.dependencies, ...node.inferred];
  if (node.inferred.length > 0 || node.waitFor.length > 0) return node.inferred;
  return previous === undefined ? [] : [previous.name];
}

/** The cycles of a graph, each as the names on the way and the first one again: `a, b, c, a`. One for each knot of nodes. */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const cycles: (readonly string[])[] = [];
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const cycle = findCycleFrom(start, graph, done);
    if (cycle !== undefined) cycles.push(startingFirst(cycle, [...graph.keys()]));
  }
  return cycles;
}

/** Depth first, without recursion: a chain may be as long as a pipeline may have nodes. */
function findCycleFrom(
  start: string,
  graph: ReadonlyMap<string, readonly string[]>,
  done: Set<string>,
): readonly string[] | undefined {
  const path: string[] = [];
  const onPath = new Set<string>();
  const stack: { readonly node: string; readonly leave: boolean }[] = [{ node: start, leave: false }];
  let cycle: readonly string[] | undefined;
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { node, leave } = step;
    if (leave) {
      path.pop();
      onPath.delete(node);
      done.add(node);
    } else if (onPath.has(node)) {
      cycle ??= path.slice(path.indexOf(node));
    } else if (!done.has(node)) {
      path.push(node);
      onPath.add(node);
      stack.push({ node, leave: true });
      for (const next of graph.get(node) ?? []) stack.push({ node: next, leave: false });
    }
  }
  return cycle;
}

/** Turned so that it begins with the node that stands first in the document, and told in the direction of the data. */
function startingFirst(cycle: readonly string[], order: readonly string[]): readonly string[] {
  const first = order.find((name) => cycle.includes(name)) ?? '';
  const at = cycle.indexOf(first);
  return [...cycle.slice(at), ...cycle.slice(0, at), first];
}
