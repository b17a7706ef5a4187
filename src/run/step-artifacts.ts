import type { StepArtifacts } from '../nodes/step-context.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { putOnce } from './put-once.ts';
import { storePatience } from './store-patience.ts';

/**
 * A node's artifacts, below `folder`. What an earlier attempt left stands; writing one file twice within an attempt is a conflict.
 * A store that is away for the moment is waited for.
 */
export function stepArtifacts(artifacts: ArtifactStore, folder: string): StepArtifacts {
  const written = new Set<string>();
  return {
    async write(file, content, contentType = 'application/octet-stream') {
      const name = `${folder}/${file}`;
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      if (written.has(file)) return artifacts.put(name, bytes, contentType);
      written.add(file);
      const { reference } = await storePatience.execute(() => putOnce(artifacts, name, bytes, contentType));
      return reference;
    },
  };
}
