import { HexdagError, messageOf } from '../errors.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import { HTTP_ANSWER_MS } from '../limits.ts';
import type { Log } from '../ports/log.ts';
import type { ApiResponse } from './api-message.ts';
import { inTime } from './in-time.ts';
import { problem } from './problem.ts';

/** What to wait before the next try where the dependency did not say. */
const DEFAULT_RETRY_AFTER_MS = 5_000;
/** There are too many of them to log each. */
const TOO_MANY_REQUESTS = 429;

/** A dependency let the client wait for too long. */
class AnswerTimeoutError extends HexdagError {
  readonly code = 'answer_timeout';
  readonly retryable = true;
}

/**
 * Does an operation's work in the time an answer may take, and makes what it throws into an answer that tells nothing about the inside.
 * Work that takes longer goes on, and a repetition of the request finds what it did.
 */
export async function answer(operation: string, log: Log, work: () => Promise<ApiResponse>): Promise<ApiResponse> {
  try {
    const tooLate = () => new AnswerTimeoutError(`No answer within ${HTTP_ANSWER_MS} ms.`);
    const response = await inTime(work(), HTTP_ANSWER_MS, tooLate);
    const code = codeOf(response);
    if (code !== undefined) {
      const level = response.status === TOO_MANY_REQUESTS ? 'debug' : 'info';
      log(level, 'a request is refused', { operation, status: response.status, code });
    }
    return response;
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

/** What a request is refused for. Other answers have no code, not even that the app is not ready. */
function codeOf({ status, body }: ApiResponse): JsonValue | undefined {
  return status >= 400 && isJsonObject(body) ? body['code'] : undefined;
}
