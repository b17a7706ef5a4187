import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendStatus } from './http-message.ts';

export interface CorsSettings {
  /** `*` allows all. */
  readonly corsOrigins: readonly string[];
  readonly corsCredentials: boolean;
}

/** Lets a browser page of an allowed origin read the answer. Returns true if the request was a preflight, which is then answered. */
export function applyCors(request: IncomingMessage, response: ServerResponse, settings: CorsSettings): boolean {
  const { origin } = request.headers;
  const { corsOrigins, corsCredentials } = settings;
  if (origin === undefined || !(corsOrigins.includes(origin) || corsOrigins.includes('*'))) return false;
  response.setHeader('access-control-allow-origin', corsCredentials || corsOrigins.includes(origin) ? origin : '*');
  response.setHeader('vary', 'origin');
  if (corsCredentials) response.setHeader('access-control-allow-credentials', 'true');
  const method = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || method === undefined) return false;
  response.setHeader('access-control-allow-methods', method);
  const headers = request.headers['access-control-request-headers'];
  if (headers !== undefined) response.setHeader('access-control-allow-headers', headers);
  sendStatus(response, 204);
  return true;
}
