import { canonicalHash } from '../canonical-json.ts';
import type { Clock } from '../ports/clock.ts';
import { type AcceptDependencies, startOnce } from '../triggers/accept-event.ts';
import { readCloudEvent } from '../triggers/cloud-event.ts';
import type { Event, EventContent } from '../triggers/event.ts';
import { readKey, readKeyHeader } from '../triggers/event-key.ts';
import { readMediaType } from '../triggers/media-type.ts';
import { type Reading, read } from '../triggers/rejection.ts';
import { readRequestContent } from '../triggers/request-content.ts';
import { readTraceParent } from '../triggers/trace-parent.ts';
import type { StartablePipeline } from '../triggers/trigger.ts';
import { acceptedRun } from './accepted-run.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';

export interface StartRunDependencies extends AcceptDependencies {
  /** By name. */
  readonly pipelines: ReadonlyMap<string, StartablePipeline>;
  readonly clock: Clock;
  /** A key no other request has, for requests that bring none. */
  readonly newKey: () => string;
}

const EVENT_TYPE = 'hexdag.run.requested';

/**
 * `POST /pipelines/{name}/runs`: starts a run with the body as its input. 202 once the run is stored, with `Location`;
 * the same `Idempotency-Key` with the same body names the same run again.
 */
export async function startRun(request: ApiRequest, dependencies: StartRunDependencies): Promise<ApiResponse> {
  const name = request.params['name'] ?? '';
  const pipeline = dependencies.pipelines.get(name);
  if (pipeline === undefined) {
    return problem({ status: 404, code: 'pipeline_unknown', detail: 'There is no pipeline of this name.' });
  }
  const event = readEvent(request, pipeline, dependencies);
  if (event.kind === 'refused') return rejectionProblem(event.rejection);
  // No trigger document can have a name with a colon, so these keys are a space of their own.
  const asked = { event: event.value, input: event.value.data, starter: `api:${name}`, pipeline };
  const start = await startOnce(asked, dependencies);
  if (start.kind === 'rejected') return rejectionProblem(start.rejection);
  return acceptedRun(start.runId, { duplicate: start.kind === 'duplicate' });
}

function readEvent(request: ApiRequest, pipeline: StartablePipeline, { clock, newKey }: StartRunDependencies): Reading<Event> {
  const content = readContent(request, pipeline, new Date(clock.now()).toISOString());
  if (content.kind === 'refused') return content;
  const header = request.headers.get('idempotency-key');
  const key = header === null ? readKey(content.value.id ?? newKey(), "the CloudEvent's source and id") : readKeyHeader(header);
  if (key.kind === 'refused') return key;
  const { event } = content.value;
  return read({ ...event, key: key.value, payloadHash: canonicalHash(event.data) });
}

interface Content {
  readonly event: EventContent;
  /** What a CloudEvent is known by. */
  readonly id?: string;
}

function readContent(request: ApiRequest, pipeline: StartablePipeline, receivedAt: string): Reading<Content> {
  const content = readRequestContent(request, readMediaType);
  if (content.kind === 'refused') return content;
  const { format, value } = content.value;
  const traceParent = readTraceParent(request.headers.get('traceparent'));
  const common = { ...(traceParent === undefined ? {} : { traceParent }), properties: {}, receivedAt };
  if (format === 'json') {
    return read({ event: { ...common, type: EVENT_TYPE, source: `/api/pipelines/${pipeline.name}`, data: value } });
  }
  const cloudEvent = readCloudEvent(value);
  if (cloudEvent.kind === 'refused') return cloudEvent;
  const { id, ...event } = cloudEvent.value;
  return read({ event: { ...common, ...event }, id: `${event.source} ${id}` });
}
