import { HexdagError } from '../../errors.ts';
import { errorOfCredential, errorOfSilence, errorOfStatus } from './dependency-error.ts';

/** A document that cannot be what this app wrote. Someone else wrote it, or a newer version did. */
export class MalformedDocumentError extends HexdagError {
  readonly code = 'malformed_document';
  readonly retryable = false;
}

/** What the SDK's errors have in common: a status, or a word for what went wrong on the way. */
interface CosmosFailure {
  readonly code: number | string;
  readonly retryAfterInMs?: number;
}

/** `doing` is what was tried: "claiming the run r1". What is neither an answer nor a failure to get one is a bug and stays itself. */
export function translateCosmosError(thrown: unknown, doing: string): unknown {
  if (thrown instanceof HexdagError) return thrown;
  const failure = cosmosFailure(thrown);
  if (failure === undefined) return errorOfCredential(doing, thrown) ?? thrown;
  if (typeof failure.code === 'string') return errorOfSilence(doing, thrown);
  return errorOfStatus(failure.code, doing, { cause: thrown, retryAfterMs: failure.retryAfterInMs });
}

/** The answer within an error; bulk and batch requests wrap it. */
export function cosmosFailure(thrown: unknown): CosmosFailure | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (!('code' in error) || (typeof error.code !== 'number' && typeof error.code !== 'string')) continue;
    const retryAfterInMs = 'retryAfterInMs' in error ? error.retryAfterInMs : undefined;
    return { code: error.code, ...(typeof retryAfterInMs === 'number' ? { retryAfterInMs } : {}) };
  }
  return undefined;
}
