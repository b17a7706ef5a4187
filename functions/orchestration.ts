import { app } from 'durable-functions';
import type { Work } from '../src/app.ts';
import type { AdvanceTask } from '../src/run/advance-task.ts';
import { orchestrator } from '../src/run/orchestrator.ts';

/** The orchestrator `run` that interprets every plan, and the activity `advance` that does its work. */
export function registerOrchestration(work: Work): void {
  const advance = app.activity('advance', { handler: (task: AdvanceTask, context) => work.advance(task, context) });
  app.orchestration('run', orchestrator(work.kinds, advance));
}
