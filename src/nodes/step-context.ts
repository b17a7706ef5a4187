import type { ArtifactReference, OpenArtifact } from '../ports/artifact-store.ts';
import type { IncomingBlobs } from '../ports/incoming-blobs.ts';
import type { Log } from '../ports/log.ts';

/** What a step is given besides its input. */
export interface StepContext {
  readonly runId: string;
  readonly pipeline: string;
  readonly node: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** The same for every attempt of this node of this run; send it with every foreign call that changes something. */
  readonly idempotencyKey: string;
  /** Aborts when the node's time is over; the step must stop then. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly artifacts: StepArtifacts;
  /** Files that came in through the app's blob triggers, by the reference in their events, as streams. */
  readonly incoming: StepFiles;
  /**
   * The pipeline's port of that name, ready for use; undefined if it declares none. Guards such as `isLlm` tell what it is.
   * @throws PermanentError if it cannot be made
   */
  port(name: string): unknown;
}

export interface StepArtifacts {
  /** Stores a file of this run and node. The same file with the same content again gives the same reference. */
  write(file: string, content: string | Uint8Array, contentType?: string): Promise<ArtifactReference>;
  /** As `write`, for a file of any size: its pieces are uploaded as they come. */
  writeStream(file: string, content: AsyncIterable<string | Uint8Array>, contentType?: string): Promise<ArtifactReference>;
  /** An artifact of this run, as a stream; null if there is none. `name` is as in its reference. */
  open(name: string): Promise<OpenArtifact | null>;
}

export type StepFiles = Pick<IncomingBlobs, 'open'>;
