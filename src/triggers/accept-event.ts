import { createHash } from 'node:crypto';
import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import { toPayload } from '../run/payload.ts';
import type { Event } from './event.ts';
import { type Reading, type Rejection, read, refuse } from './rejection.ts';
import { runId } from './run-id.ts';
import { toRunStart } from './run-start.ts';
import type { StartablePipeline, Trigger } from './trigger.ts';

export interface AcceptDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
  readonly orchestrations: Orchestrations;
}

export type Acceptance =
  | { readonly kind: 'started'; readonly runId: string }
  /** The event was accepted before; its run is the one named. */
  | { readonly kind: 'duplicate'; readonly runId: string }
  /** The trigger's `when` is not true of this event. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

/** What of a trigger decides about an event; a run started by hand has no more than this either. */
export type Acceptor = Pick<Trigger, 'name' | 'pipeline' | 'when' | 'input' | 'checkInput'>;

/**
 * Starts the run of an event, once however often the event comes. Everything is stored before it answers; whatever a
 * dependency throws goes through, and the same call may simply be repeated.
 */
export async function acceptEvent(event: Event, trigger: Acceptor, dependencies: AcceptDependencies): Promise<Acceptance> {
  const input = readInput(event, trigger);
  if (input.kind === 'refused') return { kind: 'rejected', rejection: input.rejection };
  if (input.value === undefined) return { kind: 'ignored' };
  const run = await buildRun(event, trigger, input.value, dependencies.artifacts);
  await savePlanOnce(trigger.pipeline, dependencies.plans);
  const claim = await dependencies.runs.claim(run);
  if (claim.kind === 'claimed') {
    await dependencies.orchestrations.start(toRunStart(run, false));
    return { kind: 'started', runId: run.runId };
  }
  return settleRepetition(event, claim.run, dependencies.orchestrations);
}

/** Undefined: the trigger leaves this event alone. */
function readInput(event: Event, trigger: Acceptor): Reading<JsonValue | undefined> {
  const wanted = trigger.when?.(event) ?? read(true);
  if (wanted.kind === 'refused') return wanted;
  if (wanted.value !== true) return read(undefined);
  const input = trigger.input?.(event) ?? read(event.data);
  if (input.kind === 'refused') return input;
  const rejection = trigger.checkInput?.(input.value);
  return rejection === undefined ? input : { kind: 'refused', rejection };
}

async function buildRun(event: Event, trigger: Acceptor, input: JsonValue, artifacts: ArtifactStore): Promise<RunRecord> {
  const id = runId(trigger.name, event.key);
  return {
    runId: id,
    pipeline: trigger.pipeline.name,
    planHash: trigger.pipeline.planHash,
    trigger: trigger.name,
    eventKey: event.key,
    eventType: event.type,
    eventSource: event.source,
    ...(event.correlationId === undefined ? {} : { correlationId: event.correlationId }),
    ...(event.traceParent === undefined ? {} : { traceParent: event.traceParent }),
    payloadHash: event.payloadHash,
    input: await toPayload(input, inputName(id, input), artifacts),
    status: 'accepted',
    acceptedAt: event.receivedAt,
  };
}

/** Named by its content: a repetition, spelled otherwise or mapped by a later deployment, must not meet the first one's input. */
function inputName(id: string, input: JsonValue): string {
  return `${id}/input/${createHash('sha256').update(JSON.stringify(input)).digest('hex').slice(0, 16)}.json`;
}

/**
 * Somebody claimed this event before. If its run is still `accepted`, whoever claimed it may have died before the start, so it is
 * started here; an orchestration that is active already is left alone by the port.
 */
async function settleRepetition(event: Event, first: RunRecord, orchestrations: Orchestrations): Promise<Acceptance> {
  if (first.payloadHash !== event.payloadHash) {
    const message = `The idempotency key was used before with other content, by run ${first.runId}; send a new key, or the same content.`;
    return { kind: 'rejected', rejection: refuse('idempotency_payload_mismatch', message, { runId: first.runId }).rejection };
  }
  if (first.status === 'accepted') await orchestrations.start(toRunStart(first, true));
  return { kind: 'duplicate', runId: first.runId };
}

/** Plans that this process has stored, by the store they went to. */
const savedPlans = new WeakMap<PlanStore, Set<string>>();

async function savePlanOnce({ planHash, plan }: StartablePipeline, plans: PlanStore): Promise<void> {
  const saved = savedPlans.get(plans) ?? new Set();
  savedPlans.set(plans, saved);
  if (saved.has(planHash)) return;
  await plans.save(planHash, plan);
  saved.add(planHash);
}
