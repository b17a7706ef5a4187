import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { openApiDocument } from './openapi/document.ts';
import type { StartRunDependencies } from './start-run.ts';

export type GetOpenApiDependencies = Pick<StartRunDependencies, 'pipelines'>;

/** `GET /openapi.json`: the API as it is in this app, with the pipelines it has. */
export async function getOpenApi(_request: ApiRequest, { pipelines }: GetOpenApiDependencies): Promise<ApiResponse> {
  return jsonResponse(200, openApiDocument([...pipelines.values()]));
}
