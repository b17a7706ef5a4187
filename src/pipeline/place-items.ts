import { checkPlaces, declaredDependencies, entriesOf } from './check-dependencies.ts';
import type { CompiledNode } from './compile-node.ts';
import { dataDependencies, type GraphNode, type GraphPlace, placeNodes } from './dependencies.ts';
import type { CommonSpec } from './document-schema.ts';
import type { Envelope } from './envelope.ts';
import { type GraphItem, nodesOf } from './graph-items.ts';
import { endsOf, exitsOf, type Instance } from './macro-instance.ts';
import type { PlanBody } from './plan.ts';
import { type Routing, routingOf } from './switch-routing.ts';

/** A compiled node (or invocation) with its inner graphs. */
export interface NodePart {
  readonly node: CompiledNode;
  readonly bodies: Readonly<Record<string, PlanBody>> | undefined;
  /** Names that its texts and those of its inner graphs read, in order of appearance. */
  readonly reads: readonly string[];
}

export interface PlacedNode {
  readonly part: NodePart;
  readonly place: GraphPlace;
  readonly when: string | undefined;
  readonly onError: string | undefined;
  readonly onTimeout: string | undefined;
}

export interface GraphParts {
  readonly parts: ReadonlyMap<Envelope, NodePart>;
  readonly names: ReadonlySet<string>;
  readonly instances: ReadonlyMap<string, Instance>;
  /** Names of nodes of the graphs around this one. */
  readonly outer: ReadonlySet<string>;
}

/** What the invocation of a macro hands on to the nodes it stands for. */
interface Call {
  readonly dependencies: readonly string[];
  readonly waitFor: readonly string[];
  readonly common: CommonSpec;
}

/** The nodes of a graph in document order, each with its place; macro invocations are replaced by their nodes. */
export function placeItems(items: readonly GraphItem[], graph: GraphParts): readonly PlacedNode[] {
  const routing = routingOf(graph);
  const placing = new Placing(graph, routing);
  placing.add(items, undefined);
  const places = placeNodes(placing.nodes);
  return placing.parts.map((part, index) => {
    const { name = '', onError, onTimeout } = placing.nodes[index] ?? {};
    const place = places.get(name) ?? { dependencies: [], waitFor: [], handles: [], handlesTimeout: [] };
    return { part, place, when: routing.conditionOf(name, part.node.common.when), onError, onTimeout };
  });
}

class Placing {
  readonly nodes: GraphNode[] = [];
  readonly parts: NodePart[] = [];
  readonly #graph: GraphParts;
  readonly #routing: Routing;

  constructor(graph: GraphParts, routing: Routing) {
    this.#graph = graph;
    this.#routing = routing;
  }

  add(items: readonly GraphItem[], call: Call | undefined): void {
    const siblings = new Set(call === undefined ? [] : nodesOf(items).map(({ name }) => name));
    let previous: readonly string[] = [];
    for (const item of items) {
      const part = this.#graph.parts.get(item.envelope);
      if (part !== undefined) this.#addItem(item, part, { call, siblings, previous });
      previous = endsOf(item, this.#graph.instances);
    }
  }

  #addItem(
    item: GraphItem,
    part: NodePart,
    { call, siblings, previous }: { call: Call | undefined; siblings: ReadonlySet<string>; previous: readonly string[] },
  ): void {
    const { name } = item.envelope;
    const written = this.#written(part);
    const handlers = checkPlaces(part.node, written.inferred, this.#graph);
    const isEntry = !(written.dependencies?.length || written.inferred.some((other) => siblings.has(other)));
    const place = call === undefined ? { ...written, previous } : within(call, written, isEntry);
    const common = call === undefined ? part.node.common : inherit(call.common, part.node.common, isEntry);
    if (item.type === 'macro') {
      this.add(item.items, { dependencies: dataDependencies({ name, ...place }), waitFor: place.waitFor, common });
      return;
    }
    const onError = handlers.onError ?? inheritedHandler(name, common.on_error, this.#graph);
    this.nodes.push({ name, ...place, onError, onTimeout: handlers.onTimeout, routers: this.#routing.routersOf(name) });
    this.parts.push({ ...part, node: { ...part.node, common } });
  }

  /** What the node itself says, with the names of invocations replaced by the nodes they end in. */
  #written({ node, reads }: NodePart): Pick<GraphNode, 'dependencies' | 'inferred' | 'waitFor'> {
    const { names, instances } = this.#graph;
    const { name, waitFor } = node.envelope;
    const resultsOf = (other: string) => exitsOf(other, instances);
    const read = reads.filter((other) => names.has(other) && other !== name).flatMap(resultsOf);
    return {
      dependencies: declaredDependencies(node)?.flatMap(resultsOf),
      inferred: [...new Set(read)].filter((other) => other !== name),
      waitFor: waitFor.flatMap(resultsOf),
    };
  }
}

/** What an invocation says about failures is checked there. */
function inheritedHandler(name: string, handler: string | undefined, { instances }: GraphParts): string | undefined {
  const [first = handler] = handler === undefined ? [] : entriesOf(handler, instances);
  return first === name ? undefined : first;
}

/** Among the nodes of a macro, the first ones stand after what the invocation depends on. */
function within(call: Call, written: Pick<GraphNode, 'dependencies' | 'inferred' | 'waitFor'>, isEntry: boolean) {
  const { dependencies = [], inferred, waitFor } = written;
  if (!isEntry) return { dependencies, inferred, waitFor, previous: [] };
  return { dependencies: call.dependencies, inferred, waitFor: [...waitFor, ...call.waitFor], previous: [] };
}

/** An invocation's `when` and mapping are for the nodes it begins with; how often and how long to try is for all of its nodes. */
function inherit(call: CommonSpec, own: CommonSpec, isEntry: boolean): CommonSpec {
  const { dependencies: _, when, critical, required_inputs, input_mapping, strict_mapping, only_on_error, ...forAll } = call;
  if (!isEntry) return { ...forAll, ...own };
  const both = when !== undefined && own.when !== undefined ? `(${when}) and (${own.when})` : (own.when ?? when);
  return { ...forAll, critical, required_inputs, input_mapping, strict_mapping, only_on_error, ...own, when: both };
}
