import type { z } from 'zod';
import { shownPath } from '../triggers/shown-path.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** Why a query cannot be answered, or undefined: each name must be known and given once. */
export function refuseQuery(query: URLSearchParams, known: readonly string[]): ApiResponse | undefined {
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) {
      const listed = known.length === 0 ? 'This route takes none.' : `Known: ${known.join(', ')}.`;
      return problem({
        status: 400,
        code: 'query_unknown',
        detail: `The query parameter ${shownPath(name)} is not known. ${listed}`,
      });
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

/** The values of a query by its schema, whose messages say what a value must be. */
export function readQuery<Schema extends z.ZodObject>(
  schema: Schema,
  query: URLSearchParams,
): { readonly value: z.infer<Schema> } | { readonly problem: ApiResponse } {
  const refused = refuseQuery(query, Object.keys(schema.shape));
  if (refused !== undefined) return { problem: refused };
  const result = schema.safeParse(Object.fromEntries(query));
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  const expected = issue?.code === 'invalid_value' ? `one of ${issue.values.join(', ')}` : (issue?.message ?? 'something else');
  return { problem: queryValueProblem(String(issue?.path[0]), expected) };
}
