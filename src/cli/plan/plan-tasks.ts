import { ACTIVITY_DEADLINE_MS } from '../../limits.ts';
import type { NodeRole } from '../../pipeline/node-definition.ts';
import type { PlanNode } from '../../pipeline/plan.ts';

/** What recording a result may take on top of a node's own time; the run engine plans with the same. */
const RECORDING_MS = 30_000;

export type RoleOf = (node: PlanNode) => NodeRole;

export interface GraphTasks {
  /**
   * The activities a graph takes when every node runs and none fails, each with the nodes it looks at one after the other. A node
   * that is waited for ends one, and begins another when what it waits for has come.
   */
  readonly tasks: readonly (readonly string[])[];
  /** Whether the last activity also records the graph's end. */
  readonly endsInTask: boolean;
}

interface Chain {
  readonly nodes: readonly string[];
  /** The last of them, if it is waited for. */
  readonly suspended?: string;
}

/** Groups the nodes of a graph into activities by the rule of the run engine: a task goes on while exactly one node follows. */
export function planTasks(nodes: readonly PlanNode[], roleOf: RoleOf): GraphTasks {
  return new TaskPlanner(nodes, roleOf).plan();
}

class TaskPlanner {
  readonly #nodes: readonly PlanNode[];
  readonly #roleOf: RoleOf;
  readonly #done = new Set<string>();
  /** Nodes that wait for what is outside. */
  readonly #suspended = new Set<string>();

  constructor(nodes: readonly PlanNode[], roleOf: RoleOf) {
    this.#nodes = nodes;
    this.#roleOf = roleOf;
  }

  plan(): GraphTasks {
    let round = [this.#chain(new Set())];
    const tasks = [...round];
    for (let ready = this.#afterRound(round); ready.length > 0; ready = this.#afterRound(round)) {
      const given = ready;
      round = given.map((node) => this.#chain(new Set(given.filter((other) => other !== node).map(({ name }) => name))));
      tasks.push(...round);
    }
    const [last, ...beside] = round;
    // A first task that finds several nodes ready, or a last one beside others, leaves the end to one more.
    const endsInTask = beside.length === 0 && last !== undefined && (last.nodes.length > 0 || tasks.length === 1);
    return { tasks: tasks.map((task) => task.nodes), endsInTask };
  }

  /** What one task does: it knows what was done when it was given, and leaves alone what is in flight beside it. */
  #chain(inFlight: ReadonlySet<string>): Chain {
    const known = new Set(this.#done);
    const chain: string[] = [];
    for (;;) {
      const [node, ...others] = this.#ready(known, inFlight);
      if (node === undefined || others.length > 0) return { nodes: chain };
      if (chain.length > 0 && node.timeoutMs + RECORDING_MS > ACTIVITY_DEADLINE_MS) return { nodes: chain };
      chain.push(node.name);
      if (this.#mustWait(node)) return { nodes: chain, suspended: node.name };
      known.add(node.name);
      if (isDetached(node, this.#roleOf(node))) return { nodes: chain };
    }
  }

  /** Learns what the tasks did, and tells what is ready then. */
  #afterRound(round: readonly Chain[]): readonly PlanNode[] {
    for (const { nodes, suspended } of round) {
      for (const name of nodes) if (name !== suspended) this.#done.add(name);
      if (suspended !== undefined) this.#suspended.add(suspended);
    }
    return this.#ready(this.#done, new Set());
  }

  /** Nodes whose turn it is, after all that needs no activity is computed. */
  #ready(known: Set<string>, inFlight: ReadonlySet<string>): readonly PlanNode[] {
    for (;;) {
      const due = this.#nodes.filter((node) => !known.has(node.name) && !inFlight.has(node.name) && isDue(node, known));
      const computed = due.filter((node) => this.#isComputed(node));
      if (computed.length === 0) return due;
      for (const { name } of computed) known.add(name);
    }
  }

  /** Graphs within nodes are told by themselves; at least they cost nothing. */
  #isComputed(node: PlanNode): boolean {
    const role = this.#roleOf(node);
    return role === 'pure' || role === 'composite' || role === 'macro';
  }

  #mustWait(node: PlanNode): boolean {
    const role = this.#roleOf(node);
    return (role === 'wait' || (role === 'child' && !isDetached(node, role))) && !this.#suspended.has(node.name);
  }
}

/** A child run that is started and not waited for. */
function isDetached({ spec }: PlanNode, role: NodeRole): boolean {
  return role === 'child' && spec['wait'] === false;
}

function isDue({ dependencies, waitFor }: PlanNode, done: ReadonlySet<string>): boolean {
  return [...dependencies, ...waitFor].every((name) => done.has(name));
}
