import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../src/api/api-message.ts';
import { bodyTooLarge, readRequestBody } from '../src/api/request-body.ts';

/** Reads a request, has it answered, and gives the answer in the host's form. One with a body above the limit is refused here. */
export async function respond(
  request: HttpRequest,
  answer: (request: ApiRequest) => Promise<ApiResponse>,
  maxBodyBytes?: number,
): Promise<HttpResponseInit> {
  const { params, headers } = request;
  // The host's own form of the query joins the values of a parameter that is given twice.
  const query = new URL(request.url).searchParams;
  const body = await readRequestBody(request.body, maxBodyBytes);
  return toResponse(
    body === undefined ? bodyTooLarge(maxBodyBytes) : await answer({ params, query, headers, body }),
    request.method,
  );
}

/** The answer to HEAD, and one without content, has the headers alone. */
export function toResponse({ status, headers, body }: ApiResponse, method: string): HttpResponseInit {
  const isBare = method === 'HEAD' || status === 204;
  return { status, headers: { ...headers }, ...(isBare ? {} : { body: JSON.stringify(body) }) };
}
