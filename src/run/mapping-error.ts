import { HexdagError } from '../errors.ts';

/** A node's input cannot be put together from what the run knows. Trying again would give the same. */
export class MappingError extends HexdagError {
  readonly code: 'mapping_source_unknown' | 'mapping_required';
  readonly retryable = false;

  constructor(code: MappingError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
