/**
 * What every error of this project tells: a stable code, whether trying again may help, and (if known) when.
 * Features derive one class per decision their caller can make.
 */
export abstract class HexdagError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  /** Milliseconds to wait before the next try, where the refusing side named them. */
  readonly retryAfterMs?: number;

  constructor(message: string, options?: { cause?: unknown; retryAfterMs?: number }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
