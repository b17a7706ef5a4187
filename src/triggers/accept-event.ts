import { createHash } from 'node:crypto';
import { HexdagError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import { toPayload } from '../run/payload.ts';
import { toRunStart } from '../run/run-start.ts';
import { choosePipeline, namesPipeline } from './choose-pipeline.ts';
import type { Event } from './event.ts';
import { type Rejection, read, refuse } from './rejection.ts';
import { runId } from './run-id.ts';
import { savePlanOnce } from './save-plan.ts';
import type { StartablePipeline, Trigger } from './trigger.ts';

export interface AcceptDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
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
export type AcceptStage = 'storing the input' | 'storing the plan' | 'storing the run' | 'starting the run';

type OnStage = (stage: AcceptStage) => void;

/** Accepts a trigger's event: maps it to the run's input, and starts the run of the pipeline that is asked for. */
export async function acceptEvent(
  event: Event,
  trigger: Trigger,
  dependencies: AcceptDependencies,
  onStage?: OnStage,
): Promise<Start> {
  const pipeline = choosePipeline(event, trigger);
  if (pipeline.kind === 'refused') return { kind: 'rejected', rejection: pipeline.rejection };
  const input = trigger.input?.(event) ?? read(event.data);
  if (input.kind === 'refused') return { kind: 'rejected', rejection: input.rejection };
  return startOnce(event, input.value, { name: trigger.name, pipeline: pipeline.value }, dependencies, onStage);
}

/**
 * Starts the run of an event, once however often the event comes to the starter of that name, if the input fits the pipeline.
 * Everything is stored before it answers; whatever a dependency throws goes through, and the same call may simply be repeated.
 */
export async function startOnce(
  event: Event,
  input: JsonValue,
  starter: Pick<Trigger, 'name' | 'pipeline'>,
  dependencies: AcceptDependencies,
  onStage: OnStage = () => {},
): Promise<Start> {
  const { runs, plans, artifacts } = dependencies;
  const reading = starter.pipeline.readInput?.(input) ?? read(input);
  if (reading.kind === 'refused') return { kind: 'rejected', rejection: reading.rejection };
  onStage('storing the input');
  const run = await buildRun(event, reading.value, starter, artifacts);
  onStage('storing the plan');
  await savePlanOnce(starter.pipeline, plans);
  onStage('storing the run');
  const claim = await runs.claim(run);
  onStage('starting the run');
  if (claim.kind === 'exists') return settleRepetition(event, starter.pipeline, claim.run, dependencies);
  await startOrchestration(run, false, dependencies);
  return { kind: 'started', runId: run.runId };
}

async function buildRun(
  event: Event,
  input: JsonValue,
  { name, pipeline }: Pick<Trigger, 'name' | 'pipeline'>,
  artifacts: ArtifactStore,
): Promise<RunRecord> {
  const id = runId(name, event.key);
  return {
    runId: id,
    pipeline: pipeline.name,
    planHash: pipeline.planHash,
    trigger: name,
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
 * started here; an orchestration that is active already is left alone by the port, and one that has just ended finds all its results.
 */
async function settleRepetition(
  event: Event,
  pipeline: StartablePipeline,
  first: RunRecord,
  dependencies: AcceptDependencies,
): Promise<Start> {
  const otherPipeline = namesPipeline(event) && first.pipeline !== pipeline.name;
  if (otherPipeline || first.payloadHash !== event.payloadHash) {
    const what = otherPipeline ? 'for another pipeline' : 'with other content';
    const message = `The idempotency key was used before ${what}, by run ${first.runId}; send a new key, or the same again.`;
    return { kind: 'rejected', rejection: refuse('idempotency_payload_mismatch', message, { runId: first.runId }).rejection };
  }
  if (first.status === 'accepted') await startOrchestration(first, true, dependencies);
  return { kind: 'duplicate', runId: first.runId };
}

/** The run is stored, so its event is accepted even if the engine is away: the sweeper starts what is left. */
async function startOrchestration(run: RunRecord, recovering: boolean, { orchestrations, log }: AcceptDependencies) {
  try {
    await orchestrations.start(toRunStart(run, recovering));
  } catch (error) {
    if (!(error instanceof HexdagError)) throw error;
    const properties = { runId: run.runId, code: error.code, error: error.message };
    log('warn', 'a run is stored but not started; the sweeper starts it', properties);
  }
}
