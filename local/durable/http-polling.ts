import { z } from 'zod';
import type { HttpRequest } from './actions.ts';
import type { TaskWork } from './scheduled-task.ts';

/** The activity, known to the host alone, that an orchestrator's HTTP calls are run as. */
export const HTTP_ACTIVITY = 'BuiltIn::HttpActivity';

/** Milliseconds between two polls of an endpoint that asks for no other pause. */
export const DEFAULT_POLLING_MS = 30_000;

const ACCEPTED = 202;

const httpResponse = z.object({ statusCode: z.number(), headers: z.record(z.string(), z.string()), content: z.string() });

/** Result of an HTTP call, as the SDK reads it. */
export type HttpResponse = z.infer<typeof httpResponse>;

export function httpWork(request: HttpRequest): TaskWork {
  return { kind: 'activity', name: HTTP_ACTIVITY, input: request };
}

export interface Poll {
  readonly request: HttpRequest;
  /** Milliseconds to wait before it. */
  readonly pause: number;
}

/** The poll that an answer (JSON text) asks for: one accepted for later, with the place to look at. */
export function pollAfter(request: HttpRequest, answer: string): Poll | undefined {
  const { statusCode, headers } = httpResponse.parse(JSON.parse(answer));
  const location = headerOf(headers, 'location');
  if (statusCode !== ACCEPTED || !location) return undefined;
  const retryAfter = headerOf(headers, 'retry-after');
  const { tokenSource, asynchronousPatternEnabled } = request;
  return {
    request: {
      method: 'GET',
      uri: location,
      headers: withoutKey(request.headers ?? {}),
      tokenSource,
      asynchronousPatternEnabled,
    },
    // The SDK reads seconds only, and anything else as no pause at all.
    pause: retryAfter ? (Number(retryAfter) || 0) * 1000 : DEFAULT_POLLING_MS,
  };
}

/** The key of the function that was called is not that of the place to look at. */
function withoutKey(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'x-functions-key'));
}

function headerOf(headers: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}
