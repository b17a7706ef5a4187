import { INSTANCE_ID_PATTERN } from '../limits.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** Why there can be no run of the id in a path, or undefined; a path may name none. Stores fail by some of what is no id. */
export function refuseRunId({ id }: Readonly<Record<string, string>>): ApiResponse | undefined {
  if (id === undefined || INSTANCE_ID_PATTERN.test(id)) return undefined;
  return problem({ status: 400, code: 'run_id_invalid', detail: "A run's id has 1 to 100 letters, digits, '-' or '_'." });
}

export const RUN_NOT_FOUND = problem({ status: 404, code: 'run_not_found', detail: 'There is no run of this id.' });
