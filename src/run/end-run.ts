import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { RunFinish } from '../ports/run-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceTask, RunOutcome } from './advance-task.ts';
import { runFinish, type StoredEnd } from './finish.ts';
import type { RunEnd } from './outcome.ts';
import { toPayload } from './payload.ts';
import { storePatience } from './store-patience.ts';

/** Records how the run ended and tells the world, unless it has ended before. Tells how it ended in the end. */
export async function endRun(task: AdvanceTask, end: RunEnd, dependencies: AdvanceDependencies): Promise<RunOutcome> {
  const finish = await prepareFinish(task, end, dependencies);
  const first = await storePatience.execute(() => dependencies.runs.finish(task.runId, finish));
  if (first) {
    await announce(task, finish, dependencies);
    return end.status;
  }
  const status = (await dependencies.runs.read(task.runId))?.status;
  return status === 'completed' || status === 'failed' || status === 'cancelled' ? status : end.status;
}

/** The record of the run's end; `last` is what there is to tell of the node that it ends with. */
export function prepareFinish(
  task: AdvanceTask,
  end: RunEnd,
  { artifacts, clock, relay }: AdvanceDependencies,
  last: readonly RunEvent[] = [],
): Promise<RunFinish> {
  return storePatience.execute(async () => {
    const finish = runFinish(task, await storedEnd(task.runId, end, artifacts), clock.now());
    return { ...finish, outbox: relay.wanted([...last, ...finish.outbox]) };
  });
}

/** Tells the log and the world of an end that is recorded. */
export async function announce(
  { runId, pipeline }: AdvanceTask,
  { error, outbox }: RunFinish,
  { relay, log }: AdvanceDependencies,
): Promise<void> {
  if (error !== undefined) {
    const { node = null, code, message } = error;
    log('warn', 'a run failed', { runId, pipeline, node, code, error: message });
  }
  await relay.deliver({ runId, place: { kind: 'end' }, events: outbox });
}

async function storedEnd(runId: string, end: RunEnd, artifacts: ArtifactStore): Promise<StoredEnd> {
  if (end.status === 'failed') return end;
  return { status: 'completed', output: await toPayload(end.output, `${runId}/output.json`, artifacts) };
}
