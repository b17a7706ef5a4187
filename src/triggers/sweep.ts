import { codeOf, HexdagError, messageOf } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { OutboxStore } from '../ports/outbox-store.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import { failureOf } from '../run/failure.ts';
import { runFinish } from '../run/finish.ts';
import type { OutboxRelay } from '../run/outbox-relay.ts';
import { toRunStart } from '../run/run-start.ts';

interface SweepDependencies {
  readonly runs: RunStore;
  readonly orchestrations: Orchestrations;
  readonly outboxes: OutboxStore;
  readonly relay: OutboxRelay;
  readonly clock: Clock;
  readonly log: Log;
}

interface SweepSettings {
  /** Age below which runs and outboxes are left to the process that is at work on them. */
  readonly minimumAgeMs: number;
  /** Runs and outboxes looked at in one sweep, each. */
  readonly limit: number;
  /** Unix milliseconds: what is older was left by a process that died, or is at work on another instance; doing it again is safe. */
  readonly processStartedAt: number;
  /** For how long after its acceptance a run is started again whose orchestration ends without an outcome. */
  readonly restartForMs: number;
}

interface SweepCounts {
  readonly started: number;
  /** Runs that turned out to be under way, or over. */
  readonly confirmed: number;
  /** Runs ended as failed. */
  readonly abandoned: number;
  /** Outboxes. */
  readonly published: number;
  readonly failed: number;
}

type Outcome = keyof SweepCounts;

/** A run that was found at work is looked at again after this: its orchestration may have been terminated meanwhile. */
const CONFIRMED_FOR_MS = 3_600_000;
/** A run that was started again steps back behind the others for this long, so that broken ones do not keep them waiting. */
const RESTARTED_FOR_MS = 60_000;

/** A run's orchestration ends again and again and records no outcome. */
class OrchestrationEndedError extends HexdagError {
  readonly code = 'orchestration_ended';
  readonly retryable = false;
}

/**
 * Finishes what dead processes left: starts runs that were claimed and never started, publishes outboxes that were written and never sent.
 * Several sweeps at a time do no harm, nor does one that dies half-way.
 */
export async function sweep(dependencies: SweepDependencies, settings: SweepSettings): Promise<SweepCounts> {
  const { runs, outboxes, relay, clock } = dependencies;
  const { minimumAgeMs, limit, processStartedAt, restartForMs } = settings;
  const before = new Date(Math.max(clock.now() - minimumAgeMs, processStartedAt)).toISOString();
  const restartAcceptedAfter = new Date(clock.now() - restartForMs).toISOString();
  const counts: Record<Outcome, number> = { started: 0, confirmed: 0, abandoned: 0, published: 0, failed: 0 };
  for (const run of await runs.unconfirmed(before, limit)) {
    counts[await attempt(run.runId, dependencies.log, () => settle(run, restartAcceptedAfter, dependencies))] += 1;
  }
  for (const left of await outboxes.unpublished(before, limit)) {
    // Dying within it repeats it next time: the ids are the same, so whoever listens can tell.
    const publish = () => relay.redeliver(left).then(() => 'published' as const);
    counts[await attempt(left.runId, dependencies.log, publish)] += 1;
  }
  return counts;
}

/**
 * An orchestration that is unknown was never started. One that ended while its run has no outcome was terminated, or failed outside
 * its own error handling; starting it again is safe, since a recovering run takes every node's recorded result instead of repeating
 * the node, and the first outcome recorded stands.
 */
async function settle(run: RunRecord, restartAcceptedAfter: string, dependencies: SweepDependencies): Promise<Outcome> {
  const { runs, orchestrations, log } = dependencies;
  const state = await orchestrations.state(run.runId);
  if (state === 'active') {
    await runs.keep(run);
    await runs.markStarted(run.runId, later(CONFIRMED_FOR_MS, dependencies));
    return 'confirmed';
  }
  if (state === 'ended') {
    const isOver = (await runs.read(run.runId))?.finishedAt !== undefined;
    if (isOver) return 'confirmed';
    if ((run.retriedAt ?? run.acceptedAt) < restartAcceptedAfter) return abandon(run, dependencies);
  }
  await orchestrations.start(toRunStart(run, true));
  await runs.markStarted(run.runId, later(RESTARTED_FOR_MS, dependencies));
  log('info', 'a run that was left is started', { runId: run.runId, state });
  return 'started';
}

function later(ms: number, { clock }: SweepDependencies): string {
  return new Date(clock.now() + ms).toISOString();
}

/** Starting it once more would end as before, and what is swept in vain keeps others waiting. */
async function abandon(run: RunRecord, dependencies: SweepDependencies): Promise<Outcome> {
  const { runs, relay, clock, log } = dependencies;
  const message =
    'Its orchestration ended without an outcome, and so did each restart. Look at the history of the instance, then retry the run.';
  const error = failureOf(new OrchestrationEndedError(message));
  const { outbox, ...end } = runFinish(run, { status: 'failed', error }, clock.now());
  const finish = { ...end, outbox: relay.wanted(outbox) };
  if (!(await runs.finish(run.runId, finish))) return 'confirmed';
  log('error', 'a run is abandoned', { runId: run.runId, pipeline: run.pipeline, code: error.code, error: message });
  await relay.deliver({ runId: run.runId, place: { kind: 'end' }, events: finish.outbox });
  return 'abandoned';
}

async function attempt(runId: string, log: Log, work: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await work();
  } catch (error) {
    log('warn', 'sweeping a run failed; the next sweep tries again', { runId, code: codeOf(error), error: messageOf(error) });
    return 'failed';
  }
}
