import type { JsonObject } from '../json.ts';
import { NODE_TIMEOUT_MS } from '../limits.ts';
import { coerceRendered } from './coerce-rendered.ts';
import type { GraphPlace } from './dependencies.ts';
import { type CommonSpec, commonSpecSchema, longCommonSpecSchema } from './document-schema.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { DEFAULT_RETRY_BACKOFF, DEFAULT_RETRY_DELAY_MS, DEFAULT_RETRY_MAX_DELAY_MS } from './limits.ts';
import type { BodySite, DefinedName, NodeDefinition, NodeRole, ReportProblem, Route } from './node-definition.ts';
import { collectReferences } from './node-references.ts';
import type { PlanBody, PlanNode, PlanPort, RetryPolicy } from './plan.ts';
import type { Reference } from './references.ts';
import { problemsOf, unknownKey } from './schema-problems.ts';

/** A node after its own checks, before it has a place in the graph. */
export interface CompiledNode {
  readonly envelope: Envelope;
  /** Canonical, or as written if it is unknown. */
  readonly kind: string;
  readonly role: NodeRole | undefined;
  readonly common: CommonSpec;
  /** What it has instead of the pipeline's ports. */
  readonly ports: Readonly<Record<string, PlanPort>> | undefined;
  /** The kind's part of the spec, as the plan keeps it. */
  readonly spec: JsonObject;
  readonly references: readonly Reference[];
  readonly definedNames: readonly DefinedName[];
  /** Inner graphs, and where they stand. */
  readonly bodySites: readonly BodySite[];
  /** Nodes it routes to. */
  readonly routes: readonly Route[];
}

const COMMON_KEYS = Object.keys(commonSpecSchema.shape);
/** Read by hexDAG, without effect here. */
const IGNORED_KEYS: ReadonlySet<string> = new Set(['deps']);
/** Kinds that the run engine carries out are not bound to the time an activity may take. */
const LONG_ROLES: ReadonlySet<NodeRole | undefined> = new Set<NodeRole>(['composite', 'wait', 'child']);

/**
 * Checks one node by itself, without its inner graphs. What is wrong is reported and left out, so that the rest can still be
 * checked. Without a definition (its kind is unknown) only what all kinds share is looked at.
 */
export function compileNode(
  envelope: Envelope,
  definition: NodeDefinition | undefined,
  context: GraphContext,
  locals: ReadonlySet<string>,
): CompiledNode {
  const { spec: written, specPath, report } = envelope;
  const common = readCommon(envelope, definition);
  if (common.strict_mapping === true && written['input_mapping'] === undefined) {
    const message = "'strict_mapping' needs an 'input_mapping'.";
    report.error(specPath(['strict_mapping']), {
      code: 'mapping_missing',
      message,
      remedy: "Add 'input_mapping', or remove 'strict_mapping'.",
    });
  }
  const own = definition === undefined ? undefined : readOwn(definition, envelope);
  const bodySites = definition?.bodies?.(own ?? written) ?? [];
  const sites = own === undefined ? [] : (definition?.references?.(own) ?? []);
  const node = {
    envelope,
    kind: definition?.kind ?? envelope.kind,
    role: definition?.role,
    common,
    ports: context.scopedPorts?.of(envelope, definition, common.ports),
    references: collectReferences({ spec: written, sites, bodies: bodySites, locals }, report, specPath),
    bodySites,
  };
  checkPort(definition?.port, node.ports, context, envelope);
  if (own === undefined || definition === undefined) return { ...node, spec: {}, definedNames: [], routes: [] };

  const reportInSpec: ReportProblem = ({ path, severity, atKey = false, code, message, remedy }) =>
    report.problem({ path: specPath(path), atKey, code, message, remedy }, severity);
  const around = node.ports === undefined ? context : { ...context, ports: withOwn(context.ports, node.ports) };
  const spec = definition.resolve?.(own, reportInSpec, around) ?? own;
  return { ...node, spec, definedNames: definition.definedNames?.(own) ?? [], routes: definition.routes?.(own) ?? [] };
}

function withOwn(
  ports: ReadonlySet<string> | undefined,
  own: Readonly<Record<string, PlanPort>>,
): ReadonlySet<string> | undefined {
  return ports === undefined ? undefined : new Set([...ports, ...Object.keys(own)]);
}

/** Whoever runs the pipeline may bring the port along, so its absence is no error. */
function checkPort(
  port: string | undefined,
  own: Readonly<Record<string, PlanPort>> | undefined,
  { ports }: GraphContext,
  { name, path, report }: Envelope,
): void {
  if (port === undefined || ports === undefined || ports.has(port) || (own !== undefined && Object.hasOwn(own, port))) return;
  const message = `Node '${name}' needs the port '${port}', which the pipeline does not declare.`;
  report.warning([...path, 'kind'], { code: 'port_missing', message, remedy: `Declare it: spec.ports.${port}: {adapter: …}.` });
}

/** The common keys that are valid. A kind's own key of the same name hides the common one. */
function readCommon({ spec, specPath, report, macros }: Envelope, definition: NodeDefinition | undefined): CommonSpec {
  const schema = LONG_ROLES.has(definition?.role) ? longCommonSpecSchema : commonSpecSchema;
  const hidden = definition?.schema.shape ?? {};
  const common = Object.fromEntries(
    Object.entries(spec).filter(([key]) => Object.hasOwn(schema.shape, key) && !Object.hasOwn(hidden, key)),
  );
  const written = macros.length > 0 ? coerceRendered(schema, common) : common;
  const parsed = schema.safeParse(written);
  if (parsed.success) return parsed.data;
  for (const problem of problemsOf(parsed.error, written)) report.problem({ ...problem, path: specPath(problem.path) });
  const wrong = new Set(parsed.error.issues.map((issue) => issue.path[0]));
  return schema.parse(Object.fromEntries(Object.entries(written).filter(([key]) => !wrong.has(key))));
}

/** The keys of the node's kind; undefined (reported) if they do not fit its schema. */
function readOwn({ schema }: NodeDefinition, { spec, specPath, report, macros }: Envelope): JsonObject | undefined {
  const keys = Object.keys(schema.shape);
  const known = [...keys, ...COMMON_KEYS];
  for (const key of Object.keys(spec)) {
    if (!known.includes(key) && !IGNORED_KEYS.has(key)) report.problem(unknownKey(specPath([key]), key, known), 'warning');
  }
  const written = Object.fromEntries(Object.entries(spec).filter(([key]) => keys.includes(key)));
  const own = macros.length > 0 ? coerceRendered(schema, written) : written;
  const parsed = schema.safeParse(own);
  if (parsed.success) return own;
  for (const problem of problemsOf(parsed.error, own)) report.problem({ ...problem, path: specPath(problem.path) });
  return undefined;
}

/** What the graph adds to a node. */
export interface NodeSurroundings {
  readonly place: GraphPlace;
  readonly when: string | undefined;
  readonly onError: string | undefined;
  readonly onTimeout: string | undefined;
  readonly bodies: Readonly<Record<string, PlanBody>> | undefined;
  readonly defaultTimeoutMs: number | undefined;
}

/** The node as the plan carries it. */
export function toPlanNode({ envelope, kind, role, common, ports, spec }: CompiledNode, around: NodeSurroundings): PlanNode {
  const { place, when, onError, onTimeout, bodies } = around;
  const defaultTimeoutMs = LONG_ROLES.has(role) ? 0 : (around.defaultTimeoutMs ?? NODE_TIMEOUT_MS);
  return {
    name: envelope.name,
    kind,
    dependencies: place.dependencies,
    waitFor: place.waitFor,
    ...(when === undefined ? {} : { when }),
    critical: common.critical ?? false,
    requiredInputs: common.required_inputs ?? [],
    ...(common.input_mapping === undefined ? {} : { inputMapping: common.input_mapping }),
    strictMapping: common.strict_mapping ?? false,
    timeoutMs: common.timeout ?? defaultTimeoutMs,
    retry: retryPolicy(common),
    ...(onError === undefined ? {} : { onError }),
    onlyOnError: common.only_on_error ?? false,
    ...(place.handles.length === 0 ? {} : { handles: place.handles }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
    ...(place.handlesTimeout.length === 0 ? {} : { handlesTimeout: place.handlesTimeout }),
    ...(ports === undefined ? {} : { ports }),
    ...(bodies === undefined ? {} : { bodies }),
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
