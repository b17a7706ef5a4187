import { readKeyHeader } from '../triggers/event-key.ts';
import type { CarryOutDependencies } from '../triggers/timer/carry-out.ts';
import { type RunNow, type RunNowRequest, runNow } from '../triggers/timer/run-now.ts';
import { type Trigger, triggersOf } from '../triggers/trigger.ts';
import { acceptedRun } from './accepted-run.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';
import { readMembers } from './read-members.ts';
import { triggerRun } from './schemas/requests.ts';

export interface RunTriggerDependencies extends CarryOutDependencies {
  readonly triggers: readonly Trigger[];
  /** A key no other request has, for requests that bring none. */
  readonly newKey: () => string;
}

/** Runs that others have to wait for take longer than a moment. */
const BUSY_RETRY_AFTER_SECONDS = '30';

/**
 * `POST /triggers/{name}/runs`: starts a run of a timer trigger now, or that of the occurrence which the body names as
 * `scheduledTime`. 202 once the run is stored; the same `Idempotency-Key`, or the same occurrence, names the same run again.
 */
export async function runTrigger(request: ApiRequest, dependencies: RunTriggerDependencies): Promise<ApiResponse> {
  const name = request.params['name'] ?? '';
  const known = dependencies.triggers.find((trigger) => trigger.name === name);
  if (known === undefined) return problem({ status: 404, code: 'trigger_unknown', detail: 'There is no trigger of this name.' });
  const [trigger] = triggersOf([known], 'timer');
  if (trigger === undefined) {
    const detail = `A trigger of type ${known.source.type} is started by its events; only timers can be run by hand.`;
    return problem({ status: 422, code: 'trigger_not_timer', detail });
  }
  const asked = readRequest(request, dependencies.newKey);
  return 'problem' in asked ? asked.problem : respond(await runNow(asked.value, trigger, dependencies), name);
}

function readRequest(request: ApiRequest, newKey: () => string): { value: RunNowRequest } | { problem: ApiResponse } {
  const body = readMembers(request, triggerRun);
  if ('problem' in body) return body;
  if (body.value.scheduledTime !== undefined) return { value: { occurrence: Date.parse(body.value.scheduledTime) } };
  const header = request.headers.get('idempotency-key');
  if (header === null) return { value: { key: newKey() } };
  const key = readKeyHeader(header);
  return key.kind === 'refused' ? { problem: rejectionProblem(key.rejection) } : { value: { key: key.value } };
}

function respond(run: RunNow, trigger: string): ApiResponse {
  switch (run.kind) {
    case 'started':
    case 'duplicate':
      return acceptedRun(run.runId, { duplicate: run.kind === 'duplicate' });
    case 'rejected':
      return rejectionProblem(run.rejection);
    case 'ignored':
      return problem({ status: 422, code: 'occurrence_unwanted', detail: `The trigger's 'when' does not want this occurrence.` });
    case 'no_occurrence': {
      const detail = `The schedule of '${trigger}' has no occurrence at that time, or it is yet to come.`;
      return problem({ status: 422, code: 'occurrence_unknown', detail });
    }
    case 'busy':
      return problem({
        status: 409,
        code: 'run_overlap',
        detail: `The trigger's last run has not ended, and its 'overlap' lets no other begin before.`,
        ...(run.runId === undefined ? {} : { more: { runId: run.runId } }),
        headers: { 'retry-after': BUSY_RETRY_AFTER_SECONDS },
      });
  }
}
