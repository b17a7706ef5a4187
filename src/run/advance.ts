import { HexdagError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';
import type { NodeRecord } from '../ports/run-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceResult, AdvanceTask } from './advance-task.ts';
import { commitPatience } from './commit-patience.ts';
import { failureOf } from './failure.ts';
import { runFinish } from './finish.ts';
import { gate } from './gate.ts';
import { attemptNode } from './node-runner.ts';
import { failedResult, type NodeOutcome, type RunEnd } from './outcome.ts';
import { fromPayload, PayloadLostError } from './payload.ts';
import { type Progress, progress } from './progress.ts';
import { retryDelayMs } from './retry.ts';

/** No further node is begun when a task has taken this long: activities stay far below the function timeout. */
const TASK_BUDGET_MS = 120_000;

/** A task this old may have been given to another worker before. */
const STALE_TASK_MS = 10_000;

/** The plan a run began with is not in the store. */
export class PlanLostError extends HexdagError {
  readonly code = 'plan_lost';
  readonly retryable = false;

  constructor(hash: string) {
    super(`The plan ${hash} is not in the plan store. Restore it, or start the run again with the pipeline as it is now.`);
  }
}

/**
 * Carries a run on: runs the node whose turn it is, and goes on along the chain while exactly one node follows. Every result is
 * recorded before the next node begins, so the task can die anywhere and be given again. Branches return to the orchestrator,
 * which gives each its own task.
 */
export async function advance(task: AdvanceTask, dependencies: AdvanceDependencies): Promise<AdvanceResult> {
  try {
    const plan = await dependencies.plans.load(task.planHash);
    if (plan === null) throw new PlanLostError(task.planHash);
    const run = await AdvancingRun.load(task, plan, dependencies);
    const result = await run.goOn();
    return task.wantPlan && result.ended === undefined ? { ...result, plan } : result;
  } catch (error) {
    if (!(error instanceof PlanLostError || error instanceof PayloadLostError)) throw error;
    return await giveUp(task, error, dependencies);
  }
}

/** Ends a run that can never go on, because what it needs is gone. */
async function giveUp(
  task: AdvanceTask,
  error: HexdagError,
  { runs, relay, clock }: AdvanceDependencies,
): Promise<AdvanceResult> {
  const finish = runFinish(task, { status: 'failed', error: failureOf(error) }, clock.now());
  if (await runs.finish(task.runId, finish)) await relay.deliver(task.runId, finish.outbox);
  return { outcomes: [], ended: 'failed' };
}

class AdvancingRun {
  readonly #task: AdvanceTask;
  readonly #plan: Plan;
  readonly #dependencies: AdvanceDependencies;
  readonly #input: JsonValue;
  /** What earlier attempts at this task, or other workers, have recorded. */
  readonly #records: ReadonlyMap<string, NodeRecord>;
  readonly #outcomes = new Map<string, NodeOutcome>();
  readonly #results = new Map<string, JsonValue>();
  readonly #news: NodeOutcome[] = [];

  private constructor(
    task: AdvanceTask,
    plan: Plan,
    dependencies: AdvanceDependencies,
    input: JsonValue,
    records: readonly NodeRecord[],
  ) {
    this.#task = task;
    this.#plan = plan;
    this.#dependencies = dependencies;
    this.#input = input;
    this.#records = new Map(records.map((record) => [record.node, record]));
  }

  static async load(task: AdvanceTask, plan: Plan, dependencies: AdvanceDependencies): Promise<AdvancingRun> {
    const input = await fromPayload(task.input, dependencies.artifacts);
    const records = mayHaveRunBefore(task, dependencies) ? await dependencies.runs.readNodes(task.runId) : [];
    const run = new AdvancingRun(task, plan, dependencies, input, records);
    for (const outcome of task.outcomes) await run.#know(outcome);
    return run;
  }

  async goOn(): Promise<AdvanceResult> {
    const budgetEndsAt = this.#dependencies.clock.now() + TASK_BUDGET_MS;
    for (;;) {
      const { settled, ready, end } = this.#progress();
      for (const outcome of settled) await this.#learn(outcome);
      if (end !== undefined) return this.#end(end);
      const [node, ...others] = ready;
      if (node === undefined || others.length > 0) return { outcomes: this.#news };
      if (this.#dependencies.clock.now() > budgetEndsAt) return { outcomes: this.#news };
      const known = this.#records.get(node.name);
      if (known === undefined) {
        const result = await this.#run(node);
        if (result !== undefined) return result;
      } else {
        await this.#learn(outcomeOf(known));
      }
    }
  }

  /** Runs one attempt at the node and records what came of it. Tells the task's result if the task is done with that. */
  async #run(node: PlanNode): Promise<AdvanceResult | undefined> {
    const { runId, pipeline } = this.#task;
    const decision = gate(node, this.#facts());
    const kind = this.#dependencies.kinds.get(node.kind);
    if (decision.kind !== 'run' || !kind?.effect) throw new Error(`Node '${node.name}' is ready but has nothing to run.`);
    const attempt = this.#task.attempts[node.name] ?? 1;
    const record = await attemptNode({ runId, pipeline, node, input: decision.input, attempt }, kind, this.#dependencies);
    const delayMs = record.error && retryDelayMs(node.retry, attempt, record.error, `${runId}/${node.name}`);
    if (typeof delayMs === 'number') return { outcomes: this.#news, retry: { node: node.name, attempt: attempt + 1, delayMs } };
    return this.#commit(record);
  }

  /** Records what a node did, together with the run's end if this was the last thing to do. */
  async #commit(record: NodeRecord): Promise<AdvanceResult | undefined> {
    const { runs, clock, relay } = this.#dependencies;
    await this.#learn(outcomeOf(record));
    const after = this.#alone ? this.#progress() : undefined;
    const finish = after?.end && runFinish(this.#task, after.end, clock.now());
    const commit = await commitPatience.execute(() => runs.commitNode(record, finish));
    if (commit.kind === 'exists') {
      // Another worker was first: what it recorded counts, ours never happened.
      this.#news.pop();
      await this.#learn(outcomeOf(commit.node));
      return undefined;
    }
    if (after?.end === undefined || finish === undefined) return undefined;
    await relay.deliver(this.#task.runId, finish.outbox);
    return { outcomes: [...this.#news, ...after.settled], ended: after.end.status };
  }

  /** Ends the run, unless something else is in flight: then the orchestrator comes back to it. */
  async #end(end: RunEnd): Promise<AdvanceResult> {
    if (!this.#alone) return { outcomes: this.#news };
    const { runs, clock, relay } = this.#dependencies;
    const finish = runFinish(this.#task, end, clock.now());
    const first = await commitPatience.execute(() => runs.finish(this.#task.runId, finish));
    if (first) await relay.deliver(this.#task.runId, finish.outbox);
    return { outcomes: this.#news, ended: end.status };
  }

  get #alone(): boolean {
    return this.#task.inFlight.length === 0;
  }

  #facts() {
    const { runId, pipeline, now } = this.#task;
    return { input: this.#input, results: this.#results, now, runId, pipeline };
  }

  #progress(): Progress {
    const view = {
      runId: this.#task.runId,
      input: this.#input,
      outcomes: this.#outcomes,
      results: this.#results,
      elsewhere: new Set(this.#task.inFlight),
    };
    return progress(this.#plan, this.#dependencies.kinds, view, this.#task.now);
  }

  async #learn(outcome: NodeOutcome): Promise<void> {
    this.#news.push(outcome);
    await this.#know(outcome);
  }

  async #know(outcome: NodeOutcome): Promise<void> {
    this.#outcomes.set(outcome.node, outcome);
    this.#results.set(outcome.node, await fromPayload(outcome.result, this.#dependencies.artifacts));
  }
}

/** False for a task that no one can have begun before: then no read is spent on looking. */
function mayHaveRunBefore(task: AdvanceTask, { clock, processStartedAt }: AdvanceDependencies): boolean {
  return task.lookUp || task.now < processStartedAt || clock.now() - task.now > STALE_TASK_MS;
}

function outcomeOf(record: NodeRecord): NodeOutcome {
  const { node, status, error } = record;
  if (error !== undefined) return { node, status, result: failedResult(node, error), error };
  return { node, status, result: record.result ?? { value: null } };
}
