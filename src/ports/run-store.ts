import type { JsonValue } from '../json.ts';
import type { ArtifactReference } from './artifact-store.ts';
import type { RunEvent } from './event-publisher.ts';

/** A value inline, or (above the inline limit) a reference to the blob that holds its JSON. */
export type Payload = { readonly value: JsonValue } | { readonly blob: ArtifactReference };

export interface FailureRecord {
  /** Class or code of the error, as `_error.type` shows it. */
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly node?: string;
}

/** `accepted`: claimed, perhaps not started. `running`: known to have started. */
export type RunStatus = 'accepted' | 'running' | 'completed' | 'failed' | 'cancelled';

/** The node of another run that waits for this one. */
export interface ParentRun {
  readonly runId: string;
  /** Path of the node. */
  readonly node: string;
}

export interface RunRecord {
  readonly runId: string;
  readonly pipeline: string;
  readonly planHash: string;
  readonly trigger: string;
  readonly eventKey: string;
  readonly eventType: string;
  readonly eventSource: string;
  readonly correlationId?: string;
  readonly traceParent?: string;
  /** SHA-256 of the payload: tells a duplicate from a second event under the same key. */
  readonly payloadHash: string;
  readonly input: Payload;
  /** Set if another run started this one. */
  readonly parent?: ParentRun;
  readonly status: RunStatus;
  /** RFC 3339, as all times here. */
  readonly acceptedAt: string;
  /** How often it was opened again after it had failed or been cancelled, and when for the last time. */
  readonly retry?: number;
  readonly retriedAt?: string;
  readonly finishedAt?: string;
  readonly output?: Payload;
  readonly error?: FailureRecord;
}

/** How a run ended, and the events that announce it: written together, published afterwards. */
export interface RunFinish {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly finishedAt: string;
  readonly output?: Payload;
  readonly error?: FailureRecord;
  /** Which retry of the run it ends; what was begun before a retry cannot end it any more. */
  readonly retry?: number;
  readonly outbox: readonly RunEvent[];
}

/** How a run goes on that is opened again. */
export interface Reopening {
  readonly retriedAt: string;
  readonly planHash: string;
}

/** What a node with an effect did, once and for all. */
export interface NodeRecord {
  readonly runId: string;
  readonly node: string;
  readonly kind: string;
  readonly status: 'completed' | 'failed';
  readonly result?: Payload;
  readonly error?: FailureRecord;
  readonly attempt: number;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export type Claim = { readonly kind: 'claimed' } | { readonly kind: 'exists'; readonly run: RunRecord };
export type Commit = { readonly kind: 'committed' } | { readonly kind: 'exists'; readonly node: NodeRecord };

export interface RunFilter {
  readonly status?: RunStatus;
  readonly pipeline?: string;
  readonly trigger?: string;
  /** Accepted then or later; in the form in which runs record it. */
  readonly from?: string;
  /** Accepted before. */
  readonly to?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  readonly cursor?: string;
}

/**
 * A run's state: one record for the run, one for each node with an effect. Every write is conditional, so that whoever comes
 * second learns what the first recorded; and it takes along the events that announce it, which `OutboxStore` finds.
 * A run that has ended is forgotten some time later.
 * All methods throw DependencyUnavailableError (retryable) or DependencyRefusedError.
 */
export interface RunStore {
  /** Creates the run's record unless it is there. This, and nothing else, is what makes an event start at most one run. */
  claim(run: RunRecord, outbox?: readonly RunEvent[]): Promise<Claim>;
  read(runId: string): Promise<RunRecord | null>;
  readNodes(runId: string): Promise<readonly NodeRecord[]>;
  /**
   * Creates the node's record unless it is there. Given `finish`, the node is the run's last, and one write records both unless the
   * run has ended: `exists` then, with what is recorded of the node (or, if nothing is, the node as given).
   * `outbox` announces a node that is not the last; what there is to tell of the last one is in the outbox of `finish`.
   */
  commitNode(node: NodeRecord, finish?: RunFinish, outbox?: readonly RunEvent[]): Promise<Commit>;
  /** Ends the run unless it has ended, or been opened again meanwhile. False: it had, and what is recorded stands. */
  finish(runId: string, finish: RunFinish): Promise<boolean>;
  /** Says that a run which has not ended is at work, and need not be looked at before `checkAfter` (RFC 3339). */
  markStarted(runId: string, checkAfter: string): Promise<void>;
  /**
   * Runs that have not ended and are due for a look before `dueBefore` (RFC 3339), the longest due first. A run is due from its
   * acceptance on, until somebody marks it as started.
   */
  unconfirmed(dueBefore: string, limit: number): Promise<readonly RunRecord[]>;
  /** Keeps what is recorded of a run that has not ended from being forgotten, however long it takes. */
  keep(run: RunRecord): Promise<void>;
  list(filter: RunFilter): Promise<RunPage>;
  /** Runs that nodes of this one wait for and that have not ended. Goes through all runs, so it is asked only where there may be any. */
  openChildren(runId: string): Promise<readonly RunRecord[]>;
  /** Those that failed or were cancelled. */
  failedChildren(runId: string): Promise<readonly RunRecord[]>;
  /**
   * Opens a run again that failed or was cancelled, as it was read: like one just accepted, but what its nodes completed stays
   * recorded, and only what failed is forgotten. Null if it is no longer so, or events of its end or of a failed node are still to
   * be published.
   */
  reopen(run: RunRecord, reopening: Reopening): Promise<RunRecord | null>;
}
