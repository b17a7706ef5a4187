import { createHash } from 'node:crypto';
import type { ArtifactReference, ArtifactStore } from '../ports/artifact-store.ts';
import { ArtifactConflictError } from '../ports/errors.ts';

/** An artifact that is stored; `kept` is its content if an earlier attempt left it. */
export interface PutOnce {
  readonly reference: ArtifactReference;
  readonly kept?: Uint8Array;
}

/**
 * Stores an artifact. What an earlier attempt left under the name stands, even if this one would write something else (the time,
 * say): an artifact is an effect, and effects happen once.
 */
export async function putOnce(
  artifacts: ArtifactStore,
  name: string,
  content: Uint8Array,
  contentType: string,
): Promise<PutOnce> {
  try {
    return { reference: await artifacts.put(name, content, contentType) };
  } catch (error) {
    const kept = error instanceof ArtifactConflictError ? await artifacts.get(name) : null;
    if (kept === null) throw error;
    const sha256 = createHash('sha256').update(kept).digest('hex');
    return { reference: { name, sha256, bytes: kept.byteLength, contentType }, kept };
  }
}
