import { HexdagError } from '../errors.ts';

/** A schema that no value can be checked against. */
export class SchemaInvalidError extends HexdagError {
  readonly code = 'schema_invalid';
  readonly retryable = false;
}

/** `pattern_invalid`: no such regular expression. `pattern_limit`: too large, or too much work for the text at hand. */
export class PatternError extends HexdagError {
  readonly code: 'pattern_invalid' | 'pattern_limit';
  readonly retryable = false;

  constructor(code: PatternError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
