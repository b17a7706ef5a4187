import { HexdagError, messageOf } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventPublisher } from '../ports/event-publisher.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import { toRunStart } from './run-start.ts';

interface SweepDependencies {
  readonly runs: RunStore;
  readonly orchestrations: Orchestrations;
  readonly publisher: EventPublisher;
  readonly clock: Clock;
  readonly log: Log;
}

interface SweepSettings {
  /** Age below which runs and outboxes are left to the process that is at work on them. */
  readonly minimumAgeMs: number;
  /** Runs and outboxes looked at in one sweep, each. */
  readonly limit: number;
}

interface SweepCounts {
  readonly started: number;
  /** Runs that turned out to be under way. */
  readonly confirmed: number;
  /** Outboxes. */
  readonly published: number;
  readonly failed: number;
}

type Outcome = keyof SweepCounts;

/**
 * Finishes what dead processes left: starts runs that were claimed and never started, publishes outboxes that were written and never sent.
 * Several sweeps at a time do no harm, nor does one that dies half-way.
 */
export async function sweep(dependencies: SweepDependencies, { minimumAgeMs, limit }: SweepSettings): Promise<SweepCounts> {
  const { runs, clock } = dependencies;
  const before = new Date(clock.now() - minimumAgeMs).toISOString();
  const counts: Record<Outcome, number> = { started: 0, confirmed: 0, published: 0, failed: 0 };
  for (const run of await runs.unstarted(before, limit)) {
    counts[await attempt(run.runId, dependencies.log, () => startOrConfirm(run, dependencies))] += 1;
  }
  for (const left of await runs.unpublished(before, limit)) {
    counts[await attempt(left.runId, dependencies.log, () => publish(left, dependencies))] += 1;
  }
  return counts;
}

/**
 * An orchestration that is unknown was never started. One that ended while its run is still `accepted` has recorded no outcome
 * (terminated, or failed outside its own error handling), or recorded it just now; starting again is safe in both cases, since a
 * recovering run takes every node's recorded result instead of repeating the node, and the first outcome recorded stands.
 */
async function startOrConfirm(run: RunRecord, { runs, orchestrations }: SweepDependencies): Promise<Outcome> {
  if ((await orchestrations.state(run.runId)) === 'active') {
    await runs.markStarted(run.runId);
    return 'confirmed';
  }
  await orchestrations.start(toRunStart(run, true));
  return 'started';
}

/** Dying between the two publishes again next time: the ids are the same, so whoever listens can tell. */
async function publish(
  { runId, outbox }: Awaited<ReturnType<RunStore['unpublished']>>[number],
  { runs, publisher }: SweepDependencies,
): Promise<Outcome> {
  await publisher.publish(outbox);
  await runs.markPublished(runId);
  return 'published';
}

async function attempt(runId: string, log: Log, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof HexdagError ? error.code : 'unexpected_error';
    log('warn', 'sweeping a run failed; the next sweep tries again', { runId, code, error: messageOf(error) });
    return 'failed';
  }
}
