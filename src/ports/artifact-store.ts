import type { Readable } from 'node:stream';

/** Where an artifact is and what it is; small enough to travel in results and events. */
export interface ArtifactReference {
  /** Path within the artifacts container: `<runId>/<node>/<file>` for a step's files. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
}

/** Files that runs leave behind, and values too large to travel inline. A name is written once. */
export interface ArtifactStore {
  /**
   * Stores `content` under `name` unless that name is taken. Same content again: the same reference.
   * @throws ArtifactConflictError if the name holds other content; ArtifactNameError, DependencyUnavailableError
   */
  put(name: string, content: Uint8Array, contentType: string): Promise<ArtifactReference>;
  /** As `put`, for content of any size: no more than a few MiB of it are held at a time. Nothing is stored if `content` throws. */
  putStream(name: string, content: AsyncIterable<Uint8Array>, contentType: string): Promise<ArtifactReference>;
  /** The content, or null if there is nothing of that name. @throws DependencyUnavailableError */
  get(name: string): Promise<Uint8Array | null>;
  /** What is stored, with its content as a stream, or null if there is nothing of that name. @throws DependencyUnavailableError */
  open(name: string): Promise<OpenArtifact | null>;
  /** What is stored, or null if there is nothing of that name. @throws DependencyUnavailableError */
  describe(name: string): Promise<ArtifactReference | null>;
  /**
   * An address that opens this one artifact, to be read and saved as a file, until then (Unix milliseconds, counted in whole seconds);
   * null if there is nothing of that name. Whoever has the address needs nothing else: it is a secret.
   * @throws DependencyUnavailableError; DependencyRefusedError if the store lets us make none
   */
  link(name: string, until: number): Promise<string | null>;
}

export interface OpenArtifact {
  readonly reference: ArtifactReference;
  readonly content: Readable;
}
