import { readRetryAfter } from '../../client/retry-after.ts';
import { HttpStatusError, HttpUnreachableError } from '../../ports/http-errors.ts';

/** An answer with a status that is no success. `now` is Unix milliseconds. */
export function statusError({ status, headers }: Response, message: string, now: number): HttpStatusError {
  const wait = readRetryAfter(headers.get('retry-after'), now);
  return new HttpStatusError(status, message, wait === undefined ? {} : { retryAfterMs: wait });
}

/**
 * What `fetch` throws in the app's terms; everything else as it is. It may name the URL with its query, so only its kind is told.
 * @param doing for the message: "GET /orders of https://api.example"
 */
export function translateFetchError(error: unknown, doing: string, timeoutMs: number): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'TimeoutError') return new HttpUnreachableError(`${doing} was not answered within ${timeoutMs / 1_000} s.`);
  // Whatever the platform has against a request or on its way is a TypeError.
  if (!(error instanceof TypeError)) return error;
  const reason = error.cause instanceof Error && 'code' in error.cause ? ` (${String(error.cause.code)})` : '';
  return new HttpUnreachableError(`${doing} got no answer${reason}. Check that the address is right and the system is up.`);
}
