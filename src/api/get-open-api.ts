import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { openApiDocument } from './openapi/document.ts';
import type { StartRunDependencies } from './start-run.ts';

export type GetOpenApiDependencies = Pick<StartRunDependencies, 'pipelines' | 'log'>;

/** `GET /openapi.json`: the API as it is in this app, with the pipelines it has. */
export function getOpenApi(_request: ApiRequest, { pipelines, log }: GetOpenApiDependencies): Promise<ApiResponse> {
  return answer('openApi', log, async () => jsonResponse(200, openApiDocument([...pipelines.values()])));
}
