import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type AcceptDependencies, acceptEvent } from '../triggers/accept-event.ts';
import { readCloudEvent } from '../triggers/cloud-event.ts';
import type { Event, EventContent } from '../triggers/event.ts';
import { readKey } from '../triggers/event-key.ts';
import type { SchemaCheck } from '../triggers/json-schema.ts';
import { type BodyFormat, readMediaType } from '../triggers/media-type.ts';
import { payloadHash } from '../triggers/payload-hash.ts';
import { type Reading, read, refuse } from '../triggers/rejection.ts';
import { readJson } from '../triggers/strict-json.ts';
import { readTraceParent } from '../triggers/trace-parent.ts';
import type { StartablePipeline } from '../triggers/trigger.ts';
import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';

/** A pipeline as requests start it: its input must fit `input_schema`. */
export interface ApiPipeline extends StartablePipeline {
  readonly checkInput?: SchemaCheck;
}

export interface StartRunDependencies extends AcceptDependencies {
  /** By name. */
  readonly pipelines: ReadonlyMap<string, ApiPipeline>;
  readonly clock: Clock;
  readonly log: Log;
  /** A key no other request has, for requests that bring none. */
  readonly newKey: () => string;
}

const EVENT_TYPE = 'hexdag.run.requested';
/** How long a client should wait before it reads the run. */
const RETRY_AFTER_SECONDS = '1';

/**
 * `POST /pipelines/{name}/runs`: starts a run with the body as its input. 202 once the run is stored, with `Location`;
 * the same `Idempotency-Key` with the same body names the same run again.
 */
export function startRun(request: ApiRequest, dependencies: StartRunDependencies): Promise<ApiResponse> {
  return answer('startRun', dependencies.log, async () => {
    const name = request.params['name'] ?? '';
    const pipeline = dependencies.pipelines.get(name);
    if (pipeline === undefined) {
      return problem({ status: 404, code: 'pipeline_unknown', detail: 'There is no pipeline of this name.' });
    }
    const event = readEvent(request, pipeline, dependencies);
    if (event.kind === 'refused') return rejectionProblem(event.rejection);
    // No trigger document can have a name with a colon, so these keys are a space of their own.
    const acceptance = await acceptEvent(event.value, { ...startedBy(pipeline), name: `api:${name}` }, dependencies);
    if (acceptance.kind === 'rejected') return rejectionProblem(acceptance.rejection);
    if (acceptance.kind === 'ignored') throw new Error('A request without a condition cannot be ignored.');
    const { runId } = acceptance;
    const headers = { location: `/api/runs/${runId}`, 'retry-after': RETRY_AFTER_SECONDS };
    return jsonResponse(202, { runId, duplicate: acceptance.kind === 'duplicate' }, headers);
  });
}

function startedBy(pipeline: ApiPipeline) {
  return { pipeline, ...(pipeline.checkInput === undefined ? {} : { checkInput: pipeline.checkInput }) };
}

function readEvent(request: ApiRequest, pipeline: ApiPipeline, { clock, newKey }: StartRunDependencies): Reading<Event> {
  const content = readContent(request, pipeline, new Date(clock.now()).toISOString());
  if (content.kind === 'refused') return content;
  const header = request.headers.get('idempotency-key');
  const key = header === null ? read(content.value.id ?? newKey()) : readKey(unquote(header), 'the header Idempotency-Key');
  if (key.kind === 'refused') return key;
  const { event } = content.value;
  return read({ ...event, key: key.value, payloadHash: payloadHash(event.data) });
}

interface Content {
  readonly event: EventContent;
  /** What a CloudEvent is known by. */
  readonly id?: string;
}

function readContent(request: ApiRequest, pipeline: ApiPipeline, receivedAt: string): Reading<Content> {
  const format = readFormat(request);
  if (format.kind === 'refused') return format;
  const body = readJson(request.body);
  if (body.kind === 'refused') return body;
  const traceParent = readTraceParent(request.headers.get('traceparent'));
  const common = { ...(traceParent === undefined ? {} : { traceParent }), properties: {}, receivedAt };
  if (format.value === 'json') {
    return read({ event: { ...common, type: EVENT_TYPE, source: `/api/pipelines/${pipeline.name}`, data: body.value } });
  }
  const cloudEvent = readCloudEvent(body.value);
  if (cloudEvent.kind === 'refused') return cloudEvent;
  const { id, ...event } = cloudEvent.value;
  return read({ event: { ...common, ...event }, id: `${event.source} ${id}` });
}

function readFormat({ headers, body }: ApiRequest): Reading<BodyFormat> {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    return refuse('encoding_unsupported', 'Compressed bodies are not accepted; send the body without Content-Encoding.');
  }
  const contentType = headers.get('content-type');
  if (contentType !== null) return readMediaType(contentType);
  return body.byteLength === 0 ? read('json') : refuse('media_type_missing', 'Content-Type is missing; send application/json.');
}

/** The header's standard form is a quoted text; most clients send it bare. */
function unquote(header: string): string {
  return /^"(.*)"$/.exec(header)?.[1] ?? header;
}
