import { HexdagError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { ACTIVITY_DEADLINE_MS, NODE_TIMEOUT_MS } from '../limits.ts';
import { PermanentError } from '../nodes/errors.ts';
import type { EffectNodeKind } from '../nodes/node-kind.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';
import { DependencyUnavailableError } from '../ports/errors.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { NodeRecord, RunFinish } from '../ports/run-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceResult, AdvanceTask } from './advance-task.ts';
import { announce, endRun, prepareFinish } from './end-run.ts';
import { failureOf } from './failure.ts';
import type { Frame } from './frame.ts';
import { KnownRun } from './known-run.ts';
import { LayeredMap } from './layered-map.ts';
import { artifactPath } from './node-path.ts';
import { type Attempted, attemptNode } from './node-runner.ts';
import { failedOutcome, failedResult, type NodeOutcome, type RunEnd } from './outcome.ts';
import { checkedEnd } from './output-check.ts';
import { fromPayload, type StoredValue, storeValue } from './payload.ts';
import { type Progress, progress, type RunView } from './progress.ts';
import { retryDelayMs } from './retry.ts';
import { nodeEvent } from './run-events.ts';
import { storePatience } from './store-patience.ts';
import { lookAtChild, lookAtWait, type Suspendable } from './suspended-node.ts';
import type { Given, ReadyNode } from './walk.ts';

/** What recording a result may take on top of the node's own time. */
const RECORDING_MS = 30_000;

/** A task that is at work this long looks whether the run has been ended before it goes on. */
const END_LOOK_MS = 2_000;
/** A task that has learnt so much tells it first. */
const MAX_NEWS = 200;

/** A task this old may have been given to another worker before. */
const STALE_TASK_MS = 10_000;

/** What a task knows of its run, and how it carries it on. */
export class AdvancingRun {
  readonly #task: AdvanceTask;
  readonly #plan: Plan;
  readonly #dependencies: AdvanceDependencies;
  readonly #input: JsonValue;
  /** What earlier attempts at this task, or other workers, have recorded. */
  readonly #records: Map<string, NodeRecord>;
  readonly #known = new KnownRun();
  /** What was learnt by this task. */
  readonly #news = new KnownRun();
  readonly #atWork: ReadonlySet<string>;
  readonly #waiting: ReadonlySet<string>;
  readonly #given: Given | undefined;
  /** What follows from the result that was recorded last, if that was worked out to record it. */
  #ahead: Progress | undefined;

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
    this.#atWork = new Set(task.atWork);
    this.#waiting = new Set(task.waiting);
    const known = new Set(task.outcomes.map(({ node }) => node));
    this.#given = task.node === null ? undefined : { path: task.node, known };
    for (const frame of task.frames) this.#known.enter(frame);
  }

  static async load(task: AdvanceTask, plan: Plan, dependencies: AdvanceDependencies): Promise<AdvancingRun> {
    const input = await fromPayload(task.input, dependencies.artifacts);
    const records = mayHaveRunBefore(task, dependencies) ? await dependencies.runs.readNodes(task.runId) : [];
    const run = new AdvancingRun(task, plan, dependencies, input, records);
    for (const outcome of task.outcomes) await run.#know(outcome);
    return run;
  }

  async goOn(): Promise<AdvanceResult> {
    const startedAt = this.#dependencies.clock.now();
    let begun = 0;
    for (;;) {
      const step = this.#ahead ?? this.#progress();
      this.#ahead = undefined;
      if (this.#isDue(step.wakeAt)) return this.#result({ wakeAt: step.wakeAt });
      for (const frame of step.frames) this.#enter(frame);
      for (const outcome of step.settled) await this.#learn(outcome);
      if (step.end !== undefined) return this.#end(step.end);
      const [next, ...others] = step.ready;
      if (next === undefined || others.length > 0) return this.#handBack(step);
      const known = this.#records.get(next.path);
      if (known !== undefined) {
        await this.#learn(outcomeOf(next.node, known));
        continue;
      }
      if (begun > 0 && (await this.#mustReturn(next, startedAt))) return this.#result({ ready: [next.path] });
      begun += 1;
      const result = await this.#do(next);
      if (result !== undefined) return result;
    }
  }

  /** Leaves the rest to the orchestrator: nothing is ready, or several nodes are and each wants a task of its own. */
  #handBack({ ready, wakeAt }: Progress): AdvanceResult {
    const each = this.#task.node === null && ready.length > 1 ? { ready: ready.map(({ path }) => path) } : {};
    return this.#result({ ...each, ...(wakeAt === undefined ? {} : { wakeAt }) });
  }

  /** True if a task that has done something had better return before it begins another node. */
  async #mustReturn({ node }: ReadyNode, startedAt: number): Promise<boolean> {
    const now = this.#dependencies.clock.now();
    if (now + node.timeoutMs + RECORDING_MS > startedAt + ACTIVITY_DEADLINE_MS) return true;
    if (this.#news.outcomes.size >= MAX_NEWS) return true;
    if (now >= this.#task.now + (this.#plan.timeoutMs ?? Number.POSITIVE_INFINITY)) return true;
    return now - startedAt >= END_LOOK_MS && (await this.#hasEnded());
  }

  /** Does what there is to do about a node. Tells the task's result if that is it. */
  #do(ready: ReadyNode): Promise<AdvanceResult | undefined> {
    const kind = this.#dependencies.kinds.get(ready.node.kind);
    switch (kind?.role) {
      case 'effect':
        return this.#run(ready, kind);
      case 'wait':
        return this.#lookAt(ready, () => lookAtWait(ready, this.#task, () => this.#setUp(ready), this.#dependencies));
      case 'child':
        return this.#lookAt(ready, () => lookAtChild(ready, this.#task, this.#dependencies));
      default:
        throw new Error(`Node '${ready.path}' is ready but has nothing to run.`);
    }
  }

  /** Makes one attempt at the node, and records what came of it unless it is to be tried again. */
  async #run(ready: ReadyNode, kind: EffectNodeKind): Promise<AdvanceResult | undefined> {
    const { runId, pipeline, node: given, now } = this.#task;
    const { path, node } = ready;
    const attempt = given === path ? this.#task.attempt : 1;
    const resources = this.#dependencies.resources.of(this.#plan, node);
    const attempted = await attemptNode({ runId, pipeline, ...ready, attempt, now, resources }, kind, this.#dependencies);
    const { record } = attempted;
    const delayMs = record.error && retryDelayMs(node.retry, attempt, record.error, `${runId}/${path}`);
    if (record.error === undefined || typeof delayMs !== 'number') return this.#commit(node, attempted);
    const { code, message } = record.error;
    this.#dependencies.log('warn', 'an attempt failed and will be repeated', {
      runId,
      node: path,
      attempt,
      delayMs,
      code,
      error: message,
    });
    return this.#result({ retry: { node: path, attempt: attempt + 1, delayMs } });
  }

  /** The step that a wait begins with. */
  async #setUp(ready: ReadyNode): Promise<JsonValue> {
    const kind = this.#dependencies.kinds.get('function_node');
    if (kind?.role !== 'effect') throw new Error('There is no function_node.');
    const node = {
      ...ready.node,
      kind: 'function_node',
      timeoutMs: NODE_TIMEOUT_MS,
      spec: { fn: ready.node.spec['setup_fn'] ?? null },
    };
    const { runId, pipeline, now } = this.#task;
    const resources = this.#dependencies.resources.of(this.#plan, node);
    const setUp = { runId, pipeline, ...ready, node, attempt: 1, now, resources };
    const { record, value = null } = await attemptNode(setUp, kind, this.#dependencies);
    if (record.error !== undefined) throw new PermanentError(record.error.code, record.error.message);
    return value;
  }

  /** A node that waits for something outside: goes on if that has happened, and returns to the orchestrator if not. */
  async #lookAt(ready: ReadyNode, look: () => Promise<Suspendable>): Promise<AdvanceResult | undefined> {
    const { path, node } = ready;
    try {
      const state = await look();
      const start = state.start === undefined ? undefined : { start: state.start };
      if (state.kind === 'suspended') return this.#result({ suspended: state.suspension, ...start });
      await this.#learn(state.outcome);
      return start && this.#result(start);
    } catch (error) {
      if (error instanceof DependencyUnavailableError || !(error instanceof HexdagError) || error.retryable) throw error;
      await this.#learn(failedOutcome(path, node, failureOf(error)));
      return undefined;
    }
  }

  /**
   * Records what a node did, together with the run's end if this was the last thing to do. If another worker was first, what that
   * one recorded counts, here and further along the chain.
   */
  async #commit(node: PlanNode, { record, value }: Attempted): Promise<AdvanceResult | undefined> {
    const { runs, relay } = this.#dependencies;
    const outcome = outcomeOf(node, record);
    const ahead = this.#alone ? await storePatience.execute(() => this.#progressAfter(outcome, value)) : undefined;
    const events = relay.wanted([nodeEvent(this.#task, record)]);
    const finish = ahead && (await this.#finishFrom(ahead, events));
    const commit = await storePatience.execute(() => runs.commitNode(record, finish, events));
    if (commit.kind === 'exists') {
      for (const one of await runs.readNodes(record.runId)) this.#records.set(one.node, one);
      await this.#learn(outcomeOf(node, commit.node));
      return undefined;
    }
    await this.#learn(outcome, value);
    this.#ahead = ahead;
    if (finish === undefined) {
      void relay.deliver({ runId: record.runId, place: { kind: 'node', node: record.node }, events });
      return undefined;
    }
    await announce(this.#task, finish, this.#dependencies);
    return this.#result({ ended: finish.status });
  }

  /** The run's end, if it has come to that. */
  async #finishFrom({ end, settled, wakeAt }: Progress, last: readonly RunEvent[]): Promise<RunFinish | undefined> {
    if (end === undefined || this.#isDue(wakeAt)) return undefined;
    this.#dependencies.onEnd?.(this.#task.runId, settled);
    return prepareFinish(this.#task, checkedEnd(this.#plan, end), this.#dependencies, last);
  }

  /** Ends the run, unless something else is in flight: then the orchestrator comes back to it. */
  async #end(end: RunEnd): Promise<AdvanceResult> {
    if (!this.#alone) return this.#result({});
    const checked = checkedEnd(this.#plan, end);
    const ended = await endRun(this.#task, checked, this.#dependencies);
    return this.#result({ ended });
  }

  /** The time of a composite node has come while this task was at work: what follows is for the orchestrator to decide. */
  #isDue(at: number | undefined): at is number {
    return at !== undefined && at <= this.#dependencies.clock.now();
  }

  get #alone(): boolean {
    return this.#task.atWork.length === 0;
  }

  /** Somebody may have ended the run while a chain of nodes was at work. */
  async #hasEnded(): Promise<boolean> {
    return (await this.#dependencies.runs.read(this.#task.runId))?.finishedAt !== undefined;
  }

  #result(rest: Omit<AdvanceResult, 'outcomes' | 'frames'>): AdvanceResult {
    const frames = [...this.#news.frames.values()];
    return { outcomes: [...this.#news.outcomes.values()], ...(frames.length === 0 ? {} : { frames }), ...rest };
  }

  /** What follows from all that is known. */
  #progress({ outcomes, results }: Pick<RunView, 'outcomes' | 'results'> = this.#known): Progress {
    const view = {
      runId: this.#task.runId,
      input: this.#input,
      outcomes,
      results,
      frames: this.#known.frames,
      atWork: this.#atWork,
      waiting: this.#waiting,
      ...(this.#given === undefined ? {} : { given: this.#given }),
    };
    return progress(this.#plan, this.#dependencies.kinds, view, this.#task.now);
  }

  /** What follows from one more outcome. */
  async #progressAfter(outcome: NodeOutcome, known: JsonValue | undefined): Promise<Progress> {
    const value = known ?? (await fromPayload(outcome.result, this.#dependencies.artifacts));
    const { outcomes, results } = this.#known;
    return this.#progress({
      outcomes: new LayeredMap(outcomes).set(outcome.node, outcome),
      results: new LayeredMap(results).set(outcome.node, value),
    });
  }

  #enter(frame: Frame): void {
    this.#known.enter(frame);
    this.#news.enter(frame);
  }

  /** Takes in an outcome that is new; `value` is its result, where that is known. One too large for the history becomes a reference. */
  async #learn(outcome: NodeOutcome, value?: JsonValue): Promise<void> {
    const { payload, value: standing = value } = await this.#stored(outcome);
    const stored = { ...outcome, result: payload };
    this.#news.learn(stored);
    await this.#know(stored, standing);
  }

  async #stored({ node, result }: NodeOutcome): Promise<Partial<StoredValue> & Pick<StoredValue, 'payload'>> {
    if (!('value' in result)) return { payload: result };
    const name = `${this.#task.runId}/${artifactPath(node)}.result.json`;
    return storePatience.execute(() => storeValue(result.value, name, this.#dependencies.artifacts));
  }

  async #know(outcome: NodeOutcome, value?: JsonValue): Promise<void> {
    this.#known.learn(outcome);
    if ('value' in outcome.result) return;
    this.#known.results.set(outcome.node, value ?? (await fromPayload(outcome.result, this.#dependencies.artifacts)));
  }
}

/** False for a task that no one can have begun before: then no read is spent on looking. */
function mayHaveRunBefore(task: AdvanceTask, { clock, processStartedAt }: AdvanceDependencies): boolean {
  return task.lookUp || task.now < processStartedAt || clock.now() - task.now > STALE_TASK_MS;
}

function outcomeOf({ name }: PlanNode, record: NodeRecord): NodeOutcome {
  const { node, status, error } = record;
  if (error !== undefined) return { node, status, result: failedResult(name, error), error };
  return { node, status, result: record.result ?? { value: null } };
}
