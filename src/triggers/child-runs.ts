import { canonicalHash } from '../canonical-json.ts';
import { PermanentError } from '../nodes/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { ChildRequest, ChildRuns } from '../run/child-runs.ts';
import { type ClaimDependencies, claimRun } from './claim-run.ts';
import type { StartablePipeline } from './trigger.ts';

interface ChildRunDependencies extends ClaimDependencies {
  readonly clock: Clock;
  readonly pipelines: ReadonlyMap<string, StartablePipeline>;
}

/** Runs that nodes of other runs ask for: the run's id follows from the parent's and the node's path, so each asks for one. */
export function childRuns(dependencies: ChildRunDependencies): ChildRuns {
  return { claim: (child) => claimChild(child, dependencies) };
}

async function claimChild(child: ChildRequest, { clock, pipelines, ...stores }: ChildRunDependencies): Promise<RunRecord> {
  const { parent, input, correlationId, traceParent } = child;
  const pipeline = pipelines.get(child.pipeline);
  if (pipeline === undefined) {
    const message = `There is no pipeline '${child.pipeline}' in this app. Deploy it, or correct the node's 'pipeline'.`;
    throw new PermanentError('pipeline_unknown', message);
  }
  const event = {
    key: parent.node,
    type: 'hexdag.child_run',
    source: `/runs/${parent.runId}`,
    data: input,
    payloadHash: canonicalHash(input),
    correlationId,
    ...(traceParent === undefined ? {} : { traceParent }),
    properties: {},
    receivedAt: new Date(clock.now()).toISOString(),
  };
  const starter = `pipeline_node ${parent.runId}`;
  const claim = await claimRun({ event, input, starter, pipeline, ...(child.isAwaited ? { parent } : {}) }, stores);
  if (claim.kind === 'refused') throw new PermanentError(claim.rejection.code, claim.rejection.message);
  return claim.run;
}
