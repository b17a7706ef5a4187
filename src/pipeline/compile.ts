import { parsePath } from '../expression/path.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { PIPELINE_NODES } from '../limits.ts';
import { checkReference, type KnownNames } from './check-references.ts';
import { type CompiledNode, compileNode, toPlanNode } from './compile-node.ts';
import { findCycles, placeNodes } from './dependencies.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Diagnostics } from './diagnostics.ts';
import { documentSchema, INACTIVE_KEYS } from './document-schema.ts';
import { type Path, parseDocuments, type SourceDocument } from './documents.ts';
import { type Envelope, nameOf, readEnvelope } from './envelope.ts';
import { didYouMean } from './near-match.ts';
import type { NodeDefinition, StepCatalog } from './node-definition.ts';
import type { Plan } from './plan.ts';
import { Report } from './report.ts';
import { toJsonSchema } from './schema-form.ts';
import { problemsOf, unknownKey } from './schema-problems.ts';

/** What a build knows: the kinds of nodes and the steps. */
export interface Catalog {
  readonly kinds: Iterable<NodeDefinition>;
  readonly steps: StepCatalog;
}

export interface Compilation {
  /** Present if there is no error; warnings do not prevent it. */
  readonly plan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

const OTHER_KINDS: ReadonlySet<string> = new Set(['System', 'Macro', 'Adapter', 'Middleware', 'Config']);
const API_VERSIONS: ReadonlySet<string> = new Set(['hexdag/v1', 'v1']);

/** Compiles the (first) pipeline of a file. Tells every problem in one pass; what compiles without error also runs. */
export function compilePipeline(content: string | Uint8Array, file: string, catalog: Catalog): Compilation {
  const diagnostics = new Diagnostics(file);
  const parsed = parseDocuments(content, file);
  diagnostics.addAll(parsed.diagnostics);
  const document = choosePipeline(parsed.documents, diagnostics);
  const plan = document === undefined ? undefined : new PipelineCompiler(document, catalog, diagnostics).compile();
  const list = diagnostics.list();
  return plan === undefined || diagnostics.hasErrors ? { diagnostics: list } : { plan, diagnostics: list };
}

function choosePipeline(documents: readonly SourceDocument[], diagnostics: Diagnostics): SourceDocument | undefined {
  const pipelines = documents.filter((document) => isPipeline(document, new Report(document, diagnostics)));
  for (const document of pipelines.slice(1)) {
    const message = 'Only the first pipeline of a file is used.';
    new Report(document, diagnostics).warning(['kind'], {
      code: 'multiple_documents',
      message,
      remedy: 'Move this one to a file of its own.',
    });
  }
  return pipelines[0];
}

function isPipeline({ kind, value }: SourceDocument, report: Report): boolean {
  if (kind === 'Pipeline') return true;
  if (kind === 'Trigger') return false;
  const kinds = ['Pipeline', 'Trigger', ...OTHER_KINDS];
  if (kind === undefined) {
    const code = Object.hasOwn(value, 'kind') ? 'type_string' : 'field_missing';
    report.error(['kind'], { code, message: "A document needs a 'kind'.", remedy: "Write 'kind: Pipeline'." });
  } else if (OTHER_KINDS.has(kind)) {
    const message = `Documents of kind ${kind} are not supported and have no effect here.`;
    report.warning(['kind'], { code: 'kind_not_supported', message, remedy: 'Remove it, or keep it for hexDAG only.' });
  } else {
    const remedy = didYouMean(kind, kinds) ?? "Write 'kind: Pipeline'.";
    report.error(['kind'], { code: 'kind_unknown', message: `There is no kind '${kind}'.`, remedy });
  }
  return false;
}

class PipelineCompiler {
  readonly #document: SourceDocument;
  readonly #kinds: ReadonlyMap<string, NodeDefinition>;
  readonly #steps: StepCatalog;
  readonly #report: Report;

  constructor(document: SourceDocument, { kinds, steps }: Catalog, diagnostics: Diagnostics) {
    this.#document = document;
    this.#kinds = new Map([...kinds].flatMap((kind) => [kind.kind, ...kind.aliases].map((name) => [name, kind] as const)));
    this.#steps = steps;
    this.#report = new Report(document, diagnostics);
  }

  compile(): Plan | undefined {
    const head = this.#head();
    const { envelopes, names } = this.#envelopes();
    const inputSchema = this.#schema('input_schema');
    const outputSchema = this.#schema('output_schema');
    const nodes = envelopes.map((envelope) => this.#node(envelope));
    this.#checkNames(nodes, { nodes: names, inputFields: closedFields(inputSchema) });
    const plan = this.#connect(nodes, names, head?.spec.orchestrator?.default_node_timeout ?? undefined);
    const output = head?.spec.output;
    if (output !== undefined) this.#checkOutput(output, names);
    if (head === undefined) return undefined;
    return {
      format: 1,
      pipeline: head.metadata.name,
      nodes: plan,
      ...(output === undefined ? {} : { output }),
      ...(inputSchema === undefined ? {} : { inputSchema }),
      ...(outputSchema === undefined ? {} : { outputSchema }),
    };
  }

  #head() {
    const { value } = this.#document;
    const parsed = documentSchema.safeParse(value);
    for (const problem of parsed.success ? [] : problemsOf(parsed.error, value)) this.#report.problem(problem);
    const { apiVersion, spec } = value;
    if (typeof apiVersion === 'string' && !API_VERSIONS.has(apiVersion)) {
      const message = `'${apiVersion}' is not a version of the language that is known here.`;
      this.#report.warning(['apiVersion'], {
        code: 'api_version_unsupported',
        message,
        remedy: `Write ${[...API_VERSIONS].join(' or ')}.`,
      });
    }
    this.#checkKeys(['spec'], spec, Object.keys(documentSchema.shape.spec.shape), INACTIVE_KEYS.spec);
    const orchestrator = isJsonObject(spec) ? spec['orchestrator'] : undefined;
    this.#checkKeys(['spec', 'orchestrator'], orchestrator, ['default_node_timeout'], INACTIVE_KEYS.orchestrator);
    return parsed.data;
  }

  #checkKeys(path: Path, value: JsonValue | undefined, active: readonly string[], inactive: readonly string[]): void {
    for (const key of isJsonObject(value) ? Object.keys(value) : []) {
      if (active.includes(key)) continue;
      const problem = unknownKey([...path, key], key, [...active, ...inactive]);
      const unsupported = {
        code: 'key_not_supported',
        message: `'${key}' has no effect here.`,
        remedy: 'Remove it, or keep it for hexDAG only.',
      };
      this.#report.problem(inactive.includes(key) ? { ...problem, ...unsupported } : problem, 'warning');
    }
  }

  #schema(key: 'input_schema' | 'output_schema'): JsonObject | undefined {
    const { spec } = this.#document.value;
    const schema = isJsonObject(spec) ? spec[key] : undefined;
    if (!isJsonObject(schema)) return undefined;
    return toJsonSchema(schema, ['spec', key], ({ path, ...finding }) => this.#report.error(path, finding));
  }

  /** The nodes that can be read, and the names of all. */
  #envelopes(): { envelopes: readonly Envelope[]; names: ReadonlySet<string> } {
    const { spec } = this.#document.value;
    const written = isJsonObject(spec) && Array.isArray(spec['nodes']) ? spec['nodes'] : undefined;
    if (written?.length === 0) {
      const message = 'The pipeline has no nodes.';
      this.#report.warning(['spec', 'nodes'], { code: 'nodes_empty', message, remedy: 'Add a node.' });
    }
    if (written !== undefined && written.length > PIPELINE_NODES) {
      const message = `The pipeline has ${written.length} nodes; at most ${PIPELINE_NODES} are allowed.`;
      this.#report.error(['spec', 'nodes'], { code: 'node_limit', message, remedy: 'Split the pipeline.' });
      return { envelopes: [], names: new Set() };
    }
    const places = new Map<string, number>();
    const envelopes: Envelope[] = [];
    for (const [index, value] of (written ?? []).entries()) {
      const name = nameOf(value);
      const envelope = readEnvelope(value, index, this.#report);
      const first = name === undefined ? undefined : places.get(name);
      if (first !== undefined) {
        const message = `Two nodes are named '${name}'; the first is at ${this.#report.place(['spec', 'nodes', first, 'metadata', 'name'])}.`;
        this.#report.error(['spec', 'nodes', index, 'metadata', 'name'], {
          code: 'node_duplicate',
          message,
          remedy: 'Rename one of them.',
        });
        continue;
      }
      if (name !== undefined) places.set(name, index);
      if (envelope !== undefined) envelopes.push(envelope);
    }
    return { envelopes, names: new Set(places.keys()) };
  }

  #node(envelope: Envelope): CompiledNode {
    const definition = this.#kinds.get(envelope.kind);
    if (definition === undefined) {
      const known = new Set([...this.#kinds.values()].map(({ kind }) => kind));
      this.#report.error([...envelope.path, 'kind'], {
        code: 'node_kind_unknown',
        message: `There is no kind of node '${envelope.kind}'.`,
        remedy: didYouMean(envelope.kind, this.#kinds.keys()) ?? `Known are: ${[...known].join(', ')}.`,
      });
    }
    return compileNode(envelope, definition, this.#steps, this.#report);
  }

  #checkNames(nodes: readonly CompiledNode[], known: KnownNames): void {
    for (const { envelope, common, references, definedNames } of nodes) {
      for (const reference of references) checkReference(reference, known, this.#report);
      const aliases = Object.keys(common.input_mapping ?? {});
      for (const alias of aliases) if (known.nodes.has(alias)) this.#conflict(alias, envelope.specPath(['input_mapping', alias]));
      for (const { name, path } of definedNames) {
        if (known.nodes.has(name) || aliases.includes(name)) this.#conflict(name, envelope.specPath(path));
      }
    }
  }

  #conflict(name: string, path: Path): void {
    const message = `'${name}' is also the name of a node or of a mapped field.`;
    this.#report.error(path, { code: 'name_conflict', message, remedy: 'Choose another name.' });
  }

  #checkOutput(output: Readonly<Record<string, string>>, names: ReadonlySet<string>): void {
    for (const [alias, text] of Object.entries(output)) {
      const path = ['spec', 'output', alias];
      const root = parsePath(text)?.root;
      if (root === undefined) {
        const message = `'${text}' is not a path.`;
        this.#report.error(path, { code: 'output_invalid', message, remedy: 'Write a node, or node.path.' });
      } else if (!names.has(root)) {
        const remedy = didYouMean(root, names) ?? 'Name a node of this pipeline.';
        this.#report.error(path, { code: 'reference_unknown', message: `There is no node '${root}'.`, remedy });
      }
    }
  }

  #connect(nodes: readonly CompiledNode[], names: ReadonlySet<string>, defaultTimeoutMs: number | undefined): Plan['nodes'] {
    const graph = nodes.map(({ envelope, common, references }) => ({
      name: envelope.name,
      dependencies: declared(envelope, common),
      inferred: [...new Set(references.map(({ name }) => name))].filter((name) => names.has(name) && name !== envelope.name),
      waitFor: envelope.waitFor,
      onError: common.on_error,
    }));
    for (const [index, node] of nodes.entries()) this.#checkDeclared(node, names, graph[index]?.inferred ?? []);
    const places = placeNodes(graph);
    const edges = new Map([...places].map(([name, { dependencies, waitFor }]) => [name, [...dependencies, ...waitFor]] as const));
    for (const cycle of findCycles(edges)) this.#reportCycle(cycle, nodes);
    return nodes.map((node) => {
      const place = places.get(node.envelope.name) ?? { dependencies: [], waitFor: [], handles: [] };
      return toPlanNode(node, place, defaultTimeoutMs);
    });
  }

  #checkDeclared({ envelope, common }: CompiledNode, names: ReadonlySet<string>, inferred: readonly string[]): void {
    const dependencies = declared(envelope, common);
    const dependenciesPath =
      envelope.dependencies === undefined ? envelope.specPath(['dependencies']) : [...envelope.path, 'dependencies'];
    for (const [index, name] of (dependencies ?? []).entries()) this.#checkNode(name, [...dependenciesPath, index], names);
    for (const [index, name] of envelope.waitFor.entries()) this.#checkNode(name, [...envelope.path, 'wait_for', index], names);
    const { on_error: handler } = common;
    if (handler !== undefined) this.#checkNode(handler, envelope.specPath(['on_error']), names);
    if (handler === envelope.name) {
      const message = `Node '${envelope.name}' cannot handle its own failure.`;
      this.#report.error(envelope.specPath(['on_error']), { code: 'on_error_self', message, remedy: 'Name another node.' });
    }
    const unlisted = dependencies === undefined ? [] : inferred.filter((name) => !dependencies.includes(name));
    if (unlisted.length === 0) return;
    const message = `Node '${envelope.name}' reads ${unlisted.join(', ')}, which 'dependencies' does not list; it is added.`;
    this.#report.warning(dependenciesPath, {
      code: 'dependency_implicit',
      message,
      remedy: `Add ${unlisted.join(', ')} to 'dependencies'.`,
    });
  }

  #checkNode(name: string, path: Path, names: ReadonlySet<string>): void {
    if (names.has(name)) return;
    const remedy = didYouMean(name, names) ?? `Nodes are: ${[...names].slice(0, 20).join(', ')}.`;
    this.#report.error(path, { code: 'dependency_unknown', message: `There is no node '${name}'.`, remedy });
  }

  #reportCycle(cycle: readonly string[], nodes: readonly CompiledNode[]): void {
    const node = nodes.find(({ envelope }) => envelope.name === cycle[0]);
    const path = node === undefined ? ['spec', 'nodes'] : [...node.envelope.path, 'dependencies'];
    const message = `These nodes wait for each other: ${cycle.join(' → ')}.`;
    this.#report.error(path, { code: 'cycle', message, remedy: 'Remove one of these dependencies or references.' });
  }
}

function declared(
  envelope: Envelope,
  common: { readonly dependencies?: readonly string[] | undefined },
): readonly string[] | undefined {
  if (envelope.dependencies === undefined) return common.dependencies;
  return [...envelope.dependencies, ...(common.dependencies ?? [])];
}

/** The fields of a schema that names all there can be; undefined if it leaves that open. */
function closedFields(schema: JsonObject | undefined): ReadonlySet<string> | undefined {
  const properties = schema?.['properties'];
  if (!isJsonObject(properties) || schema?.['additionalProperties'] === true) return undefined;
  return new Set(Object.keys(properties));
}
