import type { JsonObject } from '../json.ts';
import { type ApiResponse, jsonResponse } from './api-message.ts';

/** How long a client should wait before it reads a run that is at work. */
export const READ_AGAIN_SECONDS = '1';

/** 202: the run is stored and on its way; `Location` is where to read it. */
export function acceptedRun(runId: string, more: JsonObject): ApiResponse {
  return jsonResponse(202, { runId, ...more }, { location: `/api/runs/${runId}`, 'retry-after': READ_AGAIN_SECONDS });
}
