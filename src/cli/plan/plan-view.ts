import type { JsonObject } from '../../json.ts';
import type { NodeRole } from '../../pipeline/node-definition.ts';
import type { Plan, PlanNode, RetryPolicy } from '../../pipeline/plan.ts';
import { planHash } from '../../pipeline/plan-hash.ts';
import { type GraphTasks, planTasks, type RoleOf } from './plan-tasks.ts';

/** Where a node runs. */
export type Place = 'orchestrator' | 'activity' | 'inner graph' | 'event' | 'child run';

/** What running a graph once costs when every node runs and none fails. */
export interface Cost {
  readonly activities: number;
  /** Documents that are left. */
  readonly documents: number;
  readonly writes: number;
}

export interface NodeView {
  readonly name: string;
  readonly kind: string;
  /** 1 for nodes that wait for none, else one more than the latest they wait for. */
  readonly level: number;
  readonly place: Place;
  readonly why: string;
  /** Which of the graph's activities runs it, counted from 1. */
  readonly activity?: number;
  readonly dependencies: readonly string[];
  readonly waitFor: readonly string[];
  readonly when?: string;
  readonly timeoutMs?: number;
  readonly retry?: RetryPolicy;
  readonly onError?: string;
  readonly onlyOnError: boolean;
  readonly onTimeout?: string;
  /** Ports that it has instead of the pipeline's, with the names of their adapters. */
  readonly ports?: Readonly<Record<string, readonly string[]>>;
  readonly bodies?: Readonly<Record<string, GraphView>>;
  readonly spec: JsonObject;
}

export interface GraphView {
  readonly nodes: readonly NodeView[];
  /** Nodes that run in one activity, one after the other. */
  readonly activities: readonly (readonly string[])[];
  readonly cost: Cost;
}

export interface PlanView extends GraphView {
  readonly pipeline: string;
  readonly version?: string;
  readonly hash: string;
}

const PLACES: Readonly<Record<NodeRole, { readonly place: Place; readonly why: string }>> = {
  pure: { place: 'orchestrator', why: 'computed from data alone, so it needs no activity and no document' },
  effect: { place: 'activity', why: 'can be seen from outside, so it is recorded once and retried by its own policy' },
  composite: { place: 'inner graph', why: 'steers the graphs within it; each of their nodes runs where its own kind does' },
  wait: { place: 'event', why: 'waits for an event from outside, raced with a durable timer' },
  child: { place: 'child run', why: 'starts another pipeline as a run of its own and waits for its end' },
  macro: { place: 'orchestrator', why: 'replaced by other nodes when the pipeline is compiled' },
};

/** What runs where, why, and at what cost at least. */
export function viewPlan(plan: Plan, kinds: ReadonlyMap<string, { readonly role: NodeRole }>): PlanView {
  const roleOf: RoleOf = ({ kind }) => kinds.get(kind)?.role ?? 'effect';
  const { tasks, endsInTask } = planTasks(plan.nodes, roleOf);
  const graph = viewGraph(plan.nodes, tasks, roleOf);
  const last = plan.nodes.find(({ name }) => name === tasks.at(-1)?.at(-1));
  // The claim is the run's document. The record of a last node travels in it with the run's end, if nothing else is in flight.
  const together = endsInTask && last !== undefined && roleOf(last) === 'effect' ? 1 : 0;
  return {
    pipeline: plan.pipeline,
    ...(plan.version === undefined ? {} : { version: plan.version }),
    hash: planHash(plan),
    ...graph,
    cost: {
      activities: tasks.length + (endsInTask ? 0 : 1),
      documents: graph.cost.documents + 1 - together,
      writes: graph.cost.writes + 2 - together,
    },
  };
}

function viewGraph(nodes: readonly PlanNode[], tasks: GraphTasks['tasks'], roleOf: RoleOf): GraphView {
  const activities = tasks.filter((chain) => chain.length > 0);
  const levels = levelsOf(nodes);
  const recorded = countRecorded(nodes, roleOf);
  return {
    nodes: nodes.map((node) => viewNode(node, levels.get(node.name) ?? 1, activities, roleOf)),
    activities,
    cost: { activities: activities.length, documents: recorded, writes: recorded },
  };
}

function viewNode(node: PlanNode, level: number, activities: GraphView['activities'], roleOf: RoleOf): NodeView {
  const role = roleOf(node);
  const activity = activities.findIndex((chain) => chain.includes(node.name));
  const { name, kind, dependencies, waitFor, when, retry, onError, onlyOnError, onTimeout, ports, bodies, spec } = node;
  return {
    name,
    kind,
    level,
    ...PLACES[role],
    ...(activity < 0 || role !== 'effect' ? {} : { activity: activity + 1 }),
    dependencies,
    waitFor,
    ...(when === undefined ? {} : { when }),
    ...timeoutOf(node, role),
    ...(role === 'pure' || retry.maxAttempts === 1 ? {} : { retry }),
    ...(onError === undefined ? {} : { onError }),
    onlyOnError,
    ...(onTimeout === undefined ? {} : { onTimeout }),
    ...(ports === undefined ? {} : { ports: viewPorts(ports) }),
    ...(bodies === undefined ? {} : { bodies: viewBodies(bodies, roleOf) }),
    spec,
  };
}

/** A wait keeps its time in its spec. What may last as long as a run has no time of its own. */
function timeoutOf({ timeoutMs, spec }: PlanNode, role: NodeRole): { readonly timeoutMs?: number } {
  if (role === 'wait') return typeof spec['timeout_ms'] === 'number' ? { timeoutMs: spec['timeout_ms'] } : {};
  return role === 'pure' || timeoutMs === 0 ? {} : { timeoutMs };
}

/** Without the configuration, which may hold what is not to be shown. */
function viewPorts(ports: NonNullable<PlanNode['ports']>): NonNullable<NodeView['ports']> {
  return Object.fromEntries(Object.entries(ports).map(([name, { adapters }]) => [name, adapters.map(({ adapter }) => adapter)]));
}

function viewBodies(bodies: NonNullable<PlanNode['bodies']>, roleOf: RoleOf): Readonly<Record<string, GraphView>> {
  const views = Object.entries(bodies).map(([key, { nodes }]) => [key, viewGraph(nodes, planTasks(nodes, roleOf).tasks, roleOf)]);
  return Object.fromEntries(views);
}

/** Nodes that leave a document: their record, the wait, or the child's run. */
function countRecorded(nodes: readonly PlanNode[], roleOf: RoleOf): number {
  return nodes.filter((node) => ['effect', 'wait', 'child'].includes(roleOf(node))).length;
}

/** A compiled graph has no cycles, so every turn places at least one node. */
function levelsOf(nodes: readonly PlanNode[]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  let open = nodes;
  for (let level = 1; open.length > 0; level++) {
    const placed = open.filter(({ dependencies, waitFor }) => [...dependencies, ...waitFor].every((name) => levels.has(name)));
    if (placed.length === 0) return levels;
    for (const { name } of placed) levels.set(name, level);
    open = open.filter(({ name }) => !levels.has(name));
  }
  return levels;
}
