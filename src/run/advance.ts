import { codeOf, HexdagError, messageOf } from '../errors.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceResult, AdvanceTask, GiveUp } from './advance-task.ts';
import { AdvancingRun } from './advancing-run.ts';
import { endRun } from './end-run.ts';
import { failureOf } from './failure.ts';
import { PayloadLostError } from './payload.ts';

/** The plan a run began with is not in the store. */
export class PlanLostError extends HexdagError {
  readonly code = 'plan_lost';
  readonly retryable = false;

  constructor(hash: string) {
    super(`The plan ${hash} is not in the plan store. Restore it, or retry the run with the plan 'current'.`);
  }
}

/** The run took longer than its pipeline allows. */
class PipelineTimeoutError extends HexdagError {
  readonly code = 'pipeline_timeout';
  readonly retryable = false;
}

function givenUp({ code, reason }: GiveUp): HexdagError {
  return code === 'pipeline_timeout' ? new PipelineTimeoutError(reason) : new RunAbandonedError(reason);
}

/** The run's tasks broke down again and again. */
class RunAbandonedError extends HexdagError {
  readonly code = 'run_abandoned';
  readonly retryable = false;

  constructor(reason: string) {
    super(`The run could not be carried on for hours: ${reason} Mend that, then retry the run.`);
  }
}

/**
 * Carries a run on: runs the node whose turn it is, and goes on along the chain while exactly one node follows. Every result is
 * recorded before the next node begins, so the task can die anywhere and be given again. Branches return to the orchestrator,
 * which gives each its own task.
 */
export async function advance(task: AdvanceTask, dependencies: AdvanceDependencies): Promise<AdvanceResult> {
  try {
    if (task.giveUp !== undefined) return await giveUp(task, givenUp(task.giveUp), dependencies);
    return await carryOn(task, dependencies);
  } catch (error) {
    const properties = { runId: task.runId, code: codeOf(error), error: messageOf(error) };
    dependencies.log('warn', 'a task broke down; the orchestrator gives it again', properties);
    throw error;
  }
}

async function carryOn(task: AdvanceTask, dependencies: AdvanceDependencies): Promise<AdvanceResult> {
  try {
    const plan = await dependencies.plans.load(task.planHash);
    if (plan === null) throw new PlanLostError(task.planHash);
    const run = await AdvancingRun.load(task, plan, dependencies);
    const result = await run.goOn();
    return task.wantPlan && result.ended === undefined ? { ...result, plan } : result;
  } catch (error) {
    const lost = error instanceof PlanLostError || error instanceof PayloadLostError;
    // Not at the first look: the store may have answered from before the write.
    if (!lost || !task.lookUp) throw error;
    return await giveUp(task, error, dependencies);
  }
}

/** Ends a run that can never go on. */
async function giveUp(task: AdvanceTask, error: HexdagError, dependencies: AdvanceDependencies): Promise<AdvanceResult> {
  const ended = await endRun(task, { status: 'failed', error: failureOf(error) }, dependencies);
  return { outcomes: [], ended };
}
