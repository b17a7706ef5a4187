import type { Plan } from '../pipeline/plan.ts';
import type { AdvanceTask } from './advance-task.ts';
import type { KnownRun } from './known-run.ts';
import type { OpenSteps } from './open-steps.ts';
import { relevantTo } from './relevant.ts';
import type { RunGeneration } from './run-generation.ts';
import type { TaskStep } from './run-step.ts';

interface Circumstances {
  readonly generation: RunGeneration;
  readonly known: KnownRun;
  readonly plan: Plan | undefined;
  readonly open: OpenSteps;
  /** Nodes that are being given at the same moment. */
  readonly alongside: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** The task of a step: what it is about, and all that it has to know. */
export function taskFor(step: TaskStep, { generation, known, plan, open, alongside, now }: Circumstances): AdvanceTask {
  const { runId, pipeline, planHash, eventKey, input, traceParent, recovering } = generation;
  const isOther = (node: string) => node !== step.node;
  return {
    runId,
    pipeline,
    planHash,
    eventKey,
    input,
    ...(traceParent === undefined ? {} : { traceParent }),
    node: step.node,
    attempt: step.attempt,
    outcomes: relevantTo(step.node, [...known.outcomes.values()], plan),
    frames: relevantTo(step.node, [...known.frames.values()], plan),
    atWork: [...new Set([...open.nodes('task'), ...alongside])].filter(isOther),
    waiting: open.nodes('pause', 'event').filter(isOther),
    now,
    lookUp: recovering || step.lookUp,
    wantPlan: plan === undefined,
    ...(step.giveUp === undefined ? {} : { giveUp: step.giveUp }),
  };
}
