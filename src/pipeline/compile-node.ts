import type { JsonObject } from '../json.ts';
import { NODE_TIMEOUT_MS } from '../limits.ts';
import { type CommonSpec, commonSpecSchema } from './document-schema.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import { DEFAULT_RETRY_BACKOFF, DEFAULT_RETRY_DELAY_MS, DEFAULT_RETRY_MAX_DELAY_MS } from './limits.ts';
import type { DefinedName, NodeDefinition, ReferenceSite, ReportProblem, StepCatalog } from './node-definition.ts';
import type { PlanNode, RetryPolicy } from './plan.ts';
import { type Reference, ReferenceCollector } from './references.ts';
import type { Report } from './report.ts';
import { problemsOf, unknownKey } from './schema-problems.ts';

/** A node after its own checks, before it has a place in the graph. */
export interface CompiledNode {
  readonly envelope: Envelope;
  readonly kind: string;
  readonly common: CommonSpec;
  /** The kind's part of the spec, as the plan keeps it. */
  readonly spec: JsonObject;
  readonly references: readonly Reference[];
  readonly definedNames: readonly DefinedName[];
}

const COMMON_KEYS = Object.keys(commonSpecSchema.shape);
/** Read by hexDAG, without effect here. */
const IGNORED_KEYS: ReadonlySet<string> = new Set(['deps', 'ports']);

/**
 * Checks one node by itself. What is wrong is reported and left out, so that the rest can still be checked. Without a definition
 * (its kind is unknown) only what all kinds share is looked at.
 */
export function compileNode(
  envelope: Envelope,
  definition: NodeDefinition | undefined,
  steps: StepCatalog,
  report: Report,
): CompiledNode {
  const { spec: written, specPath } = envelope;
  const common = readCommon(written, specPath, report);
  if (common.strict_mapping === true && written['input_mapping'] === undefined) {
    const message = "'strict_mapping' needs an 'input_mapping'.";
    report.error(specPath(['strict_mapping']), {
      code: 'mapping_missing',
      message,
      remedy: "Add 'input_mapping', or remove 'strict_mapping'.",
    });
  }
  const node = { envelope, kind: definition?.kind ?? envelope.kind, common, spec: {}, definedNames: [] };
  if (definition === undefined) return { ...node, references: collectReferences(envelope, [], common, report) };

  const own = readOwn(definition, written, specPath, report);
  const references = collectReferences(envelope, own === undefined ? [] : definition.references(own), common, report);
  if (own === undefined) return { ...node, references };
  const reportInSpec: ReportProblem = ({ path, ...finding }) => report.error(specPath(path), finding);
  const spec = definition.resolve?.(own, steps, reportInSpec) ?? own;
  return { ...node, references, spec, definedNames: definition.definedNames?.(own) ?? [] };
}

/** The common keys that are valid. */
function readCommon(written: JsonObject, specPath: (path: Path) => Path, report: Report): CommonSpec {
  const parsed = commonSpecSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  for (const problem of problemsOf(parsed.error, written)) report.problem({ ...problem, path: specPath(problem.path) });
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  return commonSpecSchema.parse(Object.fromEntries(Object.entries(written).filter(([key]) => !wrong.has(key))));
}

/** The keys of the node's kind; undefined (reported) if they do not fit its schema. */
function readOwn(
  { schema }: NodeDefinition,
  written: JsonObject,
  specPath: (path: Path) => Path,
  report: Report,
): JsonObject | undefined {
  const keys = Object.keys(schema.shape);
  const known = [...keys, ...COMMON_KEYS];
  for (const key of Object.keys(written)) {
    if (!known.includes(key) && !IGNORED_KEYS.has(key)) report.problem(unknownKey(specPath([key]), key, known), 'warning');
  }
  const own = Object.fromEntries(Object.entries(written).filter(([key]) => keys.includes(key)));
  const parsed = schema.safeParse(own);
  if (parsed.success) return own;
  for (const problem of problemsOf(parsed.error, own)) report.problem({ ...problem, path: specPath(problem.path) });
  return undefined;
}

function collectReferences(
  { spec, specPath }: Envelope,
  sites: readonly ReferenceSite[],
  common: CommonSpec,
  report: Report,
): readonly Reference[] {
  const collector = new ReferenceCollector(report);
  if (common.when !== undefined) collector.expression(specPath(['when']), common.when);
  if (common.input_mapping !== undefined) collector.mapping(specPath(['input_mapping']), common.input_mapping);

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
  { envelope, kind, common, spec }: CompiledNode,
  place: Pick<PlanNode, 'dependencies' | 'waitFor'> & { readonly handles: readonly string[] },
  defaultTimeoutMs: number | undefined,
): PlanNode {
  return {
    name: envelope.name,
    kind,
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
