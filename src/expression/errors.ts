import { HexdagError } from '../errors.ts';

export type ExpressionErrorCode =
  | 'expression_parse'
  | 'expression_too_long'
  | 'depth_exceeded'
  | 'syntax_not_supported'
  | 'function_unknown'
  | 'method_unknown'
  | 'arguments_wrong'
  | 'name_unknown'
  | 'no_such_key'
  | 'type_error'
  | 'value_error'
  | 'division_by_zero'
  | 'number_precision'
  | 'number_not_finite'
  | 'cost_limit'
  | 'text_limit'
  | 'collection_limit'
  | 'variable_undefined';

/** An expression or template that cannot be read or evaluated. The same input gives the same error, so trying again is no use. */
export class ExpressionError extends HexdagError {
  readonly code: ExpressionErrorCode;
  readonly retryable = false;
  /** Where in the source, in characters from its start. */
  readonly offset: number;

  constructor(code: ExpressionErrorCode, message: string, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
