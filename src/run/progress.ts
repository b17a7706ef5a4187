import type { JsonValue } from '../json.ts';
import type { NodeKind } from '../nodes/node-kind.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';
import type { FailureRecord } from '../ports/run-store.ts';
import type { Facts } from './data-flow.ts';
import { failureOf, isFailing, runFailure } from './failure.ts';
import { gate } from './gate.ts';
import { failedResult, type NodeOutcome, type RunEnd } from './outcome.ts';
import { runOutput } from './run-output.ts';

/** What is known of a run: everything a decision may depend on. */
export interface RunView {
  readonly runId: string;
  /** Undefined while it is a reference that is not loaded. */
  readonly input: JsonValue | undefined;
  readonly outcomes: ReadonlyMap<string, NodeOutcome>;
  /** Results as values, by node; lacks those of `outcomes` that are references. */
  readonly results: ReadonlyMap<string, JsonValue>;
  /** Unsettled nodes that someone else takes care of. */
  readonly elsewhere: ReadonlySet<string>;
}

export interface Progress {
  /** Nodes that settled without an effect: skipped, failed before they ran, or pure. */
  readonly settled: readonly NodeOutcome[];
  /** Nodes with an effect whose turn it is. Empty once the run is failing. */
  readonly ready: readonly PlanNode[];
  /** Set when no node is left to run, or the run is failing: then it ends as soon as nothing is in flight. */
  readonly end?: RunEnd;
}

/**
 * What follows from what is known: settles all that needs no effect, then tells what is ready and whether the run is over.
 * Pure; `now` is the time that expressions see.
 *
 * With references not loaded nothing can be evaluated: every node whose turn it is counts as ready, and
 * whoever runs it loads the references first.
 */
export function progress(plan: Plan, kinds: ReadonlyMap<string, NodeKind>, view: RunView, now: number): Progress {
  const outcomes = new Map(view.outcomes);
  const results = new Map(view.results);
  const input = [...outcomes.keys()].every((node) => results.has(node)) ? view.input : undefined;
  const settled: NodeOutcome[] = [];
  const settle = (node: PlanNode): boolean => {
    if (input === undefined) return false;
    const outcome = settleWithoutEffect(node, kinds, { input, results, now, runId: view.runId, pipeline: plan.pipeline });
    if (outcome === undefined) return false;
    settled.push(outcome);
    outcomes.set(outcome.node, outcome);
    if ('value' in outcome.result) results.set(outcome.node, outcome.result.value);
    return true;
  };

  let due = dueNodes(plan, outcomes, view.elsewhere);
  // Each node that settles may bring others their turn.
  while (!isFailing(plan, outcomes) && due.filter(settle).length > 0) due = dueNodes(plan, outcomes, view.elsewhere);

  if (isFailing(plan, outcomes)) return { settled, ready: [], end: { status: 'failed', error: runFailure(plan, outcomes) } };
  if (outcomes.size < plan.nodes.length) return { settled, ready: due };
  return { settled, ready: [], end: { status: 'completed', output: runOutput(plan, results) } };
}

/** Unsettled nodes, not taken care of elsewhere, whose dependencies have all ended. */
function dueNodes(plan: Plan, outcomes: ReadonlyMap<string, NodeOutcome>, elsewhere: ReadonlySet<string>): PlanNode[] {
  return plan.nodes.filter((node) => !outcomes.has(node.name) && !elsewhere.has(node.name) && isDue(node, outcomes));
}

function isDue(node: PlanNode, outcomes: ReadonlyMap<string, NodeOutcome>): boolean {
  return [...node.dependencies, ...node.waitFor].every((name) => outcomes.has(name));
}

/** The outcome of a node that is skipped, refused or pure; undefined for one that has work to do. */
function settleWithoutEffect(node: PlanNode, kinds: ReadonlyMap<string, NodeKind>, facts: Facts): NodeOutcome | undefined {
  const decision = gate(node, facts);
  if (decision.kind === 'skip') return { node: node.name, status: 'skipped', result: { value: decision.result } };
  if (decision.kind === 'fail') return failed(node, { ...decision.error, retryable: false });
  const kind = kinds.get(node.kind);
  if (kind === undefined) {
    const message = `Node '${node.name}' is a ${node.kind}, which this build does not know.`;
    return failed(node, { type: 'NodeKindUnknown', code: 'node_kind_unknown', message, retryable: false });
  }
  if (kind.effect) return undefined;
  try {
    const dependencies = node.dependencies.map((name) => [name, facts.results.get(name) ?? null] as const);
    const value = kind.evaluate(node.spec, { input: decision.input, scope: decision.scope, now: facts.now, dependencies });
    return { node: node.name, status: 'completed', result: { value } };
  } catch (error) {
    return failed(node, failureOf(error));
  }
}

function failed(node: PlanNode, error: FailureRecord): NodeOutcome {
  return { node: node.name, status: 'failed', result: failedResult(node.name, error), error: { ...error, node: node.name } };
}
