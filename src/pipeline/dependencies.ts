/** What decides a node's place in the graph. */
export interface GraphNode {
  readonly name: string;
  /** As declared; undefined if the key is absent, which is not the same as an empty list. */
  readonly dependencies: readonly string[] | undefined;
  /** Nodes whose data its texts read, in order of appearance. */
  readonly inferred: readonly string[];
  readonly waitFor: readonly string[];
  /** What it follows if it declares, reads and awaits nothing. */
  readonly previous: readonly string[];
  readonly onError: string | undefined;
  readonly onTimeout: string | undefined;
  /** Switches that route to it. */
  readonly routers: readonly string[];
}

export interface GraphPlace {
  readonly dependencies: readonly string[];
  /** Only for order; never a dependency at the same time. */
  readonly waitFor: readonly string[];
  /** Nodes whose failure it handles. */
  readonly handles: readonly string[];
  /** Nodes whose vain wait it handles. */
  readonly handlesTimeout: readonly string[];
}

/**
 * Where each node stands: after what it declares and reads; after the node before it in the document if it declares, reads and
 * awaits nothing; after the switches that route to it; and after the nodes whose failure or timeout it handles.
 */
export function placeNodes(nodes: readonly GraphNode[]): ReadonlyMap<string, GraphPlace> {
  const failures = handledBy(nodes, ({ onError }) => onError);
  const timeouts = handledBy(nodes, ({ onTimeout }) => onTimeout);
  return new Map(
    nodes.map((node) => {
      const handles = failures.get(node.name) ?? [];
      const handlesTimeout = timeouts.get(node.name) ?? [];
      const dependencies = [...new Set([...dataDependencies(node), ...node.routers, ...handles, ...handlesTimeout])];
      const waitFor = [...new Set(node.waitFor)].filter((name) => !dependencies.includes(name));
      return [node.name, { dependencies, waitFor, handles, handlesTimeout }];
    }),
  );
}

/** The nodes whose data a node is given. */
export function dataDependencies(node: Omit<GraphNode, 'onError' | 'onTimeout' | 'routers'>): readonly string[] {
  if (node.dependencies !== undefined) return [...new Set([...node.dependencies, ...node.inferred])];
  return node.inferred.length > 0 || node.waitFor.length > 0 ? node.inferred : node.previous;
}

/** Handler → the nodes that name it. */
function handledBy(
  nodes: readonly GraphNode[],
  handlerOf: (node: GraphNode) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const handled = new Map<string, string[]>();
  for (const node of nodes) {
    const handler = handlerOf(node);
    if (handler === undefined || handler === node.name) continue;
    const names = handled.get(handler);
    if (names === undefined) handled.set(handler, [node.name]);
    else names.push(node.name);
  }
  return handled;
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
