import type { RunEvent } from './event-publisher.ts';

/** What events announce, and are stored together with: the run as it was accepted or as it ended, a node's record, a wait. */
export type OutboxPlace = { readonly kind: 'start' | 'end' } | { readonly kind: 'node' | 'wait'; readonly node: string };

/** Events that one write left to be published, in their order. */
export interface Outbox {
  readonly runId: string;
  readonly place: OutboxPlace;
  readonly events: readonly RunEvent[];
}

/**
 * The outboxes that other stores write: `RunStore` with runs and nodes, `WaitStore` with waits.
 * All methods throw DependencyUnavailableError (retryable) or DependencyRefusedError.
 */
export interface OutboxStore {
  /** Outboxes written before `writtenBefore` (RFC 3339), the oldest first. */
  unpublished(writtenBefore: string, limit: number): Promise<readonly Outbox[]>;
  /**
   * Empties outboxes after their events were published. One that is empty already stays so, and one that holds other events by now
   * (a run that was retried ends again) keeps them; if some fail, the others are marked.
   */
  markPublished(outboxes: readonly Outbox[]): Promise<void>;
}
