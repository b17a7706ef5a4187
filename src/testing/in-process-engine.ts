import type { OrchestrationState, Orchestrations, RunStart } from '../ports/orchestrations.ts';
import { advance } from '../run/advance.ts';
import type { AdvanceDependencies } from '../run/advance-dependencies.ts';
import type { AdvanceResult, AdvanceTask } from '../run/advance-task.ts';
import { RunDriver } from '../run/driver.ts';
import type { NodeOutcome } from '../run/outcome.ts';
import type { Pending } from '../run/pending.ts';
import type { RunGeneration } from '../run/run-generation.ts';
import type { RunShell, Verdict } from '../run/run-shell.ts';
import { carryOut, type Signal } from '../run/signal.ts';
import type { Timers } from './timers.ts';

interface LiveRun {
  driver: RunDriver;
  readonly events: Map<string, Pending>;
  /** Events that came before anybody waited for them. */
  readonly early: Set<string>;
  readonly timers: Map<Pending, { readonly at: number; readonly cancel: () => void }>;
  isSuspended: boolean;
  /** What happened while the run was suspended. */
  readonly held: (() => void)[];
  /** What settled together with the end. */
  readonly atEnd: NodeOutcome[];
  state: 'active' | 'ended';
}

/**
 * Runs within this process, by the same driver and the same tasks as in Azure: only what carries them out is another. Keeps
 * nothing that outlives the process.
 */
export class InProcessEngine implements Orchestrations {
  readonly #dependencies: AdvanceDependencies;
  readonly #timers: Timers;
  readonly #runs = new Map<string, LiveRun>();
  #busy = 0;
  #idle: (() => void)[] = [];

  constructor(dependencies: AdvanceDependencies, timers: Timers) {
    this.#dependencies = {
      ...dependencies,
      onEnd: (runId, settled) => this.#runs.get(runId)?.atEnd.push(...settled),
    };
    this.#timers = timers;
  }

  async start(start: RunStart): Promise<void> {
    if (this.#runs.get(start.runId)?.state === 'active') return;
    this.#begin(start);
  }

  async state(runId: string): Promise<OrchestrationState> {
    return this.#runs.get(runId)?.state ?? 'unknown';
  }

  async wake(runId: string, event: string): Promise<void> {
    const run = this.#runs.get(runId);
    const pending = run?.events.get(event);
    if (run === undefined) return;
    run.events.delete(event);
    if (pending === undefined) run.early.add(event);
    else this.#tell(run, pending, undefined);
  }

  async terminate(runId: string): Promise<void> {
    const run = this.#runs.get(runId);
    if (run !== undefined) end(run);
  }

  async suspend(runId: string): Promise<void> {
    const run = this.#runs.get(runId);
    if (run !== undefined) run.isSuspended = true;
  }

  async resume(runId: string): Promise<void> {
    const run = this.#runs.get(runId);
    if (run === undefined) return;
    run.isSuspended = false;
    for (const held of run.held.splice(0)) held();
  }

  /** Waits until no task is at work. */
  async settled(): Promise<void> {
    while (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** The earliest time (Unix milliseconds) at which something is tried again. Waits for something outside do not count. */
  nextRetry(): number | undefined {
    const now = this.#timers.now();
    const active = [...this.#runs.values()].filter(({ state }) => state === 'active');
    const times = active.flatMap(({ driver }) => driver.nextRetry(now) ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** What has become of a run's nodes, by path. Once everything has settled, nothing is missing. */
  outcomes(runId: string): ReadonlyMap<string, NodeOutcome> {
    const run = this.#runs.get(runId);
    return new Map([...(run?.driver.outcomes ?? []), ...(run?.atEnd ?? []).map((outcome) => [outcome.node, outcome] as const)]);
  }

  /** Lets go of every run, so that no timer keeps the process alive. */
  close(): void {
    for (const run of this.#runs.values()) end(run);
  }

  #begin(generation: RunGeneration): void {
    const run: LiveRun = {
      driver: new RunDriver(
        generation,
        this.#dependencies.kinds,
        this.#shell(() => run),
      ),
      events: new Map(),
      early: new Set(),
      timers: new Map(),
      isSuspended: false,
      held: [],
      atEnd: [],
      state: 'active',
    };
    this.#runs.set(generation.runId, run);
    run.driver.begin(this.#timers.now());
  }

  #shell(runOf: () => LiveRun): RunShell {
    return {
      task: (task, pending) => this.#work(runOf(), pending, this.#advance(task)),
      signal: (signal, pending) => this.#work(runOf(), pending, this.#signal(signal)),
      timer: (at, pending) => {
        const run = runOf();
        const fire = () => {
          run.timers.delete(pending);
          this.#tell(run, pending, undefined);
        };
        run.timers.set(pending, { at, cancel: this.#timers.at(at, fire) });
      },
      event: (name, pending) => {
        const run = runOf();
        if (run.early.delete(name)) queueMicrotask(() => this.#tell(run, pending, undefined));
        else run.events.set(name, pending);
      },
      drop: (pending) => {
        const run = runOf();
        run.timers.get(pending)?.cancel();
        run.timers.delete(pending);
        for (const [name, waiting] of run.events) if (waiting === pending) run.events.delete(name);
      },
    };
  }

  /** What travels through a history is text there, so that nothing here sees more than it would in Azure. */
  async #advance(task: AdvanceTask): Promise<AdvanceResult> {
    return JSON.parse(JSON.stringify(await advance(JSON.parse(JSON.stringify(task)), this.#dependencies)));
  }

  async #signal(signal: Signal): Promise<undefined> {
    await carryOut(signal, this);
    return undefined;
  }

  #work(run: LiveRun, pending: Pending, work: Promise<AdvanceResult | undefined>): void {
    this.#busy += 1;
    const done = () => {
      this.#busy -= 1;
      if (this.#busy === 0) for (const resolve of this.#idle.splice(0)) resolve();
    };
    void work
      .then(
        (result) => this.#tell(run, pending, result),
        (error: unknown) => this.#hold(run, () => this.#obey(run, run.driver.failed(pending, error, this.#timers.now()))),
      )
      .finally(done);
  }

  #tell(run: LiveRun, pending: Pending, result: AdvanceResult | undefined): void {
    this.#hold(run, () => this.#obey(run, run.driver.done(pending, result, this.#timers.now())));
  }

  #hold(run: LiveRun, action: () => void): void {
    if (run.state === 'ended') return;
    if (run.isSuspended) run.held.push(action);
    else action();
  }

  #obey(run: LiveRun, verdict: Verdict): void {
    if (verdict.kind === 'open') return;
    end(run);
    if (verdict.kind === 'continue') this.#begin(JSON.parse(JSON.stringify(verdict.generation)));
  }
}

function end(run: LiveRun): void {
  run.state = 'ended';
  for (const { cancel } of run.timers.values()) cancel();
  run.timers.clear();
}
