import { z } from 'zod';
import type { JsonValue } from '../../src/json.ts';
import type { EffectNodeKind, NodeKind, PureNodeKind } from '../../src/nodes/node-kind.ts';
import type { StepContext } from '../../src/nodes/step-context.ts';
import type { Plan, PlanNode } from '../../src/pipeline/plan.ts';

export type Behaviour = (input: JsonValue, context: StepContext) => JsonValue | Promise<JsonValue>;

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

export function plan(...nodes: PlanNode[]): Plan {
  return { format: 1, pipeline: 'test', nodes };
}

/** Kinds of nodes: `work` does what its node's behaviour says, `echo` is pure and gives its input back, the others are the engine's. */
export function kinds(behaviours: Readonly<Record<string, Behaviour>> = {}): ReadonlyMap<string, NodeKind> {
  const definition = { aliases: [], schema: z.object({}), references: () => [] };
  const work: EffectNodeKind = {
    ...definition,
    kind: 'work',
    role: 'effect',
    run: async (_, input, context) => (behaviours[localName(context.node)] ?? (() => `${context.node} done`))(input, context),
  };
  const echo: PureNodeKind = { ...definition, kind: 'echo', role: 'pure', evaluate: (_, { input }) => input };
  const engine = (['composite', 'wait', 'child'] as const).map((role): NodeKind => ({ ...definition, kind: role, role }));
  return new Map([work, echo, ...engine].map((kind) => [kind.kind, kind]));
}

/** The last part of a node's path. */
function localName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
