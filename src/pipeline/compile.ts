import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { PLAN_BYTES } from '../limits.ts';
import { RenderBudget } from './build-template.ts';
import type { Catalog } from './catalog.ts';
import { type CompileContext, NO_CONTEXT, pathOf } from './compile-context.ts';
import { GraphCompiler } from './compile-graph.ts';
import { type DeclaredNames, readDeclaredNames } from './declared-names.ts';
import { type Definition, type Definitions, readDefinitions } from './definitions.ts';
import type { Diagnostic } from './diagnostic.ts';
import { Diagnostics } from './diagnostics.ts';
import type { ParsedDocuments } from './documents.ts';
import { FileBodies } from './file-bodies.ts';
import type { GraphContext } from './graph-context.ts';
import type { OrchestratorSettings } from './head-schema.ts';
import { type Macro, readMacro } from './macro.ts';
import { readOrchestrator } from './orchestrator-settings.ts';
import { type Head, nodesOf, readHead } from './pipeline-head.ts';
import type { Plan } from './plan.ts';
import { isLargerThan } from './plan-size.ts';
import { FilePreparation, type PreparedFile } from './prepare-file.ts';
import { readOutput } from './read-output.ts';
import { PortReader } from './read-ports.ts';
import { readServices } from './read-services.ts';
import { StateMachineReader } from './read-state-machines.ts';
import type { Report } from './report.ts';
import { toJsonSchema } from './schema-form.ts';
import { readTypePorts, ScopedPorts } from './scoped-ports.ts';

export type { Catalog } from './catalog.ts';
export type { CompileContext } from './compile-context.ts';

export interface Compilation {
  /** Present if there is no error; warnings do not prevent it. */
  readonly plan?: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles the pipeline of a file: the first, or that of the environment. Tells every problem in one pass; what compiles without error
 * also runs. Pure: other files come through the context.
 */
export function compilePipeline(
  content: string | Uint8Array | ParsedDocuments,
  file: string,
  catalog: Catalog,
  context: CompileContext = NO_CONTEXT,
): Compilation {
  const diagnostics = new Diagnostics(file);
  const path = pathOf(file, context);
  const preparation = new FilePreparation(context, diagnostics);
  const prepared = preparation.prepare({ content, path, name: file, isOther: false });
  const definitions = readDefinitions(prepared.definitions, catalog);
  const macros = readMacros(prepared);
  const compile = ({ document, report }: Definition) =>
    new PipelineCompiler({ document, report }, { catalog, definitions, macros, context, preparation, path }).compile();
  const plan = prepared.pipeline === undefined ? undefined : compile(prepared.pipeline);
  const list = diagnostics.list();
  return plan === undefined || diagnostics.hasErrors ? { diagnostics: list } : { plan, diagnostics: list };
}

/** The macros of a file by name; of two with one name the last counts. */
function readMacros({ macros }: PreparedFile): ReadonlyMap<string, Macro> {
  const read = macros.flatMap(({ document, report }) => readMacro(document, report) ?? []);
  return new Map(read.map((macro) => [macro.name, macro]));
}

interface Surroundings {
  readonly catalog: Catalog;
  readonly definitions: Definitions;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly context: CompileContext;
  readonly preparation: FilePreparation;
  /** Of the file, from the root. */
  readonly path: string;
}

class PipelineCompiler {
  readonly #pipeline: Definition;
  readonly #report: Report;
  readonly #spec: JsonObject;
  readonly #around: Surroundings;

  constructor(pipeline: Definition, around: Surroundings) {
    const { spec } = pipeline.document.value;
    this.#pipeline = pipeline;
    this.#report = pipeline.report;
    this.#spec = isJsonObject(spec) ? spec : {};
    this.#around = around;
  }

  compile(): Plan | undefined {
    const head = readHead(this.#pipeline.document, this.#report);
    const settings = readOrchestrator(this.#spec['orchestrator'], this.#report, this.#around.definitions.orchestrator);
    const names = readDeclaredNames(this.#spec, this.#around.catalog.kinds, this.#report);
    const inputSchema = this.#schema('input_schema', names);
    const outputSchema = this.#schema('output_schema', names);
    const declared = this.#declared();
    const graph = new GraphCompiler(this.#graphContext(head, names, declared.stateMachines, inputSchema), {
      inputFields: closedFields(inputSchema),
      defaultTimeoutMs: settings.default_node_timeout ?? undefined,
    }).compile({ values: nodesOf(this.#pipeline.document, this.#report), path: ['spec', 'nodes'], report: this.#report });
    const output = head?.spec.output && readOutput(head.spec.output, graph, this.#report);
    if (head === undefined) return undefined;
    const plan: Plan = {
      format: 1,
      pipeline: head.metadata.name,
      ...(head.metadata.version === undefined ? {} : { version: head.metadata.version }),
      nodes: graph.nodes,
      ...(output === undefined ? {} : { output }),
      ...(inputSchema === undefined ? {} : { inputSchema }),
      ...(outputSchema === undefined ? {} : { outputSchema }),
      ...limitsOf(settings),
      ...declared,
    };
    if (isLargerThan(plan, PLAN_BYTES)) this.#refuseSize();
    return plan;
  }

  #refuseSize(): void {
    const message = `The pipeline comes to more than ${PLAN_BYTES} bytes once everything it includes and repeats is put in place.`;
    const remedy = 'Include or repeat less, or move nodes to a pipeline of their own and start it with a pipeline_node.';
    this.#report.error(['spec', 'nodes'], { code: 'plan_too_large', message, remedy });
  }

  #schema(key: 'input_schema' | 'output_schema', { types }: DeclaredNames): JsonObject | undefined {
    const schema = this.#spec[key];
    if (!isJsonObject(schema)) return undefined;
    return toJsonSchema(
      schema,
      ['spec', key],
      ({ path, severity, ...finding }) => this.#report[severity ?? 'error'](path, finding),
      types,
    );
  }

  /** Ports, services and state machines. */
  #declared(): Pick<Plan, 'ports' | 'services' | 'stateMachines'> {
    const { catalog, definitions } = this.#around;
    const { ports, services, state_machines: machines } = this.#spec;
    const portReader = new PortReader(definitions, catalog, this.#report);
    const portNames = new Set(keysOf(ports));
    return {
      ...read('ports', ports, (value) => portReader.read(value, ['spec', 'ports'])),
      ...read('services', services, (value) => readServices(value, catalog.services, portNames, this.#report)),
      ...read('stateMachines', machines, (value) => new StateMachineReader(catalog.handlers, this.#report).read(value)),
    };
  }

  /** The ports of kinds of nodes, and how those of single nodes are read. */
  #scopedPorts({ kinds }: DeclaredNames): ScopedPorts {
    const { catalog, definitions } = this.#around;
    const reader = new PortReader(definitions, catalog, this.#report);
    const ofKinds = readTypePorts(this.#spec['type_ports'], kinds, reader, this.#report);
    return new ScopedPorts(ofKinds, definitions, catalog);
  }

  #graphContext(
    head: Head | undefined,
    names: DeclaredNames,
    machines: Plan['stateMachines'] = {},
    inputSchema: JsonObject = {},
  ): GraphContext {
    const { catalog, macros, context, preparation, path } = this.#around;
    const { ports, services, state_machines: entities } = this.#spec;
    const graphContext: GraphContext = {
      ...names,
      steps: catalog.steps,
      count: { total: 0 },
      rendering: new RenderBudget(),
      macros,
      namedInputFields: new Set(keysOf(inputSchema['properties'])),
      ports: new Set(keysOf(ports)),
      scopedPorts: this.#scopedPorts(names),
      services: new Set(keysOf(services)),
      stateMachines: new Map(keysOf(entities).map((entity) => [entity, machines[entity]])),
      pipeline: head?.metadata.name,
      pipelines: context.pipelines,
    };
    return new FileBodies(graphContext, { context, catalog, preparation, readMacros }).within(path);
  }
}

function keysOf(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}

function read<Key extends string, Value>(key: Key, written: JsonValue | undefined, reader: (value: JsonValue) => Value) {
  if (written === undefined || written === null) return {};
  return { [key]: reader(written) };
}

function limitsOf(settings: OrchestratorSettings): Pick<Plan, 'maxConcurrentNodes' | 'timeoutMs'> {
  const { max_concurrent_nodes: concurrency, pipeline_timeout: timeoutMs } = settings;
  return {
    ...(concurrency === undefined || concurrency === null ? {} : { maxConcurrentNodes: concurrency }),
    ...(timeoutMs === undefined || timeoutMs === null ? {} : { timeoutMs }),
  };
}

/** Keywords by which a schema says more of fields than its `properties` do. */
const FURTHER_FIELDS = ['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas', 'patternProperties'];

/** The fields of a schema that names all there can be; undefined if it leaves that open. */
function closedFields(schema: JsonObject = {}): ReadonlySet<string> | undefined {
  const { properties, additionalProperties: others = false } = schema;
  if (!isJsonObject(properties) || others !== false || FURTHER_FIELDS.some((key) => Object.hasOwn(schema, key))) return undefined;
  return new Set(Object.keys(properties));
}
