import type { OrchestrationContext, Task } from 'durable-functions';
import type { NodeKind } from '../nodes/node-kind.ts';
import type { AdvanceResult, AdvanceTask, RunOutcome } from './advance-task.ts';
import { RunDriver } from './driver.ts';
import type { Pending } from './pending.ts';
import { fromGenerationInput, toGenerationInput } from './run-generation.ts';
import type { RunShell } from './run-shell.ts';
import type { Signal } from './signal.ts';
import { TaskSet } from './task-set.ts';
import { timerAt } from './timer-at.ts';

/** The activities that an orchestration calls. */
export interface RunActivities {
  advance(task: AdvanceTask): Task;
  signal(signal: Signal): Task;
}

/**
 * The one orchestrator: interprets whatever plan its run began with. Ready nodes start at once, each as a task of its own that
 * goes on along its chain. Takes the time from the durable context alone; all decisions are the driver's.
 */
export function orchestrator(kinds: ReadonlyMap<string, NodeKind>, activities: RunActivities) {
  return function* run(context: OrchestrationContext): Generator<Task, { status: RunOutcome } | undefined, unknown> {
    const tasks = new TaskSet<Pending>(context.df.Task);
    const driver = new RunDriver(fromGenerationInput(context.df.getInput()), kinds, shell(context, activities, tasks));
    /** Unix milliseconds by the durable clock. */
    const now = () => context.df.currentUtcDateTime.getTime();
    driver.begin(now());
    for (;;) {
      const { task, label: pending } = yield* tasks.next();
      const result = pending.kind === 'task' ? (task.result as AdvanceResult) : undefined;
      const verdict = task.isFaulted ? driver.failed(pending, task.result, now()) : driver.done(pending, result, now());
      if (verdict.kind === 'ended') return { status: verdict.status };
      if (verdict.kind === 'open') continue;
      context.df.continueAsNew(toGenerationInput(verdict.generation));
      return undefined;
    }
  };
}

function shell({ df }: OrchestrationContext, activities: RunActivities, tasks: TaskSet<Pending>): RunShell {
  return {
    task: (task, pending) => tasks.add(activities.advance(task), pending),
    timer: (at, pending) => tasks.add(timerAt(df, at), pending),
    event: (name, pending) => tasks.add(df.waitForExternalEvent(name), pending),
    signal: (signal, pending) => tasks.add(activities.signal(signal), pending),
    drop: (pending) => tasks.drop(pending),
  };
}
