import type { JsonValue } from '../json.ts';
import type { RunEvent } from './event-publisher.ts';
import type { Payload } from './run-store.ts';

/** A run's wait for an event from outside. Times are RFC 3339. */
export interface WaitRecord {
  readonly runId: string;
  /** Path of the node that waits. */
  readonly node: string;
  /** What the event must be called; two waits of a run may have the same. */
  readonly eventKey: string;
  readonly openedAt: string;
  /** When it is over if no event comes; forever if absent. */
  readonly until?: string;
  /** What the node's `setup_fn` gave. */
  readonly setup?: JsonValue;
  readonly status: 'open' | 'decided' | 'timed_out';
  readonly decidedAt?: string;
  /** The event, once decided. */
  readonly payload?: Payload;
  /** SHA-256 of the event: tells a repeated decision from a second one. */
  readonly payloadHash?: string;
}

/** How a wait ends. */
export type WaitDecision =
  | { readonly status: 'decided'; readonly decidedAt: string; readonly payload: Payload; readonly payloadHash: string }
  | { readonly status: 'timed_out'; readonly decidedAt: string };

/**
 * Waits and how they ended. Every write is conditional: the first decision stands, and whoever comes second learns it.
 * All methods throw DependencyUnavailableError (retryable) or DependencyRefusedError.
 */
export interface WaitStore {
  /** Creates the wait, and what announces it, unless it is there. `first` is false if it was; the record is the one that stands. */
  open(wait: WaitRecord, outbox?: readonly RunEvent[]): Promise<{ first: boolean; wait: WaitRecord }>;
  read(runId: string, node: string): Promise<WaitRecord | null>;
  /** Ends an open wait. `first` is false if it had ended before; the record is the one that stands. Null: there is no such wait. */
  decide(runId: string, node: string, decision: WaitDecision): Promise<{ first: boolean; wait: WaitRecord } | null>;
  /** Removes a wait, so that it may be opened again. One that is not there stays so. */
  forget(runId: string, node: string): Promise<void>;
  /** All waits of a run, the longest open first. */
  list(runId: string): Promise<readonly WaitRecord[]>;
}
