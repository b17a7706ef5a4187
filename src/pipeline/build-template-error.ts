import { HexdagError } from '../errors.ts';
import type { ExpressionErrorCode } from '../expression/errors.ts';

export type BuildTemplateErrorCode = ExpressionErrorCode | 'template_syntax' | 'filter_unknown' | 'template_limit';

/** A build-time template that cannot be read or rendered. The same text and scope fail the same way, so trying again is no use. */
export class BuildTemplateError extends HexdagError {
  readonly code: BuildTemplateErrorCode;
  readonly retryable = false;
  /** Where in the template, in characters from its start. */
  readonly offset: number;

  constructor(code: BuildTemplateErrorCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
