import { ACTIVITY_DEADLINE_MS } from '../../limits.ts';
import type { NodeRole } from '../../pipeline/node-definition.ts';
import type { PlanNode } from '../../pipeline/plan.ts';

/** What recording a result may take on top of a node's own time; the run engine plans with the same. */
const RECORDING_MS = 30_000;

export type RoleOf = (node: PlanNode) => NodeRole;

export interface GraphTasks {
  /** The activities a graph takes when every node runs and none fails, each with the nodes it runs one after the other. */
  readonly tasks: readonly (readonly string[])[];
  /** Whether the last activity can record the graph's end together with its last node. */
  readonly endsInTask: boolean;
}

/** Groups the nodes of a graph into activities by the rule of the run engine: a task goes on while exactly one node follows. */
export function planTasks(nodes: readonly PlanNode[], roleOf: RoleOf): GraphTasks {
  const done = new Set<string>();
  const tasks: (readonly string[])[] = [];
  let given: readonly PlanNode[] | undefined;
  let lastRound = 0;
  while (given === undefined || given.length > 0) {
    const round: readonly (readonly string[])[] =
      given === undefined
        ? [runChain(nodes, roleOf, done, new Set())]
        : given.map((node) => runChain(nodes, roleOf, done, namesOf(given?.filter((other) => other !== node) ?? [])));
    for (const chain of round) for (const name of chain) done.add(name);
    tasks.push(...round);
    lastRound = round.length;
    given = settle(nodes, roleOf, done, new Set());
  }
  const last = tasks.at(-1) ?? [];
  return { tasks, endsInTask: lastRound === 1 && (last.length > 0 || nodes.every((node) => roleOf(node) === 'pure')) };
}

/** What one task runs: it knows what was done when it was given, and leaves alone what is in flight beside it. */
function runChain(
  nodes: readonly PlanNode[],
  roleOf: RoleOf,
  done: ReadonlySet<string>,
  inFlight: ReadonlySet<string>,
): readonly string[] {
  const known = new Set(done);
  const chain: string[] = [];
  for (;;) {
    const [node, ...others] = ready(nodes, roleOf, known, inFlight);
    if (node === undefined || others.length > 0 || roleOf(node) !== 'effect') return chain;
    if (chain.length > 0 && node.timeoutMs + RECORDING_MS > ACTIVITY_DEADLINE_MS) return chain;
    chain.push(node.name);
    known.add(node.name);
  }
}

/** Settles all that needs no activity, graphs and waits included, and returns the nodes that need one. */
function settle(
  nodes: readonly PlanNode[],
  roleOf: RoleOf,
  done: Set<string>,
  inFlight: ReadonlySet<string>,
): readonly PlanNode[] {
  for (;;) {
    const due = ready(nodes, roleOf, done, inFlight);
    const byEngine = due.filter((node) => roleOf(node) !== 'effect');
    if (byEngine.length === 0) return due;
    for (const { name } of byEngine) done.add(name);
  }
}

/** Nodes whose turn it is, after pure ones have been computed. */
function ready(
  nodes: readonly PlanNode[],
  roleOf: RoleOf,
  done: Set<string>,
  inFlight: ReadonlySet<string>,
): readonly PlanNode[] {
  for (;;) {
    const due = nodes.filter((node) => !done.has(node.name) && !inFlight.has(node.name) && isDue(node, done));
    const pure = due.filter((node) => roleOf(node) === 'pure');
    if (pure.length === 0) return due;
    for (const { name } of pure) done.add(name);
  }
}

function isDue({ dependencies, waitFor }: PlanNode, done: ReadonlySet<string>): boolean {
  return [...dependencies, ...waitFor].every((name) => done.has(name));
}

function namesOf(nodes: readonly PlanNode[]): ReadonlySet<string> {
  return new Set(nodes.map(({ name }) => name));
}
