import type { Problem } from './types.ts';

interface ErrorParts {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly problem?: Problem;
  readonly cause?: unknown;
}

/** Why a call gave nothing. Branch on `code`, which is the app's own or one of this client; no message holds a key or a token. */
export class HexdagClientError extends Error {
  readonly code: string;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** The status the app answered with; undefined if there was no answer. */
  readonly status: number | undefined;
  /** What the app asked to wait before the next call. */
  readonly retryAfterMs: number | undefined;
  /** The app's answer, if it is a problem document. */
  readonly problem: Problem | undefined;

  constructor({ code, message, retryable, status, retryAfterMs, problem, cause }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HexdagClientError';
    this.code = code;
    this.retryable = retryable;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.problem = problem;
  }
}

/** An argument that cannot be sent; nothing was. */
export function argumentError(code: string, message: string): HexdagClientError {
  return new HexdagClientError({ code, message, retryable: false });
}
