import { PIPELINE_NODES } from '../limits.ts';
import type { NodeList } from './compile-graph.ts';
import type { Path } from './documents.ts';
import { type Envelope, nameOf, readEnvelope } from './envelope.ts';
import { expandMacro } from './expand-macro.ts';
import type { GraphContext } from './graph-context.ts';
import type { Report } from './report.ts';

/** What stands in a list of nodes: a node, or what an invocation of a macro stands for. */
export type GraphItem =
  | { readonly type: 'node'; readonly envelope: Envelope }
  | { readonly type: 'macro'; readonly envelope: Envelope; readonly items: readonly GraphItem[] };

/** The invocations that a node comes from. */
interface Call {
  readonly outermost: Envelope;
  readonly innermost: Envelope;
}

/** Reads the nodes of one graph, with the nodes of macros in place of their invocations. */
export class ItemReader {
  readonly #context: GraphContext;
  /** By name: where it stands. */
  readonly #places = new Map<string, string>();
  /** Invocations that have a node of their own name. */
  readonly #mains = new Set<string>();

  constructor(context: GraphContext) {
    this.#context = context;
  }

  /** Of all nodes and invocations, those that could not be read included. */
  get names(): ReadonlySet<string> {
    return new Set(this.#places.keys());
  }

  read(list: NodeList): readonly GraphItem[] {
    return this.#read(list, undefined);
  }

  #read(list: NodeList, call: Call | undefined): readonly GraphItem[] {
    const { values, path, report, macros = [] } = list;
    const { count } = this.#context;
    const exceeded = count.total > PIPELINE_NODES;
    count.total += values.length;
    if (count.total > PIPELINE_NODES) {
      const message = `The pipeline has ${count.total} nodes; at most ${PIPELINE_NODES} are allowed.`;
      if (!exceeded) report.error(path, { code: 'node_limit', message, remedy: 'Split the pipeline.' });
      return [];
    }
    return values.flatMap((value, index) => {
      const place = [...path, index];
      const envelope = readEnvelope(value, place, report, macros);
      const name = envelope?.name ?? nameOf(value);
      if (name !== undefined && !this.#claim(name, report, place, call)) return [];
      return envelope === undefined ? [] : [this.#item(envelope, call)];
    });
  }

  #item(envelope: Envelope, call: Call | undefined): GraphItem {
    const role = this.#context.kinds.get(envelope.kind)?.role;
    if (role !== 'macro') return { type: 'node', envelope };
    const expansion = expandMacro(envelope, this.#context);
    const items =
      expansion === undefined ? [] : this.#read(expansion, { outermost: call?.outermost ?? envelope, innermost: envelope });
    return { type: 'macro', envelope, items };
  }

  /** Keeps the name for this node. False (reported) if another node has it. */
  #claim(name: string, report: Report, path: Path, call: Call | undefined): boolean {
    const { path: nodePath, report: teller } = call?.outermost ?? { path, report };
    const place = [...nodePath, 'metadata', 'name'];
    const first = this.#places.get(name);
    // A macro may name one of its nodes after the invocation itself.
    if (call?.innermost.name === name && !this.#mains.has(name)) {
      this.#mains.add(name);
      return true;
    }
    if (first === undefined) {
      this.#places.set(name, teller.place(place));
      return true;
    }
    const message =
      call === undefined
        ? `Two nodes are named '${name}'; the first is at ${first}.`
        : `The macro makes a node '${name}', but there is one at ${first} already.`;
    const remedy = call === undefined ? 'Rename one of them.' : 'Rename the invocation, or the other node.';
    teller.error(place, { code: 'node_duplicate', message, remedy });
    return false;
  }
}

/** The nodes of a graph in order, those of macros included. */
export function nodesOf(items: readonly GraphItem[]): readonly Envelope[] {
  return items.flatMap((item) => (item.type === 'node' ? [item.envelope] : nodesOf(item.items)));
}

/** All invocations of macros in a graph, inner ones after the ones they come from. */
export function invocationsOf(items: readonly GraphItem[]): readonly (GraphItem & { readonly type: 'macro' })[] {
  return items.flatMap((item) => (item.type === 'node' ? [] : [item, ...invocationsOf(item.items)]));
}
