import { Readable } from 'node:stream';
import type { BlobClient, BlobDownloadResponseParsed, ContainerClient } from '@azure/storage-blob';
import { DependencyRefusedError } from '../../ports/errors.ts';
import {
  BlobChangedError,
  BlobGoneError,
  type BlobHead,
  type BlobPlace,
  type BlobReference,
  type ByteRange,
  type IncomingBlobs,
} from '../../ports/incoming-blobs.ts';
import { blobFailureOf, translateBlobError } from './blob-errors.ts';
import { readBlobStream } from './blob-stream.ts';

/** A connection that breaks in the middle is taken up again where it broke, this often. */
const MAX_RESUMPTIONS = 5;
const DEFAULT_CONTENT_TYPE = 'application/octet-stream';

/** Opens the containers of an account. */
type OpenContainer = (container: string) => Promise<ContainerClient>;

/** What the app reads: containers, by the connection that leads to them. */
export interface IncomingContainer {
  readonly connection: string;
  readonly container: string;
}

/** Incoming blobs as the blobs of some containers. No others are opened, whatever a reference names. */
export class BlobIncomingBlobs implements IncomingBlobs {
  readonly #containers: ReadonlySet<string>;
  readonly #accounts: ReadonlyMap<string, OpenContainer>;

  /** `accounts` by the names of their connections. */
  constructor(containers: readonly IncomingContainer[], accounts: ReadonlyMap<string, OpenContainer>) {
    this.#containers = new Set(containers.map(({ connection, container }) => `${connection}/${container}`));
    this.#accounts = accounts;
  }

  async head(place: BlobPlace, startBytes: number): Promise<BlobHead | null> {
    try {
      const blob = await this.#blob(place);
      return await readHead(blob, startBytes);
    } catch (error) {
      if (blobFailureOf(error)?.status === 404) return null;
      throw translateBlobError(error, `reading the blob ${shown(place)}`);
    }
  }

  async open(reference: BlobReference, { start, end }: ByteRange = { start: 0 }): Promise<Readable> {
    const blob = await this.#blob(reference);
    try {
      const count = end === undefined ? undefined : end - start;
      const { readableStreamBody } = await blob.download(start, count, {
        conditions: { ifMatch: reference.etag },
        maxRetryRequests: MAX_RESUMPTIONS,
      });
      return readBlobStream(readableStreamBody, (error) => translate(error, reference));
    } catch (error) {
      // Nothing behind the last byte, nor anywhere in an empty blob.
      if (blobFailureOf(error)?.code === 'InvalidRange') return Readable.from([]);
      // A blob that is gone fits no etag either, and the service may answer with that.
      if (blobFailureOf(error)?.status === 412 && !(await blob.exists())) throw gone(reference, error);
      throw translate(error, reference);
    }
  }

  async #blob(place: BlobPlace): Promise<BlobClient> {
    const { connection, container, name } = place;
    const openContainer = this.#accounts.get(connection);
    if (openContainer === undefined || !this.#containers.has(`${connection}/${container}`)) {
      const message = `The container ${JSON.stringify(container)} of ${JSON.stringify(connection)} is none that a trigger of this app reads`;
      throw new DependencyRefusedError(`${message}, so its blobs are not opened.`);
    }
    // The client would take it for a way up, and out of the container.
    if (name.split('/').some((segment) => segment === '.' || segment === '..')) {
      throw new DependencyRefusedError(`The blob ${shown(place)} cannot be opened: a segment of its name is '.' or '..'.`);
    }
    return (await openContainer(container)).getBlobClient(name);
  }
}

/** One request: the answer's head tells of the whole blob. Only of an empty one no range can be had. */
async function readHead(blob: BlobClient, startBytes: number): Promise<BlobHead> {
  try {
    const response = await blob.download(0, startBytes);
    const pieces: Uint8Array[] = [];
    for await (const piece of response.readableStreamBody ?? []) pieces.push(Buffer.from(piece));
    return toHead(blob, response, bytesOf(response), Buffer.concat(pieces));
  } catch (error) {
    if (blobFailureOf(error)?.code !== 'InvalidRange') throw error;
    return toHead(blob, await blob.getProperties(), 0, new Uint8Array());
  }
}

type BlobAnswer = Pick<BlobDownloadResponseParsed, 'etag' | 'contentType' | 'lastModified' | 'metadata'>;

function toHead(
  blob: BlobClient,
  { etag, contentType, lastModified, metadata }: BlobAnswer,
  bytes: number,
  start: Uint8Array,
): BlobHead {
  const url = new URL(blob.url);
  return {
    etag: etag ?? '',
    bytes,
    contentType: contentType ?? DEFAULT_CONTENT_TYPE,
    lastModified: (lastModified ?? new Date(0)).toISOString(),
    url: `${url.origin}${url.pathname}`,
    isFolder: metadata?.['hdi_isfolder'] === 'true',
    start,
  };
}

/** Of the whole blob: `bytes 0-99/12345`. */
function bytesOf({ contentRange, contentLength = 0 }: BlobDownloadResponseParsed): number {
  return Number(/\/(\d+)$/.exec(contentRange ?? '')?.[1] ?? contentLength);
}

function translate(error: unknown, reference: BlobReference): unknown {
  const status = blobFailureOf(error)?.status;
  if (status === 404) return gone(reference, error);
  if (status === 412) {
    const message = `The blob ${shown(reference)} was written again; its new version has an event of its own.`;
    return new BlobChangedError(message, { cause: error });
  }
  return translateBlobError(error, `reading the blob ${shown(reference)}`);
}

function gone(reference: BlobReference, cause: unknown): BlobGoneError {
  return new BlobGoneError(`The blob ${shown(reference)} is gone.`, { cause });
}

function shown({ container, name }: BlobPlace): string {
  return JSON.stringify(`${container}/${name}`);
}
