import { createHash } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { ArtifactReference, ArtifactStore, OpenArtifact } from '../../ports/artifact-store.ts';
import { ArtifactConflictError } from '../../ports/errors.ts';
import { assertArtifactName } from '../artifact-name.ts';
import { type ArtifactContent, create, stage } from './artifact-upload.ts';
import { blobFailureOf, translateBlobError } from './blob-errors.ts';
import { readBlobStream } from './blob-stream.ts';
import type { LinkSigner } from './link-signer.ts';

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** Artifacts as block blobs of one container, which the first write creates where it is missing. Written once, never replaced. */
export class BlobArtifactStore implements ArtifactStore {
  readonly #openContainer: () => Promise<ContainerClient>;
  readonly #sign: LinkSigner;

  constructor(openContainer: () => Promise<ContainerClient>, sign: LinkSigner) {
    this.#openContainer = openContainer;
    this.#sign = sign;
  }

  async put(name: string, content: Uint8Array, contentType: string): Promise<ArtifactReference> {
    const sha256 = createHash('sha256').update(content).digest('hex');
    return this.#write(name, (container) =>
      putOnce(container, { name, sha256, bytes: content.byteLength, contentType }, content),
    );
  }

  async putStream(name: string, stream: AsyncIterable<Uint8Array>, contentType: string): Promise<ArtifactReference> {
    return this.#write(name, async (container) => {
      const { content, sha256, bytes } = await stage(container, name, stream);
      return putOnce(container, { name, sha256, bytes, contentType }, content);
    });
  }

  async get(name: string): Promise<Uint8Array | null> {
    const opened = await this.open(name);
    if (opened === null) return null;
    const pieces: Uint8Array[] = [];
    for await (const piece of opened.content) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  async open(name: string): Promise<OpenArtifact | null> {
    return this.#read(name, async (blob) => {
      const response = await blob.download();
      const translate = (error: unknown) => translateBlobError(error, `reading the artifact ${name}`);
      return { reference: referenceOf(name, response), content: readBlobStream(response.readableStreamBody, translate) };
    });
  }

  async describe(name: string): Promise<ArtifactReference | null> {
    return this.#read(name, async (blob) => referenceOf(name, await blob.getProperties()));
  }

  async link(name: string, until: number): Promise<string | null> {
    const blob = await this.#read(name, async (found) => {
      await found.getProperties();
      return found;
    });
    if (blob === null) return null;
    try {
      return await this.#sign(blob, until);
    } catch (error) {
      throw translateBlobError(error, `making a link to the artifact ${name}`);
    }
  }

  async #write(name: string, write: (container: ContainerClient) => Promise<ArtifactReference>): Promise<ArtifactReference> {
    assertArtifactName(name);
    try {
      return await write(await this.#openContainer());
    } catch (error) {
      throw translateBlobError(error, `writing the artifact ${name}`);
    }
  }

  async #read<Result>(name: string, read: (blob: BlockBlobClient) => Promise<Result>): Promise<Result | null> {
    assertArtifactName(name);
    try {
      return await read((await this.#openContainer()).getBlockBlobClient(name));
    } catch (error) {
      if (blobFailureOf(error)?.status === 404) return null;
      throw translateBlobError(error, `reading the artifact ${name}`);
    }
  }
}

async function putOnce(
  container: ContainerClient,
  reference: ArtifactReference,
  content: ArtifactContent,
): Promise<ArtifactReference> {
  if (await create(container, reference, content)) return reference;
  const { name, sha256 } = reference;
  const stored = referenceOf(name, await container.getBlockBlobClient(name).getProperties());
  if (stored.sha256 === sha256) return stored;
  throw new ArtifactConflictError(stored);
}

interface StoredProperties {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly contentLength?: number | undefined;
  readonly contentType?: string | undefined;
}

/** A blob that is none of ours has no hash, and equals nothing. */
function referenceOf(name: string, { metadata, contentLength, contentType }: StoredProperties): ArtifactReference {
  const sha256 = metadata?.['sha256'] ?? '';
  return { name, sha256, bytes: contentLength ?? 0, contentType: contentType ?? DEFAULT_CONTENT_TYPE };
}
