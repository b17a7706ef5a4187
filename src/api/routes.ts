import type { RejectionCode } from '../triggers/rejection.ts';
import type { Route } from './route.ts';
import { artifactLink } from './schemas/artifact-link.ts';
import { artifactList } from './schemas/artifact-list.ts';
import { callbackList, redriveAnswer } from './schemas/callbacks.ts';
import { controlAnswer } from './schemas/control-answer.ts';
import { eventAnswer } from './schemas/event-answer.ts';
import { health } from './schemas/health.ts';
import { openApiAnswer } from './schemas/open-api-answer.ts';
import { readiness } from './schemas/readiness.ts';
import {
  anyJson,
  artifactParams,
  artifactQuery,
  callbackQuery,
  control,
  eventParams,
  pipelineParams,
  retryBody,
  runParams,
  runQuery,
  runTriggerHeaders,
  startHeaders,
  triggerParams,
  triggerRun,
} from './schemas/requests.ts';
import { retryAnswer } from './schemas/retry-answer.ts';
import { run } from './schemas/run.ts';
import { runPage } from './schemas/run-page.ts';
import { startAnswer } from './schemas/start-answer.ts';
import { triggerList } from './schemas/trigger-list.ts';

const JSON_TYPE = 'application/json';
const JSON_TYPES = [JSON_TYPE, 'application/cloudevents+json'];
const CONTROL_BODY = { schema: control, mediaTypes: [JSON_TYPE], required: false } as const;
const UNKNOWN_RUN = { 404: ['run_not_found'] } as const;
/** What a body is refused for that is not JSON as this app reads it. */
const UNREADABLE = [
  'body_empty',
  'body_encoding',
  'body_not_json',
  'json_depth',
  'json_duplicate_key',
  'json_forbidden_key',
  'number_not_finite',
  'number_precision',
] as const satisfies readonly RejectionCode[];
/** What a CloudEvent is refused for. */
const NO_CLOUD_EVENT = [
  'attribute_empty',
  'attribute_missing',
  'attribute_type',
  'data_conflict',
  'specversion_unsupported',
] as const satisfies readonly RejectionCode[];
/** What a body is refused for that says what to do. */
const NO_CONTROL = [...UNREADABLE, 'field_unknown', 'field_type'] as const;
const NO_KEY = ['idempotency_key_missing', 'idempotency_key_too_long'] as const satisfies readonly RejectionCode[];
const CONTROL_REFUSALS = { 400: NO_CONTROL, ...UNKNOWN_RUN, 409: ['run_ended'] } as const;
const STARTED: Route['answers'] = {
  202: { description: 'The run is stored, and named by Location.', schema: startAnswer, headers: ['location', 'retry-after'] },
};

/** The API. Functions are registered, requests admitted and `openapi.json` written by this list. */
export const ROUTES: readonly Route[] = [
  {
    operation: 'health',
    method: 'GET',
    path: 'health',
    role: 'anyone',
    summary: 'Tell that the app is alive, and which documents it has loaded.',
    answers: { 200: { description: 'It is alive.', schema: health } },
    refusals: {},
  },
  {
    operation: 'ready',
    method: 'GET',
    path: 'health/ready',
    role: 'anyone',
    summary: 'Tell whether the app can do its work, dependency by dependency.',
    answers: {
      200: { description: 'It can; what is `degraded` waits for a dependency.', schema: readiness },
      503: { description: 'It cannot for the moment.', schema: readiness, headers: ['retry-after'] },
    },
    refusals: {},
  },
  {
    operation: 'openApi',
    method: 'GET',
    path: 'openapi.json',
    role: 'Runs.Read',
    summary: 'Describe the API and what each pipeline takes, as this document does.',
    answers: { 200: { description: 'An OpenAPI 3.1 document.', schema: openApiAnswer } },
    refusals: {},
  },
  {
    operation: 'startRun',
    method: 'POST',
    path: 'pipelines/{name}/runs',
    role: 'Runs.Write',
    summary: 'Start a run, with the body as its input.',
    params: pipelineParams,
    headers: startHeaders,
    body: { schema: anyJson, mediaTypes: JSON_TYPES, required: true },
    answers: STARTED,
    refusals: {
      400: [...UNREADABLE, ...NO_CLOUD_EVENT, ...NO_KEY],
      404: ['pipeline_unknown'],
      415: ['media_type_missing', 'media_type_unsupported', 'encoding_unsupported', 'charset_unsupported'],
      422: ['schema_violation', 'idempotency_payload_mismatch'],
    },
  },
  {
    operation: 'listTriggers',
    method: 'GET',
    path: 'triggers',
    role: 'Runs.Read',
    summary: 'List the triggers, and how the timers among them do.',
    answers: { 200: { description: 'The triggers of the app.', schema: triggerList } },
    refusals: {},
  },
  {
    operation: 'runTrigger',
    method: 'POST',
    path: 'triggers/{name}/runs',
    role: 'Operator',
    summary: 'Start a run of a timer trigger by hand.',
    params: triggerParams,
    headers: runTriggerHeaders,
    body: { schema: triggerRun, mediaTypes: [JSON_TYPE], required: false },
    answers: STARTED,
    refusals: {
      400: [...NO_CONTROL, ...NO_KEY],
      404: ['trigger_unknown'],
      409: ['run_overlap'],
      422: ['trigger_not_timer', 'occurrence_unknown', 'occurrence_unwanted', 'mapping_failed', 'schema_violation'],
    },
  },
  {
    operation: 'listRuns',
    method: 'GET',
    path: 'runs',
    role: 'Runs.Read',
    summary: 'List runs, newest first.',
    query: runQuery,
    answers: { 200: { description: 'A page of runs.', schema: runPage } },
    refusals: { 400: ['query_value', 'cursor_invalid'] },
  },
  {
    operation: 'getRun',
    method: 'GET',
    path: 'runs/{id}',
    role: 'Runs.Read',
    summary: 'Show a run with its nodes.',
    params: runParams,
    answers: {
      200: {
        description: 'The run; Retry-After says when to look again while it has not ended.',
        schema: run,
        headers: ['retry-after'],
      },
    },
    refusals: UNKNOWN_RUN,
  },
  {
    operation: 'deliverEventRun',
    method: 'POST',
    path: 'runs/{id}/events/{key}',
    role: 'Runs.Write',
    summary: 'Give a run the event that it waits for.',
    params: eventParams,
    body: { schema: anyJson, mediaTypes: [JSON_TYPE], required: false },
    answers: { 202: { description: 'The event is stored, and decides the wait.', schema: eventAnswer } },
    refusals: {
      400: UNREADABLE,
      ...UNKNOWN_RUN,
      409: ['run_not_waiting', 'wait_unknown', 'wait_decided', 'wait_timed_out'],
    },
  },
  {
    operation: 'cancelRun',
    method: 'POST',
    path: 'runs/{id}/cancel',
    role: 'Operator',
    summary: 'End a run before its time.',
    params: runParams,
    body: CONTROL_BODY,
    answers: { 202: { description: 'The end is recorded; so it is answered again.', schema: controlAnswer } },
    refusals: CONTROL_REFUSALS,
  },
  {
    operation: 'suspendRun',
    method: 'POST',
    path: 'runs/{id}/suspend',
    role: 'Operator',
    summary: 'Hold a run: nodes at work finish, and no other begins.',
    params: runParams,
    body: CONTROL_BODY,
    answers: { 202: { description: 'It is asked to hold.', schema: controlAnswer } },
    refusals: CONTROL_REFUSALS,
  },
  {
    operation: 'resumeRun',
    method: 'POST',
    path: 'runs/{id}/resume',
    role: 'Operator',
    summary: 'Let a held run go on.',
    params: runParams,
    body: CONTROL_BODY,
    answers: { 202: { description: 'It is asked to go on.', schema: controlAnswer } },
    refusals: CONTROL_REFUSALS,
  },
  {
    operation: 'retryRun',
    method: 'POST',
    path: 'runs/{id}/retry',
    role: 'Operator',
    summary: 'Do again what failed in a run that failed or was cancelled.',
    params: runParams,
    body: { schema: retryBody, mediaTypes: [JSON_TYPE], required: false },
    answers: {
      202: {
        description: 'The run is open again, under the same id.',
        schema: retryAnswer,
        headers: ['location', 'retry-after'],
      },
    },
    refusals: {
      400: NO_CONTROL,
      404: ['run_not_found', 'pipeline_unknown'],
      409: ['run_not_failed', 'run_is_child', 'run_forgotten'],
    },
  },
  {
    operation: 'listArtifacts',
    method: 'GET',
    path: 'runs/{id}/artifacts',
    role: 'Runs.Read',
    summary: 'List the files that a run has left behind.',
    params: runParams,
    answers: { 200: { description: 'Its files.', schema: artifactList } },
    refusals: UNKNOWN_RUN,
  },
  {
    operation: 'getArtifact',
    method: 'GET',
    path: 'runs/{id}/artifacts/{*name}',
    role: 'Runs.Read',
    summary: 'Get a file that a run has left behind.',
    params: artifactParams,
    query: artifactQuery,
    answers: {
      200: {
        description: 'Its content, with its media type, and its SHA-256 as ETag; with `link=true`, an address that opens it.',
        schema: artifactLink,
        orBytes: true,
      },
      304: { description: 'It is what If-None-Match names.' },
    },
    refusals: { 400: ['query_value'], 404: ['run_not_found', 'artifact_not_found'], 409: ['artifact_too_large'] },
  },
  {
    operation: 'listCallbacks',
    method: 'GET',
    path: 'callbacks',
    role: 'Runs.Read',
    summary: 'List the events that the receiver of callbacks has not taken, and that are given up.',
    query: callbackQuery,
    answers: { 200: { description: 'The oldest of them.', schema: callbackList } },
    refusals: { 400: ['query_value'] },
  },
  {
    operation: 'redriveCallbacks',
    method: 'POST',
    path: 'callbacks/redrive',
    role: 'Operator',
    summary: 'Deliver again what was given up.',
    answers: { 202: { description: 'They are due again.', schema: redriveAnswer } },
    refusals: {},
  },
];

/** Takes what no other route does, to say so. */
export const UNKNOWN_ROUTE = { operation: 'unknownRoute', path: '{*path}' } as const;
