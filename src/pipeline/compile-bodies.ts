import type { JsonValue } from '../json.ts';
import type { CompiledGraph, NodeList } from './compile-graph.ts';
import type { CompiledNode } from './compile-node.ts';
import type { GraphContext, GraphScope } from './graph-context.ts';
import { MAX_GRAPH_DEPTH } from './limits.ts';
import type { BodySite } from './node-definition.ts';
import type { PlanBody } from './plan.ts';
import { valueAt } from './value-at.ts';

/** Compiles a list of nodes in a scope of its own. */
export type CompileInner = (list: NodeList, scope: GraphScope) => CompiledGraph;

export interface CompiledBodies {
  /** Undefined if the node has none. */
  readonly bodies: Readonly<Record<string, PlanBody>> | undefined;
  /** Names that the inner graphs read from around them. */
  readonly freeNames: readonly string[];
}

/** The inner graphs of a node. */
export function compileBodies(
  { envelope, bodySites }: CompiledNode,
  scope: GraphScope,
  context: GraphContext,
  compileInner: CompileInner,
): CompiledBodies {
  const [first] = bodySites;
  if (first === undefined) return { bodies: undefined, freeNames: [] };
  const depth = (scope.depth ?? 0) + 1;
  if (depth > MAX_GRAPH_DEPTH) {
    const message = `Nodes are within each other more than ${MAX_GRAPH_DEPTH} times.`;
    envelope.report.error(envelope.specPath(first.path), {
      code: 'graph_depth',
      message,
      remedy: 'Move the body to a pipeline of its own.',
    });
    return { bodies: {}, freeNames: [] };
  }

  const bodies: Record<string, PlanBody> = {};
  const freeNames: string[] = [];
  for (const site of bodySites) {
    const { key, path, form, locals, maxConcurrentNodes, defaultTimeoutMs = scope.defaultTimeoutMs } = site;
    const inner: GraphScope = {
      ...scope,
      defaultTimeoutMs,
      inputFields: undefined,
      locals: new Set([...(scope.locals ?? []), ...locals]),
      depth,
    };
    const written = valueAt(envelope.spec, path);
    const place = envelope.specPath(path);
    if (form === 'file') {
      const body = typeof written === 'string' ? fileBody(written, site, inner, envelope, context) : undefined;
      if (body !== undefined) bodies[key] = body;
    } else {
      const list = listOf(written, { path: place, report: envelope.report, macros: envelope.macros });
      if (list === undefined) continue;
      const graph = compileInner(list, inner);
      bodies[key] = { nodes: graph.nodes, result: 'last', maxConcurrentNodes };
      freeNames.push(...graph.freeNames);
    }
  }
  return { bodies, freeNames };
}

/** Nodes as they stand there, or the name of a step as the only node. Undefined if it is neither; the schema tells so. */
function listOf(written: JsonValue | undefined, place: Omit<NodeList, 'values'>): NodeList | undefined {
  if (Array.isArray(written)) return { ...place, values: written };
  if (typeof written !== 'string') return undefined;
  const node = { kind: 'function_node', metadata: { name: 'body' }, spec: { fn: written }, dependencies: [] };
  return { ...place, values: [node] };
}

function fileBody(
  file: string,
  { path }: BodySite,
  { locals = new Set() }: GraphScope,
  { report, specPath }: CompiledNode['envelope'],
  context: GraphContext,
): PlanBody | undefined {
  const place = specPath(path);
  if (context.fileBody !== undefined) return context.fileBody(file, locals, (finding) => report.error(place, finding));
  const message = `'${file}' cannot be read here: the pipeline is compiled without its neighbours.`;
  report.error(place, { code: 'file_unavailable', message, remedy: "Write the nodes under 'body'." });
  return undefined;
}
