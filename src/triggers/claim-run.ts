import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { ParentRun, RunRecord, RunStore } from '../ports/run-store.ts';
import type { OutboxRelay } from '../run/outbox-relay.ts';
import { toPayload } from '../run/payload.ts';
import { startedEvent } from '../run/run-events.ts';
import type { Event } from './event.ts';
import { type Rejection, read } from './rejection.ts';
import { runId } from './run-id.ts';
import type { StartablePipeline } from './trigger.ts';

export interface ClaimDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
  readonly relay: OutboxRelay;
}

/** A run that is asked for. */
export interface ClaimRequest {
  readonly event: Event;
  readonly input: JsonValue;
  /** Whoever asks: a trigger, a route, another run. The keys of its events are a space of their own. */
  readonly starter: string;
  readonly pipeline: StartablePipeline;
  /** Whoever waits for its end. */
  readonly parent?: ParentRun;
}

/** What claiming may fail at, in its order. */
export type ClaimStage = 'storing the input' | 'storing the plan' | 'storing the run';

/** `exists`: the event was there before, and `run` is what it started then. */
export type RunClaim =
  | { readonly kind: 'claimed' | 'exists'; readonly run: RunRecord }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

/** Stores the run of an event, with all it needs, once however often the event comes; refused if the input does not fit the pipeline. */
export async function claimRun(
  request: ClaimRequest,
  { runs, plans, artifacts, relay }: ClaimDependencies,
  onStage: (stage: ClaimStage) => void = () => {},
): Promise<RunClaim> {
  const { input, pipeline } = request;
  const reading = pipeline.readInput?.(input) ?? read(input);
  if (reading.kind === 'refused') return reading;
  onStage('storing the input');
  const run = await buildRun(request, reading.value, artifacts);
  onStage('storing the plan');
  await plans.save(pipeline.planHash, pipeline.plan);
  onStage('storing the run');
  const events = relay.wanted([startedEvent(run)]);
  const claim = await runs.claim(run, events);
  if (claim.kind === 'exists') return claim;
  // Nobody waits for it: whoever sent the event is told as soon as the run is stored.
  void relay.deliver({ runId: run.runId, place: { kind: 'start' }, events });
  return { kind: 'claimed', run };
}

async function buildRun(
  { event, starter, pipeline, parent }: ClaimRequest,
  input: JsonValue,
  artifacts: ArtifactStore,
): Promise<RunRecord> {
  const id = runId(starter, event.key);
  return {
    runId: id,
    pipeline: pipeline.name,
    planHash: pipeline.planHash,
    trigger: starter,
    eventKey: event.key,
    eventType: event.type,
    eventSource: event.source,
    ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
    ...(event.traceParent === undefined ? {} : { traceParent: event.traceParent }),
    payloadHash: event.payloadHash,
    input: await toPayload(input, inputName(id, input), artifacts),
    ...(parent === undefined ? {} : { parent }),
    status: 'accepted',
    acceptedAt: event.receivedAt,
  };
}

/** Named by its content: a repetition, spelled otherwise or mapped by a later deployment, must not meet the first one's input. */
function inputName(id: string, input: JsonValue): string {
  return `${id}/input/${createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16)}.json`;
}
