import { HexdagError } from '../errors.ts';

/** The node failed for good: its input or configuration is at fault, and another attempt would fail alike. */
export class PermanentError extends HexdagError {
  readonly code: string;
  readonly retryable = false;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** The node failed for now; another attempt may succeed, after `retryAfterMs` if the other side named a time. */
export class TransientError extends HexdagError {
  readonly code: string;
  readonly retryable = true;

  constructor(code: string, message: string, options?: { cause?: unknown; retryAfterMs?: number }) {
    super(message, options);
    this.code = code;
  }
}
