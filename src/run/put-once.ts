import type { ArtifactReference, ArtifactStore } from '../ports/artifact-store.ts';
import { ArtifactConflictError } from '../ports/errors.ts';

/** An artifact that is stored, and whether it is what an earlier attempt left. */
export interface PutOnce {
  readonly reference: ArtifactReference;
  readonly isKept: boolean;
}

/**
 * Stores an artifact. What an earlier attempt left under the name stands, even if this one would write something else (the time,
 * say): an artifact is an effect, and effects happen once.
 */
export async function putOnce(
  artifacts: ArtifactStore,
  name: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<PutOnce> {
  try {
    const isWhole = content instanceof Uint8Array;
    const reference = isWhole ? artifacts.put(name, content, contentType) : artifacts.putStream(name, content, contentType);
    return { reference: await reference, isKept: false };
  } catch (error) {
    if (!(error instanceof ArtifactConflictError)) throw error;
    return { reference: error.stored, isKept: true };
  }
}
