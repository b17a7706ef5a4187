import { HexdagError, messageOf } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { ACTIVITY_DEADLINE_MS } from '../limits.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { NodeRecord, RunFinish } from '../ports/run-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceResult, AdvanceTask } from './advance-task.ts';
import { failureOf } from './failure.ts';
import { runFinish, type StoredEnd } from './finish.ts';
import { gate } from './gate.ts';
import { attemptNode } from './node-runner.ts';
import { failedResult, type NodeOutcome, type RunEnd } from './outcome.ts';
import { checkedEnd } from './output-check.ts';
import { fromPayload, PayloadLostError, toPayload } from './payload.ts';
import { type Progress, progress } from './progress.ts';
import { retryDelayMs } from './retry.ts';
import { storePatience } from './store-patience.ts';

/** What recording a result may take on top of the node's own time. */
const RECORDING_MS = 30_000;

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

/** The run's tasks broke down again and again. */
class RunAbandonedError extends HexdagError {
  readonly code = 'run_abandoned';
  readonly retryable = false;

  constructor(reason: string) {
    super(`The run could not be carried on for hours: ${reason} Mend that, then send the event under a new key.`);
  }
}

/**
 * Carries a run on: runs the node whose turn it is, and goes on along the chain while exactly one node follows. Every result is
 * recorded before the next node begins, so the task can die anywhere and be given again. Branches return to the orchestrator,
 * which gives each its own task.
 */
export async function advance(task: AdvanceTask, dependencies: AdvanceDependencies): Promise<AdvanceResult> {
  try {
    if (task.giveUp !== undefined) return await giveUp(task, new RunAbandonedError(task.giveUp), dependencies);
    return await carryOn(task, dependencies);
  } catch (error) {
    const code = error instanceof HexdagError ? error.code : 'unexpected_error';
    const properties = { runId: task.runId, code, error: messageOf(error) };
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
  await endRun(task, { status: 'failed', error: failureOf(error) }, dependencies);
  return { outcomes: [], ended: 'failed' };
}

/** Records how the run ended and tells the world, unless it has ended before. */
async function endRun(task: AdvanceTask, end: RunEnd, dependencies: AdvanceDependencies): Promise<void> {
  const finish = await prepareFinish(task, end, dependencies);
  const first = await storePatience.execute(() => dependencies.runs.finish(task.runId, finish));
  if (first) await announce(task, finish, dependencies);
}

function prepareFinish(task: AdvanceTask, end: RunEnd, { artifacts, clock }: AdvanceDependencies): Promise<RunFinish> {
  return storePatience.execute(async () => runFinish(task, await storedEnd(task.runId, end, artifacts), clock.now()));
}

/** Tells the log and the world of an end that is recorded. */
async function announce(
  { runId, pipeline }: AdvanceTask,
  { error, outbox }: RunFinish,
  { relay, log }: AdvanceDependencies,
): Promise<void> {
  if (error !== undefined) {
    const { node = null, code, message } = error;
    log('warn', 'a run failed', { runId, pipeline, node, code, error: message });
  }
  await relay.deliver(runId, outbox);
}

async function storedEnd(runId: string, end: RunEnd, artifacts: ArtifactStore): Promise<StoredEnd> {
  if (end.status === 'failed') return end;
  return { status: 'completed', output: await toPayload(end.output, `${runId}/output.json`, artifacts) };
}

class AdvancingRun {
  readonly #task: AdvanceTask;
  readonly #plan: Plan;
  readonly #dependencies: AdvanceDependencies;
  readonly #input: JsonValue;
  /** What earlier attempts at this task, or other workers, have recorded. */
  readonly #records: Map<string, NodeRecord>;
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
    const { clock } = this.#dependencies;
    const startedAt = clock.now();
    let begun = 0;
    for (;;) {
      const { settled, ready, end } = this.#progress();
      for (const outcome of settled) await this.#learn(outcome);
      if (end !== undefined) return this.#end(end);
      const [node, ...others] = ready;
      if (node === undefined || others.length > 0) return { outcomes: this.#news };
      const known = this.#records.get(node.name);
      if (known !== undefined) {
        await this.#learn(outcomeOf(known));
        continue;
      }
      const couldEndAt = clock.now() + node.timeoutMs + RECORDING_MS;
      if (begun > 0 && couldEndAt > startedAt + ACTIVITY_DEADLINE_MS) return { outcomes: this.#news };
      begun += 1;
      const result = await this.#run(node);
      if (result !== undefined) return result;
    }
  }

  /** Makes one attempt at the node, and records what came of it unless it is to be tried again. Tells the task's result if that is it. */
  async #run(node: PlanNode): Promise<AdvanceResult | undefined> {
    const { runId, pipeline, attempts } = this.#task;
    const { kinds, log } = this.#dependencies;
    const decision = gate(node, this.#facts());
    const kind = kinds.get(node.kind);
    if (decision.kind !== 'run' || !kind?.effect) throw new Error(`Node '${node.name}' is ready but has nothing to run.`);
    const attempt = attempts[node.name] ?? 1;
    const record = await attemptNode({ runId, pipeline, node, input: decision.input, attempt }, kind, this.#dependencies);
    const delayMs = record.error && retryDelayMs(node.retry, attempt, record.error, `${runId}/${node.name}`);
    if (record.error === undefined || typeof delayMs !== 'number') return this.#commit(record);
    const { code, message } = record.error;
    log('warn', 'an attempt failed and will be repeated', { runId, node: node.name, attempt, delayMs, code, error: message });
    return { outcomes: this.#news, retry: { node: node.name, attempt: attempt + 1, delayMs } };
  }

  /**
   * Records what a node did, together with the run's end if this was the last thing to do. If another worker was first, what that
   * one recorded counts, here and further along the chain.
   */
  async #commit(record: NodeRecord): Promise<AdvanceResult | undefined> {
    const { runs } = this.#dependencies;
    await storePatience.execute(() => this.#know(outcomeOf(record)));
    const finish = await this.#finishNow();
    const commit = await storePatience.execute(() => runs.commitNode(record, finish));
    if (commit.kind === 'exists') {
      for (const one of await runs.readNodes(record.runId)) this.#records.set(one.node, one);
      await this.#learn(outcomeOf(commit.node));
      return undefined;
    }
    this.#news.push(outcomeOf(record));
    if (finish === undefined) return undefined;
    await announce(this.#task, finish, this.#dependencies);
    return { outcomes: this.#news, ended: finish.status };
  }

  /** The run's end, if it follows from what is known and nothing else is in flight. */
  async #finishNow(): Promise<RunFinish | undefined> {
    const { end } = this.#progress();
    if (end === undefined || !this.#alone) return undefined;
    return prepareFinish(this.#task, checkedEnd(this.#plan, end), this.#dependencies);
  }

  /** Ends the run, unless something else is in flight: then the orchestrator comes back to it. */
  async #end(end: RunEnd): Promise<AdvanceResult> {
    if (!this.#alone) return { outcomes: this.#news };
    const checked = checkedEnd(this.#plan, end);
    await endRun(this.#task, checked, this.#dependencies);
    return { outcomes: this.#news, ended: checked.status };
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
