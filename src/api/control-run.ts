import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { PlanStore } from '../ports/plan-store.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { WaitStore } from '../ports/wait-store.ts';
import { cancelRun } from '../run/cancel-run.ts';
import { type Delivery, deliverEvent } from '../run/deliver-event.ts';
import type { OutboxRelay } from '../run/outbox-relay.ts';
import { read } from '../triggers/rejection.ts';
import { readJson } from '../triggers/strict-json.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';
import { readMembers } from './read-members.ts';
import { RUN_NOT_FOUND } from './run-id.ts';
import { control as controlBody } from './schemas/requests.ts';

export interface ControlDependencies {
  readonly runs: RunStore;
  readonly plans: PlanStore;
  readonly waits: WaitStore;
  readonly artifacts: ArtifactStore;
  readonly orchestrations: Orchestrations;
  readonly relay: OutboxRelay;
  readonly clock: Clock;
  readonly log: Log;
}

const ENDED = problem({ status: 409, code: 'run_ended', detail: 'The run has ended.' });

/** `POST /runs/{id}/events/{key}`: gives an event, the body, to a run that waits for it. 202 once it is stored. */
export async function deliverRunEvent(request: ApiRequest, dependencies: ControlDependencies): Promise<ApiResponse> {
  const { id = '', key = '' } = request.params;
  const body = request.body.byteLength === 0 ? read<JsonValue>(null) : readJson(request.body);
  if (body.kind === 'refused') return rejectionProblem(body.rejection);
  return deliveryResponse(await deliverEvent(id, key, body.value, dependencies), key);
}

function deliveryResponse(delivery: Delivery, key: string): ApiResponse {
  switch (delivery.kind) {
    case 'delivered':
    case 'duplicate':
      return jsonResponse(202, { node: delivery.node, duplicate: delivery.kind === 'duplicate' });
    case 'decided':
      return problem({
        status: 409,
        code: 'wait_decided',
        detail: `Another event has decided what node '${delivery.node}' waited for.`,
      });
    case 'late':
      return problem({ status: 409, code: 'wait_timed_out', detail: `Node '${delivery.node}' waited until ${delivery.until}.` });
    case 'not_waiting': {
      const keys = delivery.eventKeys.join(', ');
      const detail = `The run does not wait for '${key}' now. ${keys === '' ? 'It waits for nothing.' : `It waits for: ${keys}.`}`;
      return problem({ status: 409, code: 'wait_unknown', detail, headers: { 'retry-after': '1' } });
    }
    case 'run_ended':
      return problem({ status: 409, code: 'run_not_waiting', detail: 'The run has ended, and waits for nothing any more.' });
    case 'run_unknown':
      return RUN_NOT_FOUND;
  }
}

/** `POST /runs/{id}/cancel`: ends a run before its time. 202 once that is recorded. */
export async function cancel(request: ApiRequest, dependencies: ControlDependencies): Promise<ApiResponse> {
  const control = readMembers(request, controlBody);
  if ('problem' in control) return control.problem;
  const outcome = await cancelRun(request.params['id'] ?? '', reasonOf(control.value), dependencies);
  if (outcome === 'unknown') return RUN_NOT_FOUND;
  return outcome === 'ended_before' ? ENDED : jsonResponse(202, { status: 'cancelled' });
}

/** `POST /runs/{id}/suspend`: no further task is given until the run is resumed; those at work finish. */
export function suspend(request: ApiRequest, dependencies: ControlDependencies): Promise<ApiResponse> {
  return pause(request, dependencies, 'suspend');
}

/** `POST /runs/{id}/resume` */
export function resume(request: ApiRequest, dependencies: ControlDependencies): Promise<ApiResponse> {
  return pause(request, dependencies, 'resume');
}

async function pause(request: ApiRequest, dependencies: ControlDependencies, action: 'suspend' | 'resume'): Promise<ApiResponse> {
  const { runs, orchestrations } = dependencies;
  const control = readMembers(request, controlBody);
  if ('problem' in control) return control.problem;
  const run = await runs.read(request.params['id'] ?? '');
  if (run === null) return RUN_NOT_FOUND;
  if (run.finishedAt !== undefined) return ENDED;
  await orchestrations[action](run.runId, reasonOf(control.value));
  return jsonResponse(202, { status: action === 'suspend' ? 'suspended' : 'resumed' });
}

function reasonOf({ reason }: { readonly reason?: string }): string {
  return reason ?? 'Asked for through the API.';
}
