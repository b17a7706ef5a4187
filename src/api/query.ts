import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** Why a query cannot be answered, or undefined: each name must be known and given once. */
export function refuseQuery(query: URLSearchParams, known: readonly string[]): ApiResponse | undefined {
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) {
      const listed = known.length === 0 ? 'This route takes none.' : `Known: ${known.join(', ')}.`;
      return problem({ status: 400, code: 'query_unknown', detail: `A query parameter is not known. ${listed}` });
    }
    if (query.getAll(name).length > 1) {
      return problem({ status: 400, code: 'query_repeated', detail: `The query parameter '${name}' is given more than once.` });
    }
  }
  return undefined;
}

export function queryValueProblem(name: string, expected: string): ApiResponse {
  return problem({ status: 400, code: 'query_value', detail: `The query parameter '${name}' must be ${expected}.` });
}
