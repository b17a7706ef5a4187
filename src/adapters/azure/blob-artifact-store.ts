import { createHash } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { ArtifactReference, ArtifactStore } from '../../ports/artifact-store.ts';
import { ArtifactConflictError } from '../../ports/errors.ts';
import { assertArtifactName } from '../artifact-name.ts';
import { blobFailureOf, translateBlobError } from './blob-errors.ts';

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** Artifacts as block blobs of one container, which the first write creates where it is missing. Written once, never replaced. */
export class BlobArtifactStore implements ArtifactStore {
  readonly #openContainer: () => Promise<ContainerClient>;

  constructor(openContainer: () => Promise<ContainerClient>) {
    this.#openContainer = openContainer;
  }

  async put(name: string, content: Uint8Array, contentType: string): Promise<ArtifactReference> {
    assertArtifactName(name);
    const reference = {
      name,
      sha256: createHash('sha256').update(content).digest('hex'),
      bytes: content.byteLength,
      contentType,
    };
    try {
      const container = await this.#openContainer();
      if (await create(container, reference, content)) return reference;
      return await sameContent(container.getBlockBlobClient(name), reference);
    } catch (error) {
      throw translateBlobError(error, `writing the artifact ${name}`);
    }
  }

  async get(name: string): Promise<Uint8Array | null> {
    assertArtifactName(name);
    try {
      const container = await this.#openContainer();
      const { readableStreamBody } = await container.getBlockBlobClient(name).download();
      if (readableStreamBody === undefined) return new Uint8Array();
      const chunks: Uint8Array[] = [];
      for await (const chunk of readableStreamBody) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    } catch (error) {
      if (blobFailureOf(error)?.status === 404) return null;
      throw translateBlobError(error, `reading the artifact ${name}`);
    }
  }
}

/** False if the name is taken. */
async function create(container: ContainerClient, reference: ArtifactReference, content: Uint8Array): Promise<boolean> {
  try {
    return await upload(container, reference, content);
  } catch (error) {
    if (blobFailureOf(error)?.code !== 'ContainerNotFound') throw error;
  }
  await container.createIfNotExists();
  return upload(container, reference, content);
}

async function upload(
  container: ContainerClient,
  { name, sha256, contentType, bytes }: ArtifactReference,
  content: Uint8Array,
): Promise<boolean> {
  try {
    await container.getBlockBlobClient(name).upload(Buffer.from(content.buffer, content.byteOffset, bytes), bytes, {
      conditions: { ifNoneMatch: '*' },
      metadata: { sha256 },
      blobHTTPHeaders: { blobContentType: contentType },
    });
    return true;
  } catch (error) {
    const failure = blobFailureOf(error);
    if (failure?.code === 'BlobAlreadyExists' || failure?.status === 412) return false;
    throw error;
  }
}

async function sameContent(blob: BlockBlobClient, { name, sha256 }: ArtifactReference): Promise<ArtifactReference> {
  const { metadata, contentLength = 0, contentType = DEFAULT_CONTENT_TYPE } = await blob.getProperties();
  if (metadata?.['sha256'] === sha256) return { name, sha256, bytes: contentLength, contentType };
  throw new ArtifactConflictError(`The artifact ${name} already holds other content. Write it under another name.`);
}
