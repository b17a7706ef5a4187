import type { OrchestrationContext, Task } from 'durable-functions';
import type { NodeKind } from '../nodes/node-kind.ts';
import type { AdvanceResult, AdvanceTask, RunOutcome } from './advance-task.ts';
import { RunDriver } from './driver.ts';
import { fromGenerationInput, toGenerationInput } from './run-generation.ts';
import type { RunShell, Step } from './run-step.ts';
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
    const steps = new TaskSet<Step>(context.df.Task);
    const driver = new RunDriver(fromGenerationInput(context.df.getInput()), kinds, shell(context, activities, steps));
    /** Unix milliseconds by the durable clock. */
    const now = () => context.df.currentUtcDateTime.getTime();
    driver.begin(now());
    for (;;) {
      const { task, label: step } = yield* steps.next();
      const result = step.kind === 'task' ? (task.result as AdvanceResult) : undefined;
      const verdict = task.isFaulted ? driver.failed(step, task.result, now()) : driver.done(step, result, now());
      if (verdict.kind === 'ended') return { status: verdict.status };
      if (verdict.kind === 'open') continue;
      context.df.continueAsNew(toGenerationInput(verdict.generation));
      return undefined;
    }
  };
}

function shell({ df }: OrchestrationContext, activities: RunActivities, steps: TaskSet<Step>): RunShell {
  return {
    task: (task, step) => steps.add(activities.advance(task), step),
    timer: (at, step) => steps.add(timerAt(df, at), step),
    event: (name, step) => steps.add(df.waitForExternalEvent(name), step),
    signal: (signal, step) => steps.add(activities.signal(signal), step),
    drop: (step) => steps.drop(step),
  };
}
