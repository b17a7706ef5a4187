import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ApiRequest, ApiResponse } from '../src/api/api-message.ts';
import { bodyTooLarge, readRequestBody } from '../src/api/request-body.ts';

/** Reads a request, has it answered, and gives the answer in the host's form. One with a body above the limit is refused here. */
export async function respond(
  request: HttpRequest,
  answer: (request: ApiRequest) => Promise<ApiResponse>,
): Promise<HttpResponseInit> {
  const { params, query, headers } = request;
  const body = await readRequestBody(request.body);
  return toResponse(body === undefined ? bodyTooLarge() : await answer({ params, query, headers, body }));
}

export function toResponse({ status, headers, body }: ApiResponse): HttpResponseInit {
  return { status, headers: { ...headers }, body: JSON.stringify(body) };
}
