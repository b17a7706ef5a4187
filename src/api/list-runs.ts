import type { RunFilter, RunStore } from '../ports/run-store.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { openCursor, sealCursor } from './list-cursor.ts';
import { problem } from './problem.ts';
import { queryValueProblem, readQuery } from './query.ts';
import { runSummary } from './run-view.ts';
import { runQuery } from './schemas/requests.ts';

export interface ListRunsDependencies {
  readonly runs: RunStore;
}

const CURSOR_INVALID = problem({
  status: 400,
  code: 'cursor_invalid',
  detail: 'The cursor does not belong to this query; take it from the page before, with all else the same.',
});

/** `GET /runs?status&pipeline&trigger&from&to&limit&cursor`: newest first; `cursor` of one page asks for the next. */
export async function listRuns(request: ApiRequest, { runs }: ListRunsDependencies): Promise<ApiResponse> {
  const filter = readFilter(request.query);
  if ('problem' in filter) return filter.problem;
  const page = await runs.list(filter);
  return jsonResponse(200, {
    runs: page.runs.map(runSummary),
    ...(page.cursor === undefined ? {} : { cursor: sealCursor(page.cursor, filter) }),
  });
}

function readFilter(query: URLSearchParams): RunFilter | { readonly problem: ApiResponse } {
  const read = readQuery(runQuery, query);
  if ('problem' in read) return read;
  const { from, to, cursor: sealed, ...others } = read.value;
  const filter = {
    ...others,
    ...(from === undefined ? {} : { from: toUtc(from) }),
    ...(to === undefined ? {} : { to: toUtc(to) }),
  };
  if (filter.from !== undefined && filter.to !== undefined && filter.from > filter.to) {
    return { problem: queryValueProblem('from', "a time before 'to'") };
  }
  if (sealed === undefined) return filter;
  const cursor = openCursor(sealed, filter);
  return cursor === undefined ? { problem: CURSOR_INVALID } : { ...filter, cursor };
}

/** As runs record it: times compare as texts then. */
function toUtc(time: string): string {
  return new Date(time).toISOString();
}
