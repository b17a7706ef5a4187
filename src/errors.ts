/** Tells errors of this project, even those of another copy of it: a module that the bundled command imports brings one along. */
const MARK = Symbol.for('hexdag.error');

/**
 * What every error of this project tells: a stable code, whether trying again may help, and (if known) when.
 * Features derive one class per decision their caller can make.
 */
export abstract class HexdagError extends Error {
  abstract readonly code: string;
  abstract readonly retryable: boolean;
  readonly [MARK] = true;
  /** Milliseconds to wait before the next try, where the refusing side named them. */
  readonly retryAfterMs?: number;

  constructor(message: string, options?: { cause?: unknown; retryAfterMs?: number }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

/** True for what user code threw with a code, whichever copy of this project its class is from. */
export function isHexdagError(thrown: unknown): thrown is HexdagError {
  return thrown instanceof Error && MARK in thrown;
}

/** The code of whatever was thrown, for logs and records: an error of this project has one of its own. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof HexdagError ? thrown.code : 'unexpected_error';
}

/** The text of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
