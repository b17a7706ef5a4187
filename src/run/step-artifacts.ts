import type { StepArtifacts } from '../nodes/step-context.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import { putOnce } from './put-once.ts';
import { storePatience } from './store-patience.ts';

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** Where a node's artifacts are, and the run they belong to. */
export interface ArtifactFolder {
  readonly runId: string;
  /** Below the run's: `validate`. */
  readonly folder: string;
}

/**
 * A node's artifacts. What an earlier attempt left stands; writing one file twice within an attempt is a conflict.
 * A store that is away for the moment is waited for.
 */
export function stepArtifacts(artifacts: ArtifactStore, { runId, folder }: ArtifactFolder): StepArtifacts {
  const written = new Set<string>();
  const isFirst = (file: string) => {
    const isNew = !written.has(file);
    written.add(file);
    return isNew;
  };
  const nameOf = (file: string) => `${runId}/${folder}/${file}`;
  return {
    async write(file, content, contentType = DEFAULT_CONTENT_TYPE) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content;
      if (!isFirst(file)) return artifacts.put(nameOf(file), bytes, contentType);
      const { reference } = await storePatience.execute(() => putOnce(artifacts, nameOf(file), bytes, contentType));
      return reference;
    },
    async writeStream(file, content, contentType = DEFAULT_CONTENT_TYPE) {
      if (!isFirst(file)) return artifacts.putStream(nameOf(file), bytesOf(content), contentType);
      // No second try here: what was read of a stream is gone.
      const { reference } = await putOnce(artifacts, nameOf(file), bytesOf(content), contentType);
      return reference;
    },
    async open(name) {
      return name.startsWith(`${runId}/`) ? storePatience.execute(() => artifacts.open(name)) : null;
    },
  };
}

async function* bytesOf(content: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of content) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}
