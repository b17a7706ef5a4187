import type { Log } from '../ports/log.ts';
import type { RunFilter, RunStatus, RunStore } from '../ports/run-store.ts';
import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { openCursor, sealCursor } from './list-cursor.ts';
import { problem } from './problem.ts';
import { queryValueProblem, refuseQuery } from './query.ts';
import { runSummary } from './run-view.ts';

interface ListRunsDependencies {
  readonly runs: RunStore;
  readonly log: Log;
}

const STATUSES: readonly RunStatus[] = ['accepted', 'running', 'completed', 'failed', 'cancelled'];
const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const CURSOR_INVALID = problem({
  status: 400,
  code: 'cursor_invalid',
  detail: 'The cursor does not belong to this query; take it from the page before, with the same status and pipeline.',
});

/** `GET /runs?status&pipeline&limit&cursor`: newest first; `cursor` of one page asks for the next. */
export function listRuns(request: ApiRequest, { runs, log }: ListRunsDependencies): Promise<ApiResponse> {
  return answer('listRuns', log, async () => {
    const refused = refuseQuery(request.query, ['status', 'pipeline', 'limit', 'cursor']);
    if (refused !== undefined) return refused;
    const filter = readFilter(request.query);
    if ('problem' in filter) return filter.problem;
    const page = await runs.list(filter);
    return jsonResponse(200, {
      runs: page.runs.map(runSummary),
      ...(page.cursor === undefined ? {} : { cursor: sealCursor(page.cursor, filter) }),
    });
  });
}

function readFilter(query: URLSearchParams): RunFilter | { readonly problem: ApiResponse } {
  const limit = query.get('limit') ?? String(DEFAULT_LIMIT);
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > MAX_LIMIT) {
    return { problem: queryValueProblem('limit', `a whole number from 1 to ${MAX_LIMIT}`) };
  }
  const wanted = query.get('status');
  const status = STATUSES.find((known) => known === wanted);
  if (wanted !== null && status === undefined) return { problem: queryValueProblem('status', `one of ${STATUSES.join(', ')}`) };
  const pipeline = query.get('pipeline');
  const filter = {
    limit: Number(limit),
    ...(status === undefined ? {} : { status }),
    ...(pipeline === null ? {} : { pipeline }),
  };
  const sealed = query.get('cursor');
  if (sealed === null) return filter;
  const cursor = openCursor(sealed, filter);
  return cursor === undefined ? { problem: CURSOR_INVALID } : { ...filter, cursor };
}
