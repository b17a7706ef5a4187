import type { RunRecord } from '../ports/run-store.ts';
import { retryRun as openAgain, type Retry, type RetryDependencies } from '../run/retry-run.ts';
import type { StartablePipeline } from '../triggers/trigger.ts';
import { acceptedRun } from './accepted-run.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';
import { readMembers } from './read-members.ts';
import { RUN_NOT_FOUND } from './run-id.ts';
import { retryBody } from './schemas/requests.ts';

export interface RetryRunDependencies extends RetryDependencies {
  /** By name. */
  readonly pipelines: ReadonlyMap<string, StartablePipeline>;
}

/** `POST /runs/{id}/retry`: does again what failed in a run. 202 once it is open again; so is a repetition while it is at work. */
export async function retryRun(request: ApiRequest, dependencies: RetryRunDependencies): Promise<ApiResponse> {
  const { pipelines, plans, log } = dependencies;
  const body = readMembers(request, retryBody);
  if ('problem' in body) return body.problem;
  const { plan, reason } = body.value;
  const choosePlan = async ({ pipeline: name, planHash }: RunRecord) => {
    if (plan === 'recorded') return planHash;
    const pipeline = pipelines.get(name);
    if (pipeline === undefined) return undefined;
    await plans.save(pipeline.planHash, pipeline.plan);
    return pipeline.planHash;
  };
  const retry = await openAgain(request.params['id'] ?? '', choosePlan, dependencies);
  if (retry.kind === 'retried') {
    const { runId, retry: count = 0 } = retry.run;
    log('info', 'a run is retried', { runId, retry: count, plan, ...(reason === undefined ? {} : { reason }) });
  }
  return responseOf(retry);
}

function responseOf(retry: Retry): ApiResponse {
  switch (retry.kind) {
    case 'retried':
    case 'again': {
      const { runId, retry: count = 0 } = retry.run;
      return acceptedRun(runId, { retry: count, duplicate: retry.kind === 'again' });
    }
    case 'not_failed':
      return problem({
        status: 409,
        code: 'run_not_failed',
        detail: `The run is ${retry.run.status}; only a failed or cancelled one is retried.`,
      });
    case 'is_child':
      return problem({
        status: 409,
        code: 'run_is_child',
        detail: `The run ${retry.parent} waited for this one; retry that, and this goes on with it.`,
        more: { runId: retry.parent },
      });
    case 'too_late':
      return problem({
        status: 409,
        code: 'run_forgotten',
        detail: 'What the first nodes of the run did may no longer be recorded, and would be done again; start another run.',
      });
    case 'no_plan':
      return problem({ status: 404, code: 'pipeline_unknown', detail: "The run's pipeline is no longer part of this app." });
    case 'unknown':
      return RUN_NOT_FOUND;
  }
}
