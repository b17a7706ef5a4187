import { HexdagError } from '../errors.ts';

const TEMPORARY: ReadonlySet<number> = new Set([408, 429]);

/** The other system answered with a status that is no success. Time-outs, too many requests and 5xx may pass. */
export class HttpStatusError extends HexdagError {
  readonly code = 'http_status';
  readonly retryable: boolean;
  readonly status: number;

  constructor(status: number, message: string, options?: { retryAfterMs?: number }) {
    super(message, options);
    this.status = status;
    this.retryable = status >= 500 || TEMPORARY.has(status);
  }
}

/** No answer, or none in time. Whether the request had its effect is not known. */
export class HttpUnreachableError extends HexdagError {
  readonly code = 'http_unreachable';
  readonly retryable = true;
}

/** The request cannot be sent as it is. */
export class HttpRequestError extends HexdagError {
  readonly code = 'http_request_invalid';
  readonly retryable = false;
}

/** The address is one that must not be called from here. */
export class UrlNotAllowedError extends HexdagError {
  readonly code = 'url_not_allowed';
  readonly retryable = false;
}

/** The other system redirects to where the request must not follow, or without end. */
export class HttpRedirectError extends HexdagError {
  readonly code = 'redirect_refused';
  readonly retryable = false;
}

/** An answer that cannot be used: too large, not what it says it is, or with numbers that would lose digits. */
export class HttpResponseError extends HexdagError {
  readonly code = 'http_response_invalid';
  readonly retryable = false;
}
