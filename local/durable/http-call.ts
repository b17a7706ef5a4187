import type { Clock } from '../clock.ts';
import { type HttpRequest, httpRequest } from './actions.ts';
import { EventType, stamped, type TaskFailure, type TaskSucceeded } from './history.ts';
import type { HttpResponse } from './http-polling.ts';
import { type ActivityCall, taskFailure } from './invocations.ts';

const TIMEOUT_MS = 100_000;

/** Headers that describe a response's content; Azure keeps them from the orchestrator. */
const CONTENT_HEADERS = /^(allow|content-.*|expires|last-modified)$/;

/** Makes an orchestrator's HTTP call; every answer is a success, whatever its status. */
export async function performHttpCall(clock: Clock, call: ActivityCall): Promise<TaskSucceeded | TaskFailure> {
  try {
    const response = await send(clock, httpRequest.parse(JSON.parse(call.input ?? 'null')));
    const event = stamped(EventType.TaskCompleted, clock.now());
    return { ...event, TaskScheduledId: call.taskId, Result: JSON.stringify(response) };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    return taskFailure(call, clock.now(), messageOf(error), stack, undefined);
  }
}

async function send(clock: Clock, request: HttpRequest): Promise<HttpResponse> {
  const { method, uri, headers, content, tokenSource } = request;
  if (tokenSource !== undefined && tokenSource !== null) {
    throw new Error(
      'it asks for a token of a managed identity, and this machine has none. Send an Authorization header instead.',
    );
  }
  if (!URL.canParse(uri)) throw new Error('its address is not a complete URL, such as https://example.com/path.');
  const timeout = new AbortController();
  const stopWaiting = clock.schedule(clock.now() + TIMEOUT_MS, () =>
    timeout.abort(new Error(`${new URL(uri).host} gave no answer within ${TIMEOUT_MS / 1000} seconds.`)),
  );
  try {
    const response = await fetch(uri, {
      method,
      signal: timeout.signal,
      ...(headers && { headers }),
      ...(content && { body: content }),
    });
    return { statusCode: response.status, headers: plainHeaders(response.headers), content: await response.text() };
  } finally {
    stopWaiting();
  }
}

function plainHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !CONTENT_HEADERS.test(name)));
}

/** What `fetch` says of itself is that it failed; why is in the cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
