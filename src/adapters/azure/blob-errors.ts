import { HexdagError } from '../../errors.ts';
import { errorOfCredential, errorOfSilence, errorOfStatus } from './dependency-error.ts';

interface BlobFailure {
  readonly status?: number;
  readonly code?: string;
}

/** What the SDK's `RestError` tells, recognised by its name, since bundles may hold the class twice. */
export function blobFailureOf(thrown: unknown): BlobFailure | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'RestError') return undefined;
  return {
    ...('statusCode' in thrown && typeof thrown.statusCode === 'number' ? { status: thrown.statusCode } : {}),
    ...('code' in thrown && typeof thrown.code === 'string' ? { code: thrown.code } : {}),
  };
}

/** `doing` is what was tried: "reading the artifact a". */
export function translateBlobError(thrown: unknown, doing: string): unknown {
  if (thrown instanceof HexdagError) return thrown;
  const failure = blobFailureOf(thrown);
  if (failure === undefined) return errorOfCredential(doing, thrown) ?? thrown;
  if (failure.status === undefined) return errorOfSilence(doing, thrown);
  return errorOfStatus(failure.status, doing, { cause: thrown });
}
