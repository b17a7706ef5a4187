import type { ArtifactReference } from '../ports/artifact-store.ts';
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
  /**
   * The pipeline's port of that name, ready for use; undefined if it declares none. Guards such as `isLlm` tell what it is.
   * @throws PermanentError if it cannot be made
   */
  port(name: string): unknown;
}

export interface StepArtifacts {
  /** Stores a file of this run and node. The same file with the same content again gives the same reference. */
  write(file: string, content: string | Uint8Array, contentType?: string): Promise<ArtifactReference>;
}
