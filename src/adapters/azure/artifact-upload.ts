import { createHash, randomUUID } from 'node:crypto';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { ArtifactReference } from '../../ports/artifact-store.ts';
import { blobFailureOf } from './blob-errors.ts';

/** What is held of a stream at a time. Azure takes 50,000 of them. */
const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCK_NUMBER_DIGITS = 6;

/** Content to store: the bytes themselves, or the blocks that are uploaded already and only wait to become a blob. */
export type ArtifactContent = Uint8Array | { readonly blocks: readonly string[] };

export interface Staged {
  readonly content: ArtifactContent;
  readonly sha256: string;
  readonly bytes: number;
}

/** Uploads a stream as blocks that nobody sees yet. What fits into one block is only read. */
export async function stage(container: ContainerClient, name: string, stream: AsyncIterable<Uint8Array>): Promise<Staged> {
  const blob = container.getBlockBlobClient(name);
  const hash = createHash('sha256');
  // Of this upload alone: another that writes the same name at the same time has its own blocks.
  const upload = randomUUID();
  const blocks: string[] = [];
  let bytes = 0;
  let last = new Uint8Array();
  for await (const block of blocksOf(stream)) {
    if (bytes > 0) blocks.push(await stageBlock(container, blob, `${upload}-${numberOf(blocks.length)}`, last));
    hash.update(block);
    bytes += block.byteLength;
    last = block;
  }
  const sha256 = hash.digest('hex');
  if (blocks.length === 0) return { content: last, sha256, bytes };
  blocks.push(await stageBlock(container, blob, `${upload}-${numberOf(blocks.length)}`, last));
  return { content: { blocks }, sha256, bytes };
}

async function* blocksOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let block = Buffer.alloc(BLOCK_BYTES);
  let filled = 0;
  for await (const piece of stream) {
    for (let at = 0; at < piece.byteLength; ) {
      const part = piece.subarray(at, at + BLOCK_BYTES - filled);
      block.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      // The one before may still be read.
      block = Buffer.alloc(BLOCK_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

function numberOf(index: number): string {
  return String(index).padStart(BLOCK_NUMBER_DIGITS, '0');
}

async function stageBlock(container: ContainerClient, blob: BlockBlobClient, name: string, block: Uint8Array): Promise<string> {
  const id = Buffer.from(name).toString('base64');
  await creatingContainer(container, () => blob.stageBlock(id, bufferOf(block), block.byteLength));
  return id;
}

/** False if the name is taken. */
export async function create(
  container: ContainerClient,
  reference: ArtifactReference,
  content: ArtifactContent,
): Promise<boolean> {
  const { name, sha256, bytes, contentType } = reference;
  const blob = container.getBlockBlobClient(name);
  const options = {
    conditions: { ifNoneMatch: '*' },
    metadata: { sha256 },
    blobHTTPHeaders: { blobContentType: contentType },
  };
  try {
    await creatingContainer<unknown>(container, () =>
      'blocks' in content ? blob.commitBlockList([...content.blocks], options) : blob.upload(bufferOf(content), bytes, options),
    );
    return true;
  } catch (error) {
    const failure = blobFailureOf(error);
    if (failure?.code === 'BlobAlreadyExists' || failure?.status === 412) return false;
    // Another upload that became the blob took the blocks of all others with it.
    if (failure?.code === 'InvalidBlockList' && (await blob.exists())) return false;
    throw error;
  }
}

async function creatingContainer<Result>(container: ContainerClient, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (blobFailureOf(error)?.code !== 'ContainerNotFound') throw error;
  }
  await container.createIfNotExists();
  return write();
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
