import { HexdagError } from '../errors.ts';
import type { ArtifactReference } from './artifact-store.ts';

/** A store or broker did not answer, is overloaded, or said "later". The same call may succeed when repeated. */
export class DependencyUnavailableError extends HexdagError {
  readonly code = 'dependency_unavailable';
  readonly retryable = true;
}

/** A store or broker refused for good: no permission, missing container, malformed request. Repeating does not help. */
export class DependencyRefusedError extends HexdagError {
  readonly code = 'dependency_refused';
  readonly retryable = false;
}

/** The artifact's name already holds other content, and `stored` is what. */
export class ArtifactConflictError extends HexdagError {
  readonly code = 'artifact_conflict';
  readonly retryable = false;
  readonly stored: ArtifactReference;

  constructor(stored: ArtifactReference) {
    super(`The artifact ${stored.name} already holds other content. Write it under another name.`);
    this.stored = stored;
  }
}

/** The keys that tokens are checked by cannot be had, so that no token can be judged. */
export class KeysUnavailableError extends HexdagError {
  readonly code = 'keys_unavailable';
  readonly retryable = true;
}

/** Nothing can be stored under that name. */
export class ArtifactNameError extends HexdagError {
  readonly code: 'path_length' | 'path_control' | 'path_invalid';
  readonly retryable = false;

  constructor(code: ArtifactNameError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
