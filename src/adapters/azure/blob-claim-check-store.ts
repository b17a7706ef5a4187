import type { ContainerClient } from '@azure/storage-blob';
import type { ClaimCheckStore, ClaimedBody } from '../../ports/claim-check-store.ts';
import { blobFailureOf, translateBlobError } from './blob-errors.ts';

/** Claimed bodies as blobs of one container, which the first read creates where it is missing, so that senders need no right to. */
export class BlobClaimCheckStore implements ClaimCheckStore {
  readonly #openContainer: () => Promise<ContainerClient>;

  constructor(openContainer: () => Promise<ContainerClient>) {
    this.#openContainer = openContainer;
  }

  async read(path: string, maxBytes: number): Promise<ClaimedBody> {
    try {
      const container = await this.#openContainer();
      return await readOrCreate(container, path, maxBytes);
    } catch (error) {
      throw translateBlobError(error, `reading the claimed body ${JSON.stringify(path)}`);
    }
  }
}

async function readOrCreate(container: ContainerClient, path: string, maxBytes: number): Promise<ClaimedBody> {
  try {
    return await download(container, path, maxBytes);
  } catch (error) {
    const failure = blobFailureOf(error);
    if (failure?.status !== 404) throw error;
    if (failure.code === 'ContainerNotFound') await container.createIfNotExists();
    return { kind: 'missing' };
  }
}

/** One request: the answer's head tells the size, and the rest of one too large is not waited for. */
async function download(container: ContainerClient, path: string, maxBytes: number): Promise<ClaimedBody> {
  const enough = new AbortController();
  const response = await container.getBlobClient(path).download(0, undefined, { abortSignal: enough.signal });
  const { readableStreamBody: body, contentLength: bytes = 0 } = response;
  if (bytes > maxBytes) {
    body?.on('error', () => undefined);
    enough.abort();
    return { kind: 'too_large', bytes };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(Buffer.from(chunk));
  return { kind: 'found', content: Buffer.concat(chunks) };
}
