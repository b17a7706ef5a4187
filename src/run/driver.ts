import type { NodeKind } from '../nodes/node-kind.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { AdvanceResult, RunOutcome, Suspension } from './advance-task.ts';
import { afterBreakdown } from './breakdown.ts';
import { KnownRun } from './known-run.ts';
import { isLarge } from './large.ts';
import type { NodeOutcome } from './outcome.ts';
import type { Pending, PendingTask } from './pending.ts';
import { nodeOf, PendingSet } from './pending-set.ts';
import { type Progress, progress } from './progress.ts';
import type { RunGeneration } from './run-generation.ts';
import type { RunShell, Verdict } from './run-shell.ts';
import { taskFor } from './task-for.ts';
import { wakeEvent } from './wake-event.ts';

const OPEN: Verdict = { kind: 'open' };
/** A task that takes whatever is next. */
const NEXT: PendingTask = { kind: 'task', node: null, attempt: 1, breakdowns: 0, lookUp: false };

/** Attempts at telling the engine about another run, after the first. */
const MAX_SIGNAL_BREAKDOWNS = 3;
/** A generation that gave this many tasks continues as new, so that replaying it stays cheap. */
const TASKS_PER_GENERATION = 150;
/** A longer time is waited for in parts. */
const LONGEST_TIMER_MS = 2 * 24 * 3_600_000;
/**
 * A generation this old continues as new. The engine cuts timers of more than six days, and counts them from the beginning of the
 * generation, while the SDK counts from the time they are set at: no timer of ours may be long to either.
 */
const LONGEST_GENERATION_MS = 3 * 24 * 3_600_000;

/**
 * Decides what is done for a run, and when: gives tasks for what is ready, waits, and ends. Takes the time from whoever calls it,
 * and does nothing itself, so the same decisions drive durable orchestrations and runs within a process.
 */
export class RunDriver {
  readonly #generation: RunGeneration;
  readonly #kinds: ReadonlyMap<string, NodeKind>;
  readonly #shell: RunShell;
  readonly #known = new KnownRun();
  readonly #open = new PendingSet();
  /** Nodes that were spoken to while a task was looking at them already. */
  readonly #lookAgain = new Set<string>();
  #plan: Plan | undefined;
  #given = 0;
  #begunAt = 0;
  /** The time of what is at hand. */
  #now = 0;
  #startedAt = 0;
  /** Something has happened that the last task for whatever is next was not told of. */
  #isNextOutdated = true;
  #ended: RunOutcome | undefined;

  constructor(generation: RunGeneration, kinds: ReadonlyMap<string, NodeKind>, shell: RunShell) {
    this.#generation = generation;
    this.#kinds = kinds;
    this.#shell = shell;
    for (const frame of generation.frames ?? []) this.#known.enter(frame);
    for (const outcome of generation.outcomes ?? []) this.#known.learn(outcome);
  }

  /** `now` is Unix milliseconds, here and below. */
  begin(now: number): void {
    this.#begunAt = now;
    this.#now = now;
    this.#startedAt = this.#generation.startedAt ?? now;
    for (const { node, attempt, at } of this.#generation.retries ?? []) {
      this.#timer({ kind: 'pause', next: { ...NEXT, node, attempt, lookUp: true }, at });
    }
    this.#give(NEXT);
  }

  /** Something pending has succeeded; of a task, `result` is what came of it. */
  done(pending: Pending, result: AdvanceResult | undefined, now: number): Verdict {
    // What was dropped may still come to an end.
    if (!this.#open.remove(pending)) return OPEN;
    this.#now = now;
    switch (pending.kind) {
      case 'task':
        if (result !== undefined) this.#afterTask(pending, result);
        break;
      case 'signal':
        break;
      case 'event':
        this.#isNextOutdated = true;
        this.#lookAt(pending.node);
        break;
      default:
        if (now < pending.at) this.#timer(pending);
        else this.#afterTimer(pending);
    }
    return this.#verdict();
  }

  /** Something pending could not be carried out. */
  failed(pending: Pending, error: unknown, now: number): Verdict {
    if (!this.#open.remove(pending)) return OPEN;
    this.#now = now;
    if (pending.kind === 'signal') {
      if (pending.breakdowns < MAX_SIGNAL_BREAKDOWNS) this.#signal({ ...pending, breakdowns: pending.breakdowns + 1 });
      // Whoever was to be told looks by itself in the end.
      return this.#verdict();
    }
    if (pending.kind !== 'task') throw error;
    const { next, waitMs } = afterBreakdown(pending, error);
    this.#timer({ kind: 'pause', next, at: now + waitMs });
    return this.#verdict();
  }

  /** What has become of the run's nodes, as far as tasks have told. */
  get outcomes(): ReadonlyMap<string, NodeOutcome> {
    return this.#known.outcomes;
  }

  /** The earliest time after `now` at which something is tried again; undefined if nothing is going to be. */
  nextRetry(now: number): number | undefined {
    const pauses = this.#open.pauses().map(({ at }) => at);
    const attempts = [...this.#known.frames.values()].map(({ startedAt }) => startedAt).filter((at) => at > now);
    const times = [...pauses, ...attempts];
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #afterTask(pending: PendingTask, result: AdvanceResult): void {
    if (result.ended !== undefined) {
      for (const outcome of result.outcomes) this.#known.learn(outcome);
      this.#end(result.ended);
      return;
    }
    if (this.#plan === undefined && result.plan !== undefined) this.#learnPlan(result.plan);
    // A composite node whose time was up has ended without the nodes that were at work in it: what they come to counts no more.
    const counts = pending.node === null || !this.#known.isOver(pending.node);
    if (counts) this.#learn(result);
    if (pending.node !== null || broughtNews(result)) this.#isNextOutdated = true;
    if (counts) for (const node of result.ready ?? []) this.#give({ ...NEXT, node }, result.ready);
    this.#giveWhatIsReady();
  }

  #afterTimer(pending: Extract<Pending, { readonly at: number }>): void {
    this.#isNextOutdated = true;
    if (pending.kind === 'pause') this.#giveAgain(pending);
    else if (pending.kind === 'look') this.#lookAt(pending.node);
    else if (pending.kind === 'wake') this.#giveWhatIsReady();
    else {
      const seconds = (this.#plan?.timeoutMs ?? 0) / 1000;
      const settled = this.#plan?.nodes.filter(({ name }) => this.#known.outcomes.has(name)).length ?? 0;
      const reason = `It timed out after ${seconds} s; ${settled}/${this.#plan?.nodes.length ?? 0} nodes had completed.`;
      this.#give({ ...NEXT, giveUp: { code: 'pipeline_timeout', reason } });
    }
  }

  #giveAgain(pause: Extract<Pending, { readonly kind: 'pause' }>): void {
    if (this.#isFull) this.#open.add(pause);
    else if (pause.next.node !== null || pause.next.giveUp !== undefined || !this.#open.isDeciding('task'))
      this.#give(pause.next);
  }

  /** Somebody spoke to a waiting node, or its time is up. A task that is to be given again looks by itself. */
  #lookAt(node: string): void {
    this.#drop((pending) => pending.kind === 'look' && pending.node === node);
    if (this.#open.nodes('task').includes(node)) this.#lookAgain.add(node);
    else if (!this.#open.nodes('pause').includes(node)) this.#give({ ...NEXT, node, lookUp: true });
  }

  #learn({ outcomes, frames, retry, suspended, start, wakeAt }: AdvanceResult): void {
    for (const frame of frames ?? []) this.#known.enter(frame);
    for (const outcome of outcomes) this.#known.learn(outcome);
    this.#dropSettled();
    if (retry !== undefined) {
      this.#timer({
        kind: 'pause',
        next: { ...NEXT, node: retry.node, attempt: retry.attempt, lookUp: true },
        at: this.#now + retry.delayMs,
      });
    }
    if (suspended !== undefined) this.#suspend(suspended);
    if (start !== undefined) this.#signal({ kind: 'signal', signal: { kind: 'start', run: start }, breakdowns: 0 });
    this.#wake(wakeAt);
  }

  #learnPlan(plan: Plan): void {
    this.#plan = plan;
    if (plan.timeoutMs !== undefined) this.#timer({ kind: 'run_timeout', at: this.#startedAt + plan.timeoutMs });
  }

  #suspend({ node, lookAt }: Suspension): void {
    // An engine gives an event to whoever asked for it first, so nobody asks twice.
    if (!this.#open.nodes('event').includes(node)) {
      const event: Pending = { kind: 'event', node };
      this.#open.add(event);
      this.#shell.event(wakeEvent(node), event);
    }
    if (this.#lookAgain.delete(node)) this.#give({ ...NEXT, node, lookUp: true });
    else if (lookAt !== undefined) this.#timer({ kind: 'look', node, at: lookAt });
  }

  #giveWhatIsReady(): void {
    if (this.#plan === undefined) throw new Error('The first task brought no plan.');
    // A task for whatever is next is deciding: what it finds counts.
    if (this.#isFull || this.#open.isDeciding('task')) return;
    const next = this.#progress(this.#plan);
    if (next === undefined) {
      if (this.#isNextOutdated && !this.#open.isDeciding('pause')) this.#give(NEXT);
      return;
    }
    for (const frame of next.frames) this.#known.enter(frame);
    for (const outcome of next.settled) this.#known.learn(outcome);
    this.#dropSettled();
    this.#wake(next.wakeAt);
    const together = next.ready.map(({ path }) => path);
    for (const node of together) this.#give({ ...NEXT, node }, together);
    // A run that is over does not wait for the time to try again.
    if (next.end !== undefined && this.#open.count('task') === 0 && !this.#open.isDeciding('pause')) this.#give(NEXT);
  }

  /** Undefined if it takes a task to tell: a value is too large to be here. */
  #progress(plan: Plan): Progress | undefined {
    const { runId, input } = this.#generation;
    if (!('value' in input) || !this.#known.isLoaded) return undefined;
    const { outcomes, results, frames } = this.#known;
    const atWork = new Set(this.#open.nodes('task'));
    const waiting = new Set(this.#open.nodes('pause', 'event'));
    const view = { runId, input: input.value, outcomes, results, frames, atWork, waiting };
    const next = progress(plan, this.#kinds, view, this.#now);
    return next.settled.some(({ result }) => 'value' in result && isLarge(JSON.stringify(result.value))) ? undefined : next;
  }

  /** Gives a task; `alongside` are nodes that are being given at the same moment. */
  #give(pending: PendingTask, alongside: readonly string[] = []): void {
    if (this.#isFull) return;
    if (pending.node === null) this.#isNextOutdated = false;
    const task = taskFor(pending, {
      generation: this.#generation,
      known: this.#known,
      plan: this.#plan,
      open: this.#open,
      alongside,
      now: this.#now,
    });
    this.#given += 1;
    this.#open.add(pending);
    this.#shell.task(task, pending);
  }

  #timer(pending: Extract<Pending, { readonly at: number }>): void {
    this.#open.add(pending);
    if (this.#isFull) return;
    this.#shell.timer(Math.min(pending.at, this.#now + LONGEST_TIMER_MS), pending);
  }

  /** One timer for the earliest time is enough: whatever is due later is told again then. */
  #wake(at: number | undefined): void {
    if (at === undefined || this.#open.wakesBy(at)) return;
    this.#drop((pending) => pending.kind === 'wake');
    this.#timer({ kind: 'wake', at });
  }

  #signal(pending: Extract<Pending, { readonly kind: 'signal' }>): void {
    this.#open.add(pending);
    this.#shell.signal(pending.signal, pending);
  }

  /** What waits within a node that has ended waits in vain. */
  #dropSettled(): void {
    this.#drop((pending) => {
      const node = pending.kind === 'task' ? null : nodeOf(pending);
      return node !== null && (this.#known.outcomes.has(node) || this.#known.isOver(node));
    });
  }

  #drop(isObsolete: (pending: Pending) => boolean): void {
    for (const pending of this.#open.drop(isObsolete)) this.#shell.drop(pending);
  }

  #end(status: RunOutcome): void {
    this.#ended = status;
    this.#drop((pending) => pending.kind !== 'signal');
    const { parent } = this.#generation;
    if (parent === undefined) return;
    const signal = { kind: 'wake', runId: parent.runId, event: wakeEvent(parent.node) } as const;
    this.#signal({ kind: 'signal', signal, breakdowns: 0 });
  }

  #verdict(): Verdict {
    if (this.#ended !== undefined) return this.#open.count('signal') > 0 ? OPEN : { kind: 'ended', status: this.#ended };
    return this.#isFull && this.#open.count('task', 'signal') === 0 ? this.#continueAsNew() : OPEN;
  }

  /** Then nothing new begins until the tasks at work have ended, and a new generation goes on from what is known. */
  get #isFull(): boolean {
    return this.#given >= TASKS_PER_GENERATION || this.#now >= this.#begunAt + LONGEST_GENERATION_MS;
  }

  #continueAsNew(): Verdict {
    const retries = this.#open
      .pauses()
      .flatMap(({ next: { node, attempt }, at }) => (node === null ? [] : [{ node, attempt, at }]));
    this.#drop(() => true);
    const outcomes = [...this.#known.outcomes.values()];
    const frames = [...this.#known.frames.values()];
    return { kind: 'continue', generation: { ...this.#generation, outcomes, frames, retries, startedAt: this.#startedAt } };
  }
}

function broughtNews({ outcomes, frames, ready, retry, suspended, start }: AdvanceResult): boolean {
  return outcomes.length > 0 || [frames, ready, retry, suspended, start].some((news) => news !== undefined);
}
