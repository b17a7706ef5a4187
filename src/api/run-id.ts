import { INSTANCE_ID_PATTERN } from '../limits.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** Why there can be no run of this id, or undefined. Stores refuse some of what is none. */
export function refuseRunId(id: string): ApiResponse | undefined {
  if (INSTANCE_ID_PATTERN.test(id)) return undefined;
  return problem({ status: 400, code: 'run_id_invalid', detail: "A run's id has 1 to 100 letters, digits, '-' or '_'." });
}
