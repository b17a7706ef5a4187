import { createHash } from 'node:crypto';
import type { StepArtifacts } from '../nodes/step-context.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { ArtifactConflictError } from '../ports/errors.ts';

/**
 * A node's artifacts, below `folder`. What an earlier attempt left stands, even if this one would write something else (the
 * time, say): an artifact is an effect, and effects happen once. Writing one file twice within an attempt is a conflict.
 */
export function stepArtifacts(artifacts: ArtifactStore, folder: string): StepArtifacts {
  const written = new Set<string>();
  return {
    async write(file, content, contentType = 'application/octet-stream') {
      const name = `${folder}/${file}`;
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      const repeated = written.has(file);
      written.add(file);
      try {
        return await artifacts.put(name, bytes, contentType);
      } catch (error) {
        const kept = error instanceof ArtifactConflictError && !repeated ? await artifacts.get(name) : null;
        if (kept === null) throw error;
        const sha256 = createHash('sha256').update(kept).digest('hex');
        return { name, sha256, bytes: kept.byteLength, contentType };
      }
    },
  };
}
