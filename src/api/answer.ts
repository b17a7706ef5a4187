import { HexdagError, messageOf } from '../errors.ts';
import type { Log } from '../ports/log.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** What to wait before the next try where the dependency did not say. */
const DEFAULT_RETRY_AFTER_MS = 5_000;

/** Does an operation's work, and makes what it throws into an answer that tells nothing about the inside. */
export async function answer(operation: string, log: Log, work: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    return await work();
  } catch (error) {
    const code = error instanceof HexdagError ? error.code : 'internal_error';
    log('error', 'a request failed', { operation, code, error: messageOf(error) });
    if (!(error instanceof HexdagError && error.retryable)) {
      return problem({ status: 500, code: 'internal_error', detail: 'The request failed; its cause is in the log.' });
    }
    const seconds = Math.ceil((error.retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1_000);
    return problem({
      status: 503,
      code,
      detail: `A service this app depends on is unavailable; send the same request again in ${seconds} s.`,
      headers: { 'retry-after': String(seconds) },
    });
  }
}
