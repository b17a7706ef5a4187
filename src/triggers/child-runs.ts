import { canonicalHash } from '../canonical-json.ts';
import { PermanentError } from '../nodes/errors.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunRecord, RunStore } from '../ports/run-store.ts';
import type { ChildRequest, ChildRuns } from '../run/child-runs.ts';
import { toPayload } from '../run/payload.ts';
import { read } from './rejection.ts';
import { runId } from './run-id.ts';
import { savePlanOnce } from './save-plan.ts';
import type { StartablePipeline } from './trigger.ts';

interface ChildRunDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly pipelines: ReadonlyMap<string, StartablePipeline>;
}

/** Runs that nodes of other runs ask for: the run's id follows from the parent's and the node's path, so each asks for one. */
export function childRuns(dependencies: ChildRunDependencies): ChildRuns {
  return { claim: (child) => claimChild(child, dependencies) };
}

async function claimChild(
  child: ChildRequest,
  { runs, plans, artifacts, clock, pipelines }: ChildRunDependencies,
): Promise<RunRecord> {
  const { parent, correlationId, traceParent } = child;
  const pipeline = pipelines.get(child.pipeline);
  if (pipeline === undefined) {
    const message = `There is no pipeline '${child.pipeline}' in this app. Deploy it, or correct the node's 'pipeline'.`;
    throw new PermanentError('pipeline_unknown', message);
  }
  const input = pipeline.readInput?.(child.input) ?? read(child.input);
  if (input.kind === 'refused') throw new PermanentError(input.rejection.code, input.rejection.message);
  const trigger = `pipeline_node ${parent.runId}`;
  const id = runId(trigger, parent.node);
  const known = await runs.read(id);
  if (known !== null) return known;
  const run: RunRecord = {
    runId: id,
    pipeline: pipeline.name,
    planHash: pipeline.planHash,
    trigger,
    eventKey: parent.node,
    eventType: 'hexdag.child_run',
    eventSource: `/runs/${parent.runId}`,
    correlationId,
    ...(traceParent === undefined ? {} : { traceParent }),
    payloadHash: canonicalHash(child.input),
    input: await toPayload(input.value, `${id}/input.json`, artifacts),
    ...(child.isAwaited ? { parent } : {}),
    status: 'accepted',
    acceptedAt: new Date(clock.now()).toISOString(),
  };
  await savePlanOnce(pipeline, plans);
  const claim = await runs.claim(run);
  return claim.kind === 'claimed' ? run : claim.run;
}
