import type { Lookup } from '../expression/scope.ts';
import type { JsonValue } from '../json.ts';
import type { NodeKind, PureNodeKind } from '../nodes/node-kind.ts';
import type { PlanNode } from '../pipeline/plan.ts';
import { walkComposite } from './composite.ts';
import type { Facts } from './data-flow.ts';
import { failureOf, graphFailure, isFailing } from './failure.ts';
import type { Frame } from './frame.ts';
import { type GateDecision, gate } from './gate.ts';
import { type GraphScope, type GraphState, OPEN } from './graph-scope.ts';
import { LayeredMap, type Readable } from './layered-map.ts';
import { isWithin } from './node-path.ts';
import { failedOutcome, type NodeOutcome } from './outcome.ts';

/** A node with work to do, and what it is given. */
export interface ReadyNode {
  readonly path: string;
  readonly node: PlanNode;
  readonly input: JsonValue;
  readonly scope: Lookup;
}

/** Whose decisions these are: a task that was given for one node begins only what follows from that node. */
export interface Given {
  readonly path: string;
  /** Paths that had ended when the task was given. */
  readonly known: ReadonlySet<string>;
}

export interface WalkView {
  readonly runId: string;
  readonly pipeline: string;
  readonly outcomes: Readable<NodeOutcome>;
  readonly results: Readable<JsonValue>;
  readonly frames: ReadonlyMap<string, Frame>;
  /** Unsettled nodes that a task is at work on. */
  readonly atWork: ReadonlySet<string>;
  /** Unsettled nodes that wait: for their next attempt, an event, another run. */
  readonly waiting: ReadonlySet<string>;
  readonly given?: Given;
}

/**
 * Goes through a run's graphs from the outside in: settles what needs no effect (skips, refusals, pure nodes, and the ends of
 * composite nodes), and collects what is ready. Pure: a function of the view and `now`.
 */
export class Walk {
  readonly now: number;
  readonly settled: NodeOutcome[] = [];
  readonly ready: ReadyNode[] = [];
  /** Frames that are new or have changed. */
  readonly changedFrames = new Map<string, Frame>();
  /** When (Unix milliseconds) something is to happen without anything having ended. */
  wakeAt: number | undefined;
  readonly #kinds: ReadonlyMap<string, NodeKind>;
  readonly #view: WalkView;
  readonly #outcomes: LayeredMap<NodeOutcome>;
  readonly #results: LayeredMap<JsonValue>;

  constructor(kinds: ReadonlyMap<string, NodeKind>, view: WalkView, now: number) {
    this.#kinds = kinds;
    this.#view = view;
    this.now = now;
    this.#outcomes = new LayeredMap(view.outcomes);
    this.#results = new LayeredMap(view.results);
  }

  /** Brings a graph as far as it goes without an effect. */
  graph(scope: GraphScope): GraphState {
    const results = this.#resultsIn(scope);
    const active = this.#activeIn(scope);
    const visited = new Set<string>();
    for (let changed = true; changed && !this.#isFailing(scope); ) {
      changed = false;
      for (const node of this.#dueNodes(scope)) {
        if (visited.has(node.name)) continue;
        const outcome = this.#visit(scope, node, results, active);
        if (outcome === undefined && active.has(node.name)) visited.add(node.name);
        if (outcome === undefined) continue;
        active.delete(node.name);
        changed = true;
        if ('value' in outcome.result) results.set(node.name, outcome.result.value);
        if (this.#isFailing(scope)) break;
      }
    }
    return this.#stateOf(scope);
  }

  get outcomes(): Readable<NodeOutcome> {
    return this.#outcomes;
  }

  outcomeOf(path: string): NodeOutcome | undefined {
    return this.#outcomes.get(path);
  }

  resultOf(path: string): JsonValue {
    return this.#results.get(path) ?? null;
  }

  frameOf(path: string): Frame | undefined {
    return this.changedFrames.get(path) ?? this.#view.frames.get(path);
  }

  setFrame(frame: Frame): void {
    this.changedFrames.set(frame.node, frame);
  }

  /** `value` is what the outcome's result is, which may be a reference. */
  settle(outcome: NodeOutcome, value?: JsonValue): void {
    this.settled.push(outcome);
    this.#outcomes.set(outcome.node, outcome);
    if ('value' in outcome.result) this.#results.set(outcome.node, outcome.result.value);
    else if (value !== undefined) this.#results.set(outcome.node, value);
  }

  wake(at: number): void {
    this.wakeAt = Math.min(at, this.wakeAt ?? at);
  }

  get given(): Given | undefined {
    return this.#view.given;
  }

  /** True if the task at hand was given for a node elsewhere, or for none: then whatever it finds here is new. */
  isFresh(body: string): boolean {
    const { given } = this.#view;
    return given === undefined || !isWithin(given.path, body);
  }

  isAtWork(path: string): boolean {
    return this.#view.atWork.has(path);
  }

  isWaiting(path: string): boolean {
    return this.#view.waiting.has(path);
  }

  #dueNodes({ prefix, nodes }: GraphScope): PlanNode[] {
    const isSettled = (name: string) => this.#outcomes.has(prefix + name);
    return nodes.filter((node) => {
      const path = prefix + node.name;
      if (isSettled(node.name) || this.isAtWork(path) || this.isWaiting(path)) return false;
      return node.dependencies.every(isSettled) && node.waitFor.every(isSettled);
    });
  }

  /** Settles the node, or puts it among those that are ready. */
  #visit(
    scope: GraphScope,
    node: PlanNode,
    results: ReadonlyMap<string, JsonValue>,
    active: Set<string>,
  ): NodeOutcome | undefined {
    const path = scope.prefix + node.name;
    const facts = this.#facts(scope, this.#knownTo(path, results), this.frameOf(path)?.startedAt);
    const decision = gate(node, facts);
    const kind = this.#kinds.get(node.kind);
    const outcome = settleAtOnce(path, node, decision, kind, facts);
    if (outcome !== undefined) {
      this.settle(outcome);
      return outcome;
    }
    if (decision.kind !== 'run' || !this.#mayBegin(scope, node, active)) return undefined;
    active.add(node.name);
    const { input, scope: lookup } = decision;
    if (kind?.role !== 'composite') {
      this.ready.push({ path, node, input, scope: lookup });
      return undefined;
    }
    walkComposite(this, { path, node, input, scope: lookup, known: [...results.keys()] });
    return this.#outcomes.get(path);
  }

  /** A composite node keeps seeing what it saw, and the time it saw, when it began. */
  #knownTo(path: string, results: ReadonlyMap<string, JsonValue>): ReadonlyMap<string, JsonValue> {
    const frame = this.frameOf(path);
    if (frame === undefined || frame.known.length === results.size) return results;
    return new Map(frame.known.map((name) => [name, results.get(name) ?? null]));
  }

  #facts({ input, outer }: GraphScope, results: ReadonlyMap<string, JsonValue>, now = this.now): Facts {
    const { runId, pipeline } = this.#view;
    return { input, results, now, runId, pipeline, ...(outer === undefined ? {} : { outer }) };
  }

  #mayBegin(scope: GraphScope, node: PlanNode, active: ReadonlySet<string>): boolean {
    const path = scope.prefix + node.name;
    const { given } = this.#view;
    if (given !== undefined && isWithin(given.path, path)) return true;
    if (!active.has(node.name) && active.size >= scope.maxConcurrentNodes) return false;
    if (given === undefined || scope.fresh) return true;
    return [...node.dependencies, ...node.waitFor].some((name) => !given.known.has(scope.prefix + name));
  }

  /** Nodes of the graph that are at work, or will be. Those that only wait take nobody's place. */
  #activeIn({ prefix, nodes }: GraphScope): Set<string> {
    const active = nodes.filter(({ name }) => {
      const path = prefix + name;
      return !this.#outcomes.has(path) && (this.isAtWork(path) || this.frameOf(path) !== undefined);
    });
    return new Set(active.map(({ name }) => name));
  }

  #resultsIn({ prefix, nodes }: GraphScope): Map<string, JsonValue> {
    const results = new Map<string, JsonValue>();
    for (const { name } of nodes) {
      const value = this.#results.get(prefix + name);
      if (value !== undefined) results.set(name, value);
    }
    return results;
  }

  #isFailing({ prefix, nodes }: GraphScope): boolean {
    return isFailing(nodes, this.#outcomes, prefix);
  }

  #stateOf(scope: GraphScope): GraphState {
    const { prefix, nodes } = scope;
    if (this.#isFailing(scope)) {
      const isBusy = [...this.#view.atWork].some((path) => path.startsWith(prefix) && !this.#outcomes.has(path));
      return isBusy ? OPEN : { kind: 'failed', error: graphFailure(nodes, this.#outcomes, prefix) };
    }
    if (!nodes.every(({ name }) => this.#outcomes.has(prefix + name))) return OPEN;
    // The result of the last node that was not skipped.
    const outcomes = nodes.map(({ name }) => this.#outcomes.get(prefix + name));
    const last = outcomes.findLast((outcome) => outcome !== undefined && outcome.status !== 'skipped');
    if (last === undefined) return { kind: 'done', result: { value: null }, value: null };
    return { kind: 'done', result: last.result, value: this.resultOf(last.node) };
  }
}

/** The outcome of a node that is skipped, refused or pure; undefined for one that has work to do. */
function settleAtOnce(
  path: string,
  node: PlanNode,
  decision: GateDecision,
  kind: NodeKind | undefined,
  facts: Facts,
): NodeOutcome | undefined {
  if (decision.kind === 'skip') return { node: path, status: 'skipped', result: { value: decision.result } };
  if (decision.kind === 'fail') return failedOutcome(path, node, { ...decision.error, retryable: false });
  if (kind === undefined || kind.role === 'macro') {
    const message = `Node '${node.name}' is a ${node.kind}, which this build does not know.`;
    return failedOutcome(path, node, { type: 'NodeKindUnknown', code: 'node_kind_unknown', message, retryable: false });
  }
  return kind.role === 'pure' ? evaluateNode(path, node, decision, kind, facts) : undefined;
}

function evaluateNode(
  path: string,
  node: PlanNode,
  { input, scope }: { readonly input: JsonValue; readonly scope: Lookup },
  kind: PureNodeKind,
  facts: Facts,
): NodeOutcome {
  try {
    const dependencies = node.dependencies.map((name) => [name, facts.results.get(name) ?? null] as const);
    return {
      node: path,
      status: 'completed',
      result: { value: kind.evaluate(node.spec, { input, scope, now: facts.now, dependencies }) },
    };
  } catch (error) {
    return failedOutcome(path, node, failureOf(error));
  }
}
