import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import { NODE_TIMEOUT_MS } from '../limits.ts';
import { type CommonSpec, commonSpecSchema } from './document-schema.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import { DEFAULT_RETRY_BACKOFF, DEFAULT_RETRY_DELAY_MS, DEFAULT_RETRY_MAX_DELAY_MS } from './limits.ts';
import type { DefinedName, NodeDefinition, ReportProblem, StepCatalog } from './node-definition.ts';
import type { PlanNode, RetryPolicy } from './plan.ts';
import { type Reference, ReferenceCollector } from './references.ts';
import type { Report } from './report.ts';
import { problemsOf, unknownKey } from './schema-problems.ts';

/** A node after its own checks, before it has a place in the graph. */
export interface CompiledNode {
  readonly envelope: Envelope;
  readonly definition: NodeDefinition;
  readonly common: CommonSpec;
  /** The kind's part of the spec, as the plan keeps it. */
  readonly spec: JsonObject;
  readonly references: readonly Reference[];
  readonly definedNames: readonly DefinedName[];
}

const COMMON_KEYS = Object.keys(commonSpecSchema.shape);

/** Checks one node by itself. Undefined if it has errors that leave nothing to go on with; they are reported. */
export function compileNode(
  envelope: Envelope,
  definition: NodeDefinition,
  steps: StepCatalog,
  report: Report,
): CompiledNode | undefined {
  const { spec: written, specPath } = envelope;
  const kindKeys = Object.keys(definition.schema.shape);
  for (const key of Object.keys(written)) {
    if (COMMON_KEYS.includes(key) || kindKeys.includes(key) || key === 'deps' || key === 'ports') continue;
    report.problem(unknownKey(specPath([key]), key, [...kindKeys, ...COMMON_KEYS]), 'warning');
  }

  const common = parsePart(commonSpecSchema, written, specPath, report);
  const own = Object.fromEntries(Object.entries(written).filter(([key]) => kindKeys.includes(key)));
  const fits = parsePart(definition.schema, own, specPath, report) !== undefined;
  const references = collectReferences(envelope, definition, fits ? own : {}, common, report);
  if (common === undefined || !fits) return undefined;

  if (common.strict_mapping === true && common.input_mapping === undefined) {
    const message = "'strict_mapping' needs an 'input_mapping'.";
    report.error(specPath(['strict_mapping']), { code: 'mapping_missing', message, remedy: "Add 'input_mapping', or remove 'strict_mapping'." });
  }
  const reportInSpec: ReportProblem = ({ path, ...finding }) => report.error(specPath(path), finding);
  const spec = definition.resolve?.(own, steps, reportInSpec) ?? own;
  return { envelope, definition, common, spec, references, definedNames: definition.definedNames?.(own) ?? [] };
}

/** The part of the spec that a schema describes; undefined (reported) if it does not fit. */
function parsePart<Schema extends z.ZodObject>(
  schema: Schema,
  written: JsonObject,
  specPath: (path: Path) => Path,
  report: Report,
): z.infer<Schema> | undefined {
  const parsed = schema.safeParse(written);
  if (!parsed.success) {
    for (const problem of problemsOf(parsed.error, written)) report.problem({ ...problem, path: specPath(problem.path) });
    return undefined;
  }
  return parsed.data;
}

function collectReferences(
  { spec, specPath }: Envelope,
  definition: NodeDefinition,
  own: JsonObject,
  common: CommonSpec | undefined,
  report: Report,
): readonly Reference[] {
  const collector = new ReferenceCollector(report);
  if (common?.when !== undefined) collector.expression(specPath(['when']), common.when);
  if (common?.input_mapping !== undefined) collector.mapping(specPath(['input_mapping']), common.input_mapping);

  const sites = definition.references(own);
  const read = new Set(sites.map((site) => JSON.stringify(specPath(site.path))));
  for (const site of sites) collector.site(site, specPath(site.path));
  for (const [key, value] of Object.entries(spec)) {
    if (key === 'when' || key === 'input_mapping') continue;
    collector.templates(specPath([key]), value, (path) => read.has(JSON.stringify(path)));
  }
  return collector.references;
}

/** The node as the plan carries it. */
export function toPlanNode(
  { envelope, definition, common, spec }: CompiledNode,
  place: Pick<PlanNode, 'dependencies' | 'waitFor'> & { readonly handles: readonly string[] },
  defaultTimeoutMs: number | undefined,
): PlanNode {
  return {
    name: envelope.name,
    kind: definition.kind,
    dependencies: place.dependencies,
    waitFor: place.waitFor,
    ...(common.when === undefined ? {} : { when: common.when }),
    critical: common.critical ?? false,
    requiredInputs: common.required_inputs ?? [],
    ...(common.input_mapping === undefined ? {} : { inputMapping: common.input_mapping }),
    strictMapping: common.strict_mapping ?? false,
    timeoutMs: common.timeout ?? defaultTimeoutMs ?? NODE_TIMEOUT_MS,
    retry: retryPolicy(common),
    ...(common.on_error === undefined ? {} : { onError: common.on_error }),
    onlyOnError: common.only_on_error ?? false,
    ...(place.handles.length === 0 ? {} : { handles: place.handles }),
    spec,
  };
}

/** Zero stands for the default, as it does in hexDAG. */
function retryPolicy(common: CommonSpec): RetryPolicy {
  return {
    maxAttempts: common.max_retries || 1,
    delayMs: common.retry_delay || DEFAULT_RETRY_DELAY_MS,
    backoff: common.retry_backoff || DEFAULT_RETRY_BACKOFF,
    maxDelayMs: common.retry_max_delay || DEFAULT_RETRY_MAX_DELAY_MS,
  };
}
