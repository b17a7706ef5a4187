import type { Readable } from 'node:stream';
import { HexdagError } from '../errors.ts';

/** Where a blob that comes in from outside is. */
export interface BlobPlace {
  /** The setting, or prefix of settings, that tells how to connect to its account. */
  readonly connection: string;
  readonly container: string;
  readonly name: string;
}

/** One version of a blob: its place and its etag. Small enough to travel in events and inputs. */
export interface BlobReference extends BlobPlace {
  readonly etag: string;
}

/** What a blob says of itself, and how it begins. */
export interface BlobHead {
  readonly etag: string;
  readonly bytes: number;
  /** As its writer declared it. */
  readonly contentType: string;
  /** RFC 3339. */
  readonly lastModified: string;
  /** Its address, without anything that would give access. */
  readonly url: string;
  /** Stands for a folder, as Data Lake storage keeps one. */
  readonly isFolder: boolean;
  /** Its first bytes, as many as were asked for. */
  readonly start: Uint8Array;
}

/** The part of a blob to read, in bytes from 0. Without `end` (exclusive), to its end. */
export interface ByteRange {
  readonly start: number;
  readonly end?: number;
}

/** Blobs that others write for this app. They are only ever read, and only in the containers that its triggers read. */
export interface IncomingBlobs {
  /** The blob as it is now, or null if there is none. @throws DependencyUnavailableError, DependencyRefusedError */
  head(place: BlobPlace, startBytes: number): Promise<BlobHead | null>;
  /**
   * The content of exactly this version, as a stream that holds no more than a few pieces of it at a time.
   * @throws BlobGoneError, BlobChangedError, DependencyUnavailableError, DependencyRefusedError; so may the stream
   */
  open(reference: BlobReference, range?: ByteRange): Promise<Readable>;
}

/** The blob was there when its event came, and is not any more. */
export class BlobGoneError extends HexdagError {
  readonly code = 'blob_gone';
  readonly retryable = false;
}

/** The blob holds another version than the one asked for: it was written again. That version has an event, and a run, of its own. */
export class BlobChangedError extends HexdagError {
  readonly code = 'blob_changed';
  readonly retryable = false;
}
