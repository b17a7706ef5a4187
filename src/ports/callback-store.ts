import type { RunEvent } from './event-publisher.ts';

/** An event that the receiver of callbacks has not taken yet. Times are RFC 3339. */
export interface KeptCallback {
  readonly event: RunEvent;
  /** Calls made so far. */
  readonly attempts: number;
  /** From when on it is tried: after a certain time it is given up. */
  readonly keptAt: string;
  /** When to call again; null once it is given up. */
  readonly due: string | null;
  /** Why the last call did not do. */
  readonly failure?: { readonly code: string; readonly message: string };
}

/**
 * Events for a receiver that was away, slow, or asked to wait: one record each, found by when it is due.
 * All methods throw DependencyUnavailableError (retryable) or DependencyRefusedError.
 */
export interface CallbackStore {
  /** Keeps an event unless it is kept already. */
  keep(callback: KeptCallback): Promise<void>;
  /** Those due before `dueBefore`, the longest due first. */
  due(dueBefore: string, limit: number): Promise<readonly KeptCallback[]>;
  /** Writes down how it stands with an event, over what was there. */
  update(callback: KeptCallback): Promise<void>;
  /** Forgets an event that was taken, if it is kept. */
  remove(event: RunEvent): Promise<void>;
  /** Those given up, the oldest first. Goes through all that is kept. */
  givenUp(limit: number): Promise<readonly KeptCallback[]>;
}
