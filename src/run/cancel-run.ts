import type { Clock } from '../ports/clock.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunStore } from '../ports/run-store.ts';
import { runFinish } from './finish.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { startsRuns } from './starts-runs.ts';
import { wakeEvent } from './wake-event.ts';

interface CancelDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly orchestrations: Pick<Orchestrations, 'terminate' | 'wake'>;
  readonly relay: OutboxRelay;
  readonly clock: Clock;
}

export type Cancellation = 'cancelled' | 'ended_before' | 'unknown';

/**
 * Ends a run before its time. The end is recorded first, and then nothing can end the run otherwise; a node that is at work
 * finishes, and no other begins after the task it belongs to. The runs that its nodes wait for are cancelled with it. The same call
 * may be repeated.
 */
export async function cancelRun(runId: string, reason: string, dependencies: CancelDependencies): Promise<Cancellation> {
  const { runs, plans, orchestrations, relay, clock } = dependencies;
  const run = await runs.read(runId);
  if (run === null) return 'unknown';
  const { outbox, ...end } = runFinish(run, { status: 'cancelled', reason }, clock.now());
  const finish = { ...end, outbox: relay.wanted(outbox) };
  const isFirst = run.finishedAt === undefined && (await runs.finish(runId, finish));
  if (!isFirst && run.status !== 'cancelled') return 'ended_before';
  await orchestrations.terminate(runId, reason);
  const plan = await plans.load(run.planHash);
  const children = plan !== null && startsRuns(plan.nodes) ? await runs.openChildren(runId) : [];
  for (const child of children)
    await cancelRun(child.runId, `The run ${runId}, which waited for this one, was cancelled.`, dependencies);
  if (run.parent !== undefined) await orchestrations.wake(run.parent.runId, wakeEvent(run.parent.node));
  if (isFirst) await relay.deliver({ runId, place: { kind: 'end' }, events: finish.outbox });
  return 'cancelled';
}
