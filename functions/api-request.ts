import type { HttpMethod, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../src/api/api-message.ts';
import { bodyTooLarge, readRequestBody } from '../src/api/request-body.ts';

/** For routes that answer wrong methods themselves: the host would say 404 to those left out. */
export const EVERY_METHOD: HttpMethod[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Reads a request, has it answered, and gives the answer in the host's form. One with a body above the limit is refused here. */
export async function respond(
  request: HttpRequest,
  answer: (request: ApiRequest) => Promise<ApiResponse>,
  maxBodyBytes?: number,
): Promise<HttpResponseInit> {
  const { method, params, headers } = request;
  // The host's own form of the query joins the values of a parameter that is given twice.
  const query = new URL(request.url).searchParams;
  const body = await readRequestBody(request.body, maxBodyBytes);
  const response = body === undefined ? bodyTooLarge(maxBodyBytes) : await answer({ method, params, query, headers, body });
  return toResponse(response, method);
}

/** The answer to HEAD, and one that has no content by its status, has the headers alone. */
export function toResponse({ status, headers, body, content }: ApiResponse, method: string): HttpResponseInit {
  if (method === 'HEAD' || status === 204 || status === 304) return { status, headers: { ...headers } };
  const whole = content === undefined ? JSON.stringify(body) : ReadableStream.from(content);
  return { status, headers: { ...headers }, body: whole };
}
