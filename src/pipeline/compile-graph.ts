import type { JsonValue } from '../json.ts';
import { checkReference, type KnownNames } from './check-references.ts';
import { type CompiledBodies, compileBodies } from './compile-bodies.ts';
import { type CompiledNode, compileNode, toPlanNode } from './compile-node.ts';
import { findCycles } from './dependencies.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext, GraphScope } from './graph-context.ts';
import { type GraphItem, ItemReader, invocationsOf, nodesOf } from './graph-items.ts';
import { exitsOf, type Instance, instancesOf } from './macro-instance.ts';
import { kindRemedy } from './node-kind-table.ts';
import { type NodePart, placeItems } from './place-items.ts';
import type { PlanNode } from './plan.ts';
import { renameInstances } from './rename-instances.ts';
import type { Report } from './report.ts';

/** A list of nodes as it is written, and where it stands. */
export interface NodeList {
  readonly values: readonly JsonValue[];
  readonly path: Path;
  readonly report: Report;
  /** The macros that the list comes from, outermost first. */
  readonly macros?: readonly string[];
}

export interface CompiledGraph {
  readonly nodes: readonly PlanNode[];
  /** Of all nodes and macro invocations, those that could not be read included. */
  readonly names: ReadonlySet<string>;
  /** Names that the nodes read and that are none of theirs. */
  readonly freeNames: readonly string[];
  /** The nodes whose results a name stands for: itself, or the nodes that a macro invocation ends in. */
  resultsOf(name: string): readonly string[];
}

/** Compiles lists of nodes: a pipeline's own, and through it those within its nodes. */
export class GraphCompiler {
  readonly #context: GraphContext;
  readonly #scope: GraphScope;

  constructor(context: GraphContext, scope: GraphScope) {
    this.#context = context;
    this.#scope = scope;
  }

  compile(list: NodeList): CompiledGraph {
    const reader = new ItemReader(this.#context);
    const items = reader.read(list);
    const { names } = reader;
    const instances = this.#instances(items, names);
    const parts = new Map<Envelope, NodePart>();
    for (const envelope of [...nodesOf(items), ...invocationsOf(items).map((item) => item.envelope)]) {
      parts.set(envelope, this.#part(envelope, names, instances));
    }
    this.#checkNames([...parts.values()], names);
    const nodes = this.#connect(items, parts, names, instances, list);
    const read = [...parts.values()].flatMap((part) => part.reads);
    return { nodes, names, freeNames: read.filter((name) => !names.has(name)), resultsOf: (name) => exitsOf(name, instances) };
  }

  /** Invocations that can be named here: the graph's own, and those around it whose names it does not take itself. */
  #instances(items: readonly GraphItem[], names: ReadonlySet<string>): ReadonlyMap<string, Instance> {
    const around = [...(this.#scope.instances ?? [])].filter(([name]) => !names.has(name));
    return new Map([...around, ...instancesOf(items, this.#context)]);
  }

  #part(written: Envelope, names: ReadonlySet<string>, instances: ReadonlyMap<string, Instance>): NodePart {
    const { locals = new Set() } = this.#scope;
    const envelope = renameInstances(written, instances, locals, this.#context);
    const definition = this.#context.kinds.get(envelope.kind);
    if (definition === undefined) this.#reportKind(envelope);
    const node = compileNode(envelope, definition, this.#context, locals);
    const inner = this.#bodies(node, names, instances);
    const reads = [...new Set([...node.references.map(({ name }) => name), ...inner.freeNames])];
    return { node, bodies: inner.bodies, reads };
  }

  #bodies(node: CompiledNode, names: ReadonlySet<string>, instances: ReadonlyMap<string, Instance>): CompiledBodies {
    if (node.bodySites.length === 0) return { bodies: undefined, freeNames: [] };
    const scope = { ...this.#scope, outer: new Set([...(this.#scope.outer ?? []), ...names]), instances };
    return compileBodies(node, scope, this.#context, (list, innerScope) =>
      new GraphCompiler(this.#context, innerScope).compile(list),
    );
  }

  #reportKind({ kind, path, report }: Envelope): void {
    report.error([...path, 'kind'], {
      code: 'node_kind_unknown',
      message: `There is no kind of node '${kind}'.`,
      remedy: () => kindRemedy(kind, this.#context.kinds),
    });
  }

  #checkNames(parts: readonly NodePart[], names: ReadonlySet<string>): void {
    const { inputFields, outer, locals } = this.#scope;
    const isOpen = outer !== undefined || locals !== undefined;
    const known: KnownNames = {
      nodes: names,
      inputFields,
      outer,
      locals: locals ?? new Set(),
      isOpen,
      suggestions: new Map(),
      namedInputFields: this.#context.namedInputFields,
    };
    for (const { node } of parts) {
      const { envelope, common, references, definedNames } = node;
      if (inputFields?.has(envelope.name)) warnOfInputField(envelope);
      const aliases = Object.keys(common.input_mapping ?? {});
      for (const reference of references) checkReference(reference, known, aliases, envelope.report);
      for (const alias of aliases)
        if (names.has(alias)) conflict(alias, envelope.specPath(['input_mapping', alias]), envelope.report);
      for (const { name, path } of definedNames) {
        if (names.has(name) || aliases.includes(name)) conflict(name, envelope.specPath(path), envelope.report);
      }
    }
  }

  #connect(
    items: readonly GraphItem[],
    parts: ReadonlyMap<Envelope, NodePart>,
    names: ReadonlySet<string>,
    instances: ReadonlyMap<string, Instance>,
    { path, report }: NodeList,
  ): readonly PlanNode[] {
    const placed = placeItems(items, { parts, names, instances, outer: this.#scope.outer ?? new Set() });
    const edges = new Map(
      placed.map(({ part, place }) => [part.node.envelope.name, [...place.dependencies, ...place.waitFor]] as const),
    );
    for (const cycle of findCycles(edges)) {
      const node = placed.find(({ part }) => part.node.envelope.name === cycle[0])?.part.node.envelope;
      const message = `These nodes wait for each other: ${cycle.join(' → ')}.`;
      const place = node === undefined ? path : [...node.path, 'dependencies'];
      (node?.report ?? report).error(place, {
        code: 'cycle',
        message,
        remedy: 'Remove one of these dependencies or references.',
      });
    }
    return placed.map(({ part, ...around }) =>
      toPlanNode(part.node, { ...around, bodies: part.bodies, defaultTimeoutMs: this.#scope.defaultTimeoutMs }),
    );
  }
}

function conflict(name: string, path: Path, report: Report): void {
  const message = `'${name}' is also the name of a node or of a mapped field.`;
  report.error(path, { code: 'name_conflict', message, remedy: 'Choose another name.' });
}

function warnOfInputField({ name, path, report }: Envelope): void {
  const message = `input_schema has a field '${name}' too: what reads '${name}' gets the node's result or the field, whichever is nearer.`;
  const remedy = `Rename the node, and read the field as $input.${name}.`;
  report.warning([...path, 'metadata', 'name'], { code: 'name_of_input_field', message, remedy });
}
