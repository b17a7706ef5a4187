import type { JsonValue } from '../json.ts';
import { CONCURRENT_NODES } from '../limits.ts';
import type { NodeKind } from '../nodes/node-kind.ts';
import type { Plan } from '../pipeline/plan.ts';
import { graphFailure, isFailing } from './failure.ts';
import type { Frame } from './frame.ts';
import type { NodeOutcome, RunEnd } from './outcome.ts';
import { runOutput } from './run-output.ts';
import { type ReadyNode, Walk, type WalkView } from './walk.ts';

/** What is known of a run: everything a decision may depend on. All results are loaded. */
export interface RunView extends Omit<WalkView, 'pipeline'> {
  readonly input: JsonValue;
}

export interface Progress {
  /** Nodes that settled without an effect: skipped, failed before they ran, pure, or composite. */
  readonly settled: readonly NodeOutcome[];
  /** Nodes with work to do whose turn it is. Empty once the run is failing. */
  readonly ready: readonly ReadyNode[];
  /** Frames that are new or have changed. */
  readonly frames: readonly Frame[];
  /** When (Unix milliseconds) to look again although nothing has ended. */
  readonly wakeAt?: number;
  /** Set when no node is left to run, or the run is failing: then it ends as soon as nothing is in flight. */
  readonly end?: RunEnd;
}

/**
 * What follows from what is known: settles all that needs no effect, then tells what is ready and whether the run is over.
 * Pure; `now` is the time that expressions see.
 */
export function progress(plan: Plan, kinds: ReadonlyMap<string, NodeKind>, view: RunView, now: number): Progress {
  const walk = new Walk(kinds, { ...view, pipeline: plan.pipeline }, now);
  const { nodes, maxConcurrentNodes = CONCURRENT_NODES } = plan;
  walk.graph({ prefix: '', nodes, input: view.input, maxConcurrentNodes, fresh: view.given === undefined });

  const { settled, wakeAt, outcomes } = walk;
  const frames = [...walk.changedFrames.values()];
  const wake = wakeAt === undefined ? {} : { wakeAt };
  if (isFailing(nodes, outcomes))
    return { settled, ready: [], frames, ...wake, end: { status: 'failed', error: graphFailure(nodes, outcomes) } };
  if (nodes.every(({ name }) => outcomes.has(name))) {
    const results = new Map(nodes.map(({ name }) => [name, walk.resultOf(name)]));
    return { settled, ready: [], frames, ...wake, end: { status: 'completed', output: runOutput(plan, results) } };
  }
  return { settled, ready: walk.ready, frames, ...wake };
}
