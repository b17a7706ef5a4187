import { app } from 'durable-functions';
import type { Work } from '../src/app.ts';
import type { AdvanceTask } from '../src/run/advance-task.ts';
import { orchestrator } from '../src/run/orchestrator.ts';
import type { Signal } from '../src/run/signal.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** The orchestrator `run` that interprets every plan, and the activities `advance` and `signal` that do its work. */
export function registerOrchestration(work: Work): void {
  const advance = app.activity('advance', { handler: (task: AdvanceTask, context) => work.advance(task, context) });
  const signal = app.activity('signal', {
    extraInputs: [durableClient],
    handler: (what: Signal, context) => work.signal(what, clientOf(context)),
  });
  app.orchestration('run', orchestrator(work.kinds, { advance, signal }));
}
