import type { OrchestrationContext, Task } from 'durable-functions';
import { messageOf } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { NodeKind } from '../nodes/node-kind.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { AdvanceResult, AdvanceTask } from './advance-task.ts';
import type { NodeOutcome } from './outcome.ts';
import { progress } from './progress.ts';
import { fromGenerationInput, type RunGeneration, toGenerationInput } from './run-generation.ts';
import { TaskSet } from './task-set.ts';
import { timerAt } from './timer-at.ts';

/** Something the orchestrator waits for: a task at work, or the time to give one again. */
interface Step {
  readonly kind: 'task' | 'wait';
  /** The node it is about; null for a task that takes whatever is next. */
  readonly node: string | null;
  readonly attempt: number;
  /** How often this task could not be carried out, because a store was away or the like. */
  readonly breakdowns: number;
  /** Why it could not be carried out the last time. */
  readonly reason?: string;
}

/** A task that takes whatever is next. */
const NEXT: Step = { kind: 'task', node: null, attempt: 1, breakdowns: 0 };

/** A task that could not be carried out is given again after 1 s, 2 s, 4 s … up to this. */
const LONGEST_BREAKDOWN_WAIT_MS = 300_000;
/** Then the run is given up and ends as failed; with the waits above that is after some four hours. */
const MAX_BREAKDOWNS = 50;
/** What a task is told of why earlier ones broke down. */
const MAX_REASON_CHARACTERS = 1_000;
/** A generation that gave this many tasks continues as new, so that replaying it stays cheap. */
const TASKS_PER_GENERATION = 150;

/**
 * The one orchestrator: interprets whatever plan its run began with. Ready nodes start at once, each as a task of its own that
 * goes on along its chain. Takes the time from the durable context alone, and decides with pure functions.
 */
export function orchestrator(kinds: ReadonlyMap<string, NodeKind>, advance: (task: AdvanceTask) => Task) {
  return function* run(context: OrchestrationContext): Generator<Task, { status: 'completed' | 'failed' } | undefined, unknown> {
    const generation = fromGenerationInput(context.df.getInput());
    const orchestration = new Orchestration(context, generation, kinds, advance);
    return yield* orchestration.drive();
  };
}

class Orchestration {
  readonly #context: OrchestrationContext;
  readonly #generation: RunGeneration;
  readonly #kinds: ReadonlyMap<string, NodeKind>;
  readonly #advance: (task: AdvanceTask) => Task;
  readonly #steps: TaskSet<Step>;
  readonly #outcomes: Map<string, NodeOutcome>;
  #plan: Plan | undefined;
  #given = 0;

  constructor(
    context: OrchestrationContext,
    generation: RunGeneration,
    kinds: ReadonlyMap<string, NodeKind>,
    advance: (task: AdvanceTask) => Task,
  ) {
    this.#context = context;
    this.#generation = generation;
    this.#kinds = kinds;
    this.#advance = advance;
    this.#steps = new TaskSet(context.df.Task);
    this.#outcomes = new Map(generation.outcomes?.map((outcome) => [outcome.node, outcome]));
  }

  *drive(): Generator<Task, { status: 'completed' | 'failed' } | undefined, unknown> {
    this.#give(NEXT);
    for (;;) {
      const { task, label: step } = yield* this.#steps.next();
      if (step.kind === 'wait') {
        this.#give({ ...step, kind: 'task' });
        continue;
      }
      if (task.isFaulted) {
        this.#afterBreakdown(step, task.result);
        continue;
      }
      const result = task.result as AdvanceResult;
      if (result.ended !== undefined) return { status: result.ended };
      this.#learn(result);
      if (this.#steps.size === 0 && this.#given >= TASKS_PER_GENERATION) {
        const outcomes = [...this.#outcomes.values()];
        this.#context.df.continueAsNew(toGenerationInput({ ...this.#generation, outcomes }));
        return undefined;
      }
      this.#giveWhatIsReady();
    }
  }

  #learn({ outcomes, plan, retry }: AdvanceResult): void {
    this.#plan ??= plan;
    for (const outcome of outcomes) this.#outcomes.set(outcome.node, outcome);
    if (retry !== undefined) this.#wait(retry.delayMs, { kind: 'wait', node: retry.node, attempt: retry.attempt, breakdowns: 0 });
  }

  #giveWhatIsReady(): void {
    if (this.#plan === undefined) throw new Error('The first task brought no plan.');
    const view = {
      runId: this.#generation.runId,
      input: 'value' in this.#generation.input ? this.#generation.input.value : undefined,
      outcomes: this.#outcomes,
      results: this.#inlineResults(),
      elsewhere: new Set(this.#nodes('task', 'wait')),
    };
    const { settled, ready, end } = progress(this.#plan, this.#kinds, view, this.#now);
    for (const outcome of settled) this.#outcomes.set(outcome.node, outcome);
    const together = ready.map(({ name }) => name);
    for (const node of together) this.#give({ kind: 'task', node, attempt: 1, breakdowns: 0 }, together);
    // A run that is over does not wait for the time to try again.
    if (end !== undefined && this.#nodes('task').length === 0) this.#give(NEXT);
  }

  /** Gives a task; `alongside` are nodes that are being given at the same moment. */
  #give(step: Step, alongside: readonly string[] = []): void {
    const { runId, pipeline, planHash, eventKey, input, traceParent, recovering } = this.#generation;
    const busy = step.node === null ? this.#nodes('task') : [...this.#nodes('task', 'wait'), ...alongside];
    const inFlight = [...new Set(busy)].filter((node) => node !== step.node);
    const task: AdvanceTask = {
      runId,
      pipeline,
      planHash,
      eventKey,
      input,
      ...(traceParent === undefined ? {} : { traceParent }),
      outcomes: [...this.#outcomes.values()],
      inFlight,
      attempts: step.node === null ? {} : { [step.node]: step.attempt },
      now: this.#now,
      lookUp: recovering || step.attempt > 1 || step.breakdowns > 0,
      wantPlan: this.#plan === undefined,
      ...(step.breakdowns < MAX_BREAKDOWNS || step.reason === undefined ? {} : { giveUp: step.reason }),
    };
    this.#given += 1;
    this.#steps.add(this.#advance(task), step);
  }

  #afterBreakdown(step: Step, error: unknown): void {
    const delayMs = Math.min(1000 * 2 ** step.breakdowns, LONGEST_BREAKDOWN_WAIT_MS);
    const [reason = ''] = messageOf(error).split('\n');
    const breakdowns = step.breakdowns + 1;
    this.#wait(delayMs, { ...step, kind: 'wait', breakdowns, reason: reason.slice(0, MAX_REASON_CHARACTERS) });
  }

  #wait(delayMs: number, step: Step): void {
    this.#steps.add(timerAt(this.#context, this.#now + delayMs), step);
  }

  /** Nodes with an open step of one of these kinds. */
  #nodes(...kinds: readonly Step['kind'][]): string[] {
    return this.#steps.labels().flatMap(({ kind, node }) => (node === null || !kinds.includes(kind) ? [] : [node]));
  }

  #inlineResults(): Map<string, JsonValue> {
    const results = new Map<string, JsonValue>();
    for (const { node, result } of this.#outcomes.values()) if ('value' in result) results.set(node, result.value);
    return results;
  }

  /** Unix milliseconds by the durable clock. */
  get #now(): number {
    return this.#context.df.currentUtcDateTime.getTime();
  }
}
