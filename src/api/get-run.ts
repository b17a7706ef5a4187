import type { Log } from '../ports/log.ts';
import type { RunStore } from '../ports/run-store.ts';
import type { WaitStore } from '../ports/wait-store.ts';
import { READ_AGAIN_SECONDS } from './accepted-run.ts';
import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { RUN_NOT_FOUND } from './run-id.ts';
import { runView } from './run-view.ts';

export interface GetRunDependencies {
  readonly runs: RunStore;
  readonly waits: WaitStore;
  readonly log: Log;
}

/** `GET /runs/{id}`: a run and its nodes. While it is not finished, `Retry-After` says when to look again. */
export function getRun(request: ApiRequest, { runs, waits, log }: GetRunDependencies): Promise<ApiResponse> {
  return answer('getRun', log, async () => {
    const id = request.params['id'] ?? '';
    const [run, nodes] = await Promise.all([runs.read(id), runs.readNodes(id)]);
    if (run === null) return RUN_NOT_FOUND;
    const waiting = run.finishedAt === undefined ? await waits.list(id) : [];
    return jsonResponse(
      200,
      runView(run, nodes, waiting),
      run.finishedAt === undefined ? { 'retry-after': READ_AGAIN_SECONDS } : {},
    );
  });
}
