import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import type { EffectNodeKind, NodeContext } from '../../src/nodes/node-kind.ts';
import { NO_RESOURCES, type NodeResources } from '../../src/nodes/node-resources.ts';
import { StepRegistry } from '../../src/nodes/steps.ts';
import { stepContext } from './step-context.ts';

export interface NodeSurroundings {
  readonly input?: JsonValue;
  /** Names in the node's texts besides the fields of its input. */
  readonly names?: JsonObject;
  readonly ports?: Readonly<Record<string, unknown>>;
  readonly resources?: Partial<NodeResources>;
  readonly steps?: StepRegistry;
  readonly context?: Partial<NodeContext>;
}

export interface ReportedProblem {
  readonly code: string;
  readonly path: readonly (string | number)[];
  readonly severity?: 'error' | 'warning';
}

/** What the compiler makes of a node's spec, and what it says about it. */
export function resolveNode(kind: EffectNodeKind, spec: JsonObject, steps: StepRegistry = new StepRegistry([])) {
  const problems: ReportedProblem[] = [];
  const report = ({ code, path, severity = 'error' }: ReportedProblem) => problems.push({ code, path, severity });
  return { spec: kind.resolve?.(spec, report, { steps }) ?? spec, problems };
}

/** Compiles a node's spec and runs it once. */
export async function runNode(kind: EffectNodeKind, spec: JsonObject, around: NodeSurroundings): Promise<JsonValue> {
  const { input = {}, names = {}, ports = {}, resources, steps, context } = around;
  const { spec: planned, problems } = resolveNode(kind, spec, steps);
  if (problems.some(({ severity }) => severity === 'error')) throw new Error(JSON.stringify(problems));

  const known: Readonly<Record<string, JsonValue>> = { ...names, ...(isJsonObject(input) ? input : {}) };
  return kind.run(planned, input, {
    ...stepContext('n'),
    scope: (name) => (Object.hasOwn(known, name) ? known[name] : undefined),
    resources: { ...NO_RESOURCES, port: (name) => ports[name], ...resources },
    ...context,
  });
}
