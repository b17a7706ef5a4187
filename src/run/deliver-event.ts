import { canonicalHash } from '../canonical-json.ts';
import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { WaitRecord, WaitStore } from '../ports/wait-store.ts';
import { artifactPath } from './node-path.ts';
import { toPayload } from './payload.ts';
import { wakeEvent } from './wake-event.ts';

interface DeliverDependencies {
  readonly runs: RunStore;
  readonly waits: WaitStore;
  readonly artifacts: ArtifactStore;
  readonly orchestrations: Pick<Orchestrations, 'wake'>;
  readonly clock: Clock;
}

/** What became of an event for a run that waits. */
export type Delivery =
  /** `duplicate`: the same event came before. */
  | { readonly kind: 'delivered' | 'duplicate'; readonly node: string }
  /** Another event decided the wait. */
  | { readonly kind: 'decided'; readonly node: string }
  | { readonly kind: 'late'; readonly node: string; readonly until: string }
  | { readonly kind: 'not_waiting'; readonly eventKeys: readonly string[] }
  | { readonly kind: 'run_ended' | 'run_unknown' };

/**
 * Gives an event to the run's longest open wait of that key. The decision is stored before anybody is told, so an event that was
 * answered is not lost, and of two only the first counts. The same call may be repeated.
 */
export async function deliverEvent(
  runId: string,
  eventKey: string,
  payload: JsonValue,
  dependencies: DeliverDependencies,
): Promise<Delivery> {
  const { runs, waits, artifacts, clock, orchestrations } = dependencies;
  const run = await runs.read(runId);
  if (run === null) return { kind: 'run_unknown' };
  const all = await waits.list(runId);
  const asked = all.filter((wait) => wait.eventKey === eventKey);
  const payloadHash = canonicalHash(payload);
  const now = new Date(clock.now()).toISOString();
  for (const { node } of asked.filter((wait) => run.finishedAt === undefined && isOpen(wait, now))) {
    const stored = await toPayload(payload, `${runId}/${artifactPath(node)}.event/${payloadHash.slice(0, 16)}.json`, artifacts);
    const decision = { status: 'decided', decidedAt: now, payload: stored, payloadHash } as const;
    const decided = await waits.decide(runId, node, decision);
    if (decided?.first !== true && decided?.wait.payloadHash !== payloadHash) continue;
    await orchestrations.wake(runId, wakeEvent(node));
    return { kind: decided.first ? 'delivered' : 'duplicate', node };
  }
  const same = asked.find((wait) => wait.payloadHash === payloadHash);
  if (same === undefined) return refusal(asked, all, now, run.finishedAt !== undefined);
  await orchestrations.wake(runId, wakeEvent(same.node));
  return { kind: 'duplicate', node: same.node };
}

function isOpen({ status, until }: WaitRecord, now: string): boolean {
  return status === 'open' && (until === undefined || now < until);
}

function refusal(asked: readonly WaitRecord[], all: readonly WaitRecord[], now: string, hasEnded: boolean): Delivery {
  const decided = asked.find(({ status }) => status === 'decided');
  if (decided !== undefined) return { kind: 'decided', node: decided.node };
  const late = asked.find(({ until }) => until !== undefined && until <= now);
  if (late?.until !== undefined) return { kind: 'late', node: late.node, until: late.until };
  if (hasEnded) return { kind: 'run_ended' };
  return { kind: 'not_waiting', eventKeys: all.filter((wait) => isOpen(wait, now)).map(({ eventKey }) => eventKey) };
}
