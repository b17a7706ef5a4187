import type { Plan } from '../pipeline/plan.ts';
import type { AdvanceTask } from './advance-task.ts';
import type { KnownRun } from './known-run.ts';
import type { PendingTask } from './pending.ts';
import type { PendingSet } from './pending-set.ts';
import { relevantTo } from './relevant.ts';
import type { RunGeneration } from './run-generation.ts';

interface Circumstances {
  readonly generation: RunGeneration;
  readonly known: KnownRun;
  readonly plan: Plan | undefined;
  readonly open: PendingSet;
  /** Nodes that are being given at the same moment. */
  readonly alongside: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a task is about, and all that it has to know. */
export function taskFor(pending: PendingTask, { generation, known, plan, open, alongside, now }: Circumstances): AdvanceTask {
  const { runId, pipeline, planHash, eventKey, input, traceParent, retry, recovering } = generation;
  const isOther = (node: string) => node !== pending.node;
  return {
    runId,
    pipeline,
    planHash,
    eventKey,
    input,
    ...(traceParent === undefined ? {} : { traceParent }),
    ...(retry === undefined ? {} : { retry }),
    node: pending.node,
    attempt: pending.attempt,
    outcomes: relevantTo(pending.node, [...known.outcomes.values()], plan),
    frames: relevantTo(pending.node, [...known.frames.values()], plan),
    atWork: [...new Set([...open.nodes('task'), ...alongside])].filter(isOther),
    waiting: open.nodes('pause', 'event').filter(isOther),
    now,
    lookUp: recovering || pending.lookUp,
    wantPlan: plan === undefined,
    ...(pending.giveUp === undefined ? {} : { giveUp: pending.giveUp }),
  };
}
