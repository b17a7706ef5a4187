import { z } from 'zod';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import type { EffectNodeKind, NodeKind, PureNodeKind } from '../../src/nodes/node-kind.ts';
import type { StepContext } from '../../src/nodes/step-context.ts';
import type { Plan, PlanBody, PlanNode } from '../../src/pipeline/plan.ts';

export type Behaviour = (input: JsonValue, context: StepContext, spec: JsonObject) => JsonValue | Promise<JsonValue>;

/** A node as plans have it, with everything at its default. */
export function node(name: string, dependencies: readonly string[] = [], rest: Partial<PlanNode> = {}): PlanNode {
  return {
    name,
    kind: 'work',
    dependencies,
    waitFor: [],
    critical: false,
    requiredInputs: [],
    strictMapping: false,
    timeoutMs: 60_000,
    retry: { maxAttempts: 1, delayMs: 1000, backoff: 2, maxDelayMs: 60_000 },
    onlyOnError: false,
    spec: {},
    ...rest,
  };
}

/** A rule for attempts; the pause before the second one is `delayMs`. */
export function retry(maxAttempts: number, delayMs: number, backoff = 1): PlanNode['retry'] {
  return { maxAttempts, delayMs, backoff, maxDelayMs: Number.MAX_SAFE_INTEGER };
}

/** An inner graph. */
export function body(...nodes: PlanNode[]): PlanBody {
  return { nodes, result: 'last', maxConcurrentNodes: 10 };
}

/** A composite node with one body, called as its mode has it. */
export function composite(name: string, spec: JsonObject, inner: PlanBody | undefined, rest: Partial<PlanNode> = {}): PlanNode {
  const key = spec['mode'] === 'if-else' ? 'then' : 'body';
  return node(name, [], {
    kind: 'composite',
    spec,
    timeoutMs: 0,
    ...(inner === undefined ? {} : { bodies: { [key]: inner } }),
    ...rest,
  });
}

/** A node that waits for an event; `timeoutMs` at most. */
export function wait(name: string, eventKey: string, timeoutMs?: number, rest: Partial<PlanNode> = {}): PlanNode {
  const spec = { event_key: eventKey, ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }) };
  return node(name, [], { kind: 'wait', spec, timeoutMs: 0, ...rest });
}

/** A node that starts another pipeline. */
export function child(name: string, pipeline: string, rest: Partial<PlanNode> & { readonly detached?: boolean } = {}): PlanNode {
  const { detached = false, ...others } = rest;
  return node(name, [], { kind: 'pipeline_node', spec: { pipeline, wait: !detached }, timeoutMs: 0, ...others });
}

export function plan(...nodes: PlanNode[]): Plan {
  return { format: 1, pipeline: 'test', nodes };
}

/**
 * Kinds of nodes: `work` does what the behaviour of its name says, `function_node` what that of its step says; `echo` is pure and gives
 * its input back; the others are the engine's.
 */
export function kinds(behaviours: Readonly<Record<string, Behaviour>> = {}): ReadonlyMap<string, NodeKind> {
  const definition = { aliases: [], schema: z.object({}), references: () => [] };
  const work: EffectNodeKind = {
    ...definition,
    kind: 'work',
    role: 'effect',
    run: async (spec, input, context) => {
      const behaviour = behaviours[localName(context.node)] ?? (() => `${context.node} done`);
      return behaviour(input, context, spec);
    },
  };
  const step: EffectNodeKind = {
    ...work,
    kind: 'function_node',
    run: async (spec, input, context) => behaviours[String(spec['fn'])]?.(input, context, spec) ?? null,
  };
  const echo: PureNodeKind = { ...definition, kind: 'echo', role: 'pure', evaluate: (_, { input }) => input };
  const engine: readonly NodeKind[] = [
    { ...definition, kind: 'composite', role: 'composite' },
    { ...definition, kind: 'wait', role: 'wait' },
    { ...definition, kind: 'pipeline_node', role: 'child' },
  ];
  return new Map([work, step, echo, ...engine].map((kind) => [kind.kind, kind]));
}

/** The last part of a node's path. */
function localName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
