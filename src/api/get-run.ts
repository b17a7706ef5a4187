import type { RunStore } from '../ports/run-store.ts';
import type { WaitStore } from '../ports/wait-store.ts';
import { READ_AGAIN_SECONDS } from './accepted-run.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { RUN_NOT_FOUND } from './run-id.ts';
import { runView } from './run-view.ts';

export interface GetRunDependencies {
  readonly runs: RunStore;
  readonly waits: WaitStore;
}

/** `GET /runs/{id}`: a run and its nodes. While it is not finished, `Retry-After` says when to look again. */
export async function getRun(request: ApiRequest, { runs, waits }: GetRunDependencies): Promise<ApiResponse> {
  const id = request.params['id'] ?? '';
  const [run, nodes] = await Promise.all([runs.read(id), runs.readNodes(id)]);
  if (run === null) return RUN_NOT_FOUND;
  if (run.finishedAt !== undefined) return jsonResponse(200, runView(run, nodes, []));
  return jsonResponse(200, runView(run, nodes, await waits.list(id)), { 'retry-after': READ_AGAIN_SECONDS });
}
