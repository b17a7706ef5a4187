import { ConstantBackoff, handleType, retry } from 'cockatiel';
import type { Clock } from '../ports/clock.ts';
import { DependencyUnavailableError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import type { WaitStore } from '../ports/wait-store.ts';
import type { OutboxRelay } from './outbox-relay.ts';
import { isWhole } from './retry-window.ts';
import { startStoredRun } from './start-stored-run.ts';
import { startsRuns } from './starts-runs.ts';

/** A run that has just failed is retried while its end is on its way to whoever listens: that is a matter of moments. */
class EndUnpublishedError extends DependencyUnavailableError {}

const publishingPatience = retry(handleType(EndUnpublishedError), { maxAttempts: 8, backoff: new ConstantBackoff(250) });

export interface RetryDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly waits: WaitStore;
  readonly orchestrations: Orchestrations;
  readonly relay: OutboxRelay;
  readonly clock: Clock;
  readonly log: Log;
  /** How long the stores keep what they record. */
  readonly retentionDays: number;
}

export type Retry =
  /** `again`: it was asked for before, and the run is at work. */
  | { readonly kind: 'retried' | 'again'; readonly run: RunRecord }
  | { readonly kind: 'not_failed'; readonly run: RunRecord }
  /** Some of what its nodes did is no longer known, and would be done again. */
  | { readonly kind: 'too_late' }
  /** Whoever waits for it has long learnt that it failed. */
  | { readonly kind: 'is_child'; readonly parent: string }
  /** There is no plan of the kind that was asked for. */
  | { readonly kind: 'no_plan' | 'unknown' };

/**
 * Opens a run again that failed or was cancelled, as itself: what its nodes completed, and what was decided for it, stays; what
 * failed is done again, under the same idempotency keys. So are the runs that its nodes waited for. The same call may be repeated.
 *
 * @param choosePlan gives the hash of the stored plan to go on with
 */
export async function retryRun(
  runId: string,
  choosePlan: (run: RunRecord) => Promise<string | undefined>,
  dependencies: RetryDependencies,
): Promise<Retry> {
  const { runs, clock, retentionDays } = dependencies;
  const run = await runs.read(runId);
  if (run === null) return { kind: 'unknown' };
  if (run.finishedAt === undefined && run.retry !== undefined) return { kind: 'again', run };
  if (!hasFailed(run)) return { kind: 'not_failed', run };
  if (run.parent !== undefined) return { kind: 'is_child', parent: run.parent.runId };
  if (!isWhole(run, retentionDays, clock.now())) return { kind: 'too_late' };
  const planHash = await choosePlan(run);
  if (planHash === undefined) return { kind: 'no_plan' };
  const opened = await reopen(run, planHash, dependencies);
  await startStoredRun(opened, true, dependencies);
  return { kind: 'retried', run: opened };
}

function hasFailed({ status }: RunRecord): boolean {
  return status === 'failed' || status === 'cancelled';
}

/** The runs it waits for first: once it is open itself, it may be started and look at them. */
async function reopen(run: RunRecord, planHash: string, dependencies: RetryDependencies): Promise<RunRecord> {
  const { runs, plans, relay, clock } = dependencies;
  const plan = await plans.load(run.planHash);
  const children = plan !== null && startsRuns(plan.nodes) ? await runs.failedChildren(run.runId) : [];
  for (const child of children) await reopen(child, child.planHash, dependencies);
  await forgetWaits(run, dependencies);
  const reopening = { retriedAt: new Date(clock.now()).toISOString(), planHash };
  return publishingPatience.execute(async () => {
    await relay.flush();
    const opened = await runs.reopen(run, reopening);
    if (opened !== null) return opened;
    const now = await runs.read(run.runId);
    if (now !== null && now.finishedAt === undefined && now.retry !== undefined) return now;
    const message = `The end of the run ${run.runId} has not been published yet; it can be retried once it is.`;
    throw new EndUnpublishedError(message, { retryAfterMs: 2_000 });
  });
}

/** A wait that was decided stays so. One that was cut off, or that the run failed by, begins again. */
async function forgetWaits({ runId, error, finishedAt }: RunRecord, { runs, waits }: RetryDependencies): Promise<void> {
  const undecided = (await waits.list(runId)).filter(
    ({ node, status }) => status === 'open' || (status === 'timed_out' && node === error?.node),
  );
  // Those of a run that a faster retry has opened meanwhile are its own.
  if (undecided.length === 0 || (await runs.read(runId))?.finishedAt !== finishedAt) return;
  for (const { node } of undecided) await waits.forget(runId, node);
}
