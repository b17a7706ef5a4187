import { HexdagError } from '../errors.ts';

/** The model's service has had too many requests or tokens for now; `retryAfterMs` if it named a time. */
export class LlmRateLimitedError extends HexdagError {
  readonly code = 'llm_rate_limited';
  readonly retryable = true;
}

/** The model's service did not answer, or failed by itself. */
export class LlmUnavailableError extends HexdagError {
  readonly code = 'llm_unavailable';
  readonly retryable = true;
}

/** A content filter refused the prompt or the reply; the same prompt is refused again. */
export class LlmContentRefusedError extends HexdagError {
  readonly code = 'llm_content_refused';
  readonly retryable = false;
}

/** The service does not take the request: no permission, no such deployment, a prompt too long for the model. */
export class LlmRequestRefusedError extends HexdagError {
  readonly code = 'llm_request_refused';
  readonly retryable = false;
}
