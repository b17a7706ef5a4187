import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { startStoredRun } from '../run/start-stored-run.ts';
import { choosePipeline, namesPipeline } from './choose-pipeline.ts';
import { type ClaimDependencies, type ClaimRequest, type ClaimStage, claimRun } from './claim-run.ts';
import type { Event } from './event.ts';
import { type Reading, type Rejection, read, refuse } from './rejection.ts';
import type { Trigger } from './trigger.ts';

export interface AcceptDependencies extends ClaimDependencies {
  readonly orchestrations: Orchestrations;
  readonly log: Log;
}

/** What became of an event that asks for a run. */
export type Start =
  | { readonly kind: 'started'; readonly runId: string }
  /** The event was accepted before; its run is the one named. */
  | { readonly kind: 'duplicate'; readonly runId: string }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** What accepting may fail at, in its order. */
export type AcceptStage = ClaimStage | 'starting the run';

type OnStage = (stage: AcceptStage) => void;

/** Accepts a trigger's event: maps it to the run's input, and starts the run of the pipeline that is asked for. */
export async function acceptEvent(
  event: Event,
  trigger: Trigger,
  dependencies: AcceptDependencies,
  onStage?: OnStage,
): Promise<Start> {
  const request = toClaimRequest(event, trigger);
  if (request.kind === 'refused') return { kind: 'rejected', rejection: request.rejection };
  return startOnce(request.value, dependencies, onStage);
}

/** The run that an event of a trigger asks for. */
export function toClaimRequest(event: Event, trigger: Trigger): Reading<ClaimRequest> {
  const pipeline = choosePipeline(event, trigger);
  if (pipeline.kind === 'refused') return pipeline;
  const input = trigger.input?.(event) ?? read(event.data);
  if (input.kind === 'refused') return input;
  return read({ event, input: input.value, starter: trigger.name, pipeline: pipeline.value });
}

/**
 * Starts the run of an event, once however often the event comes to its starter, if the input fits the pipeline.
 * Everything is stored before it answers; whatever a dependency throws goes through, and the same call may simply be repeated.
 */
export async function startOnce(
  request: ClaimRequest,
  dependencies: AcceptDependencies,
  onStage: OnStage = () => {},
): Promise<Start> {
  const claim = await claimRun(request, dependencies, onStage);
  if (claim.kind === 'refused') return { kind: 'rejected', rejection: claim.rejection };
  onStage('starting the run');
  if (claim.kind === 'exists') return settleRepetition(request, claim.run, dependencies);
  await startStoredRun(claim.run, false, dependencies);
  return { kind: 'started', runId: claim.run.runId };
}

/**
 * Somebody claimed this event before. If its run is still `accepted`, whoever claimed it may have died before the start, so it is
 * started here; an orchestration that is active already is left alone by the port, and one that has just ended finds all its results.
 */
async function settleRepetition(
  { event, pipeline }: ClaimRequest,
  first: RunRecord,
  dependencies: AcceptDependencies,
): Promise<Start> {
  const otherPipeline = namesPipeline(event) && first.pipeline !== pipeline.name;
  if (otherPipeline || first.payloadHash !== event.payloadHash) {
    const what = otherPipeline ? 'for another pipeline' : 'with other content';
    const message = `The idempotency key was used before ${what}, by run ${first.runId}; send a new key, or the same again.`;
    return { kind: 'rejected', rejection: refuse('idempotency_payload_mismatch', message, { runId: first.runId }).rejection };
  }
  if (first.status === 'accepted') await startStoredRun(first, true, dependencies);
  return { kind: 'duplicate', runId: first.runId };
}
