import type { Clock } from '../clock.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './queue-store.ts';
import type { PropertyChanges } from './sections.ts';

/** The rules one queue follows. Durations are milliseconds. */
export interface QueueRules {
  readonly lockDurationMs: number;
  readonly maxDeliveryCount: number;
  readonly defaultTtlMs: number | undefined;
  readonly deadLettersOnExpiry: boolean;
  /** How long a message id is remembered; undefined when duplicates are not detected. */
  readonly duplicateWindowMs: number | undefined;
  readonly requiresSession: boolean;
}

/** What a receiver decides about a message it holds. */
export type Settlement =
  | { readonly kind: 'complete' }
  | { readonly kind: 'abandon' | 'defer' | 'dead-letter'; readonly changes: PropertyChanges };

export interface BrokerCounters {
  sends: number;
  duplicates: number;
  deliveries: number;
  settlements: number;
  renewals: number;
  sessionsAwaited: number;
  sessionsAccepted: number;
  sessionLocksLost: number;
}

/** What a queue needs of the broker around it. */
export interface QueueSurroundings {
  readonly clock: Clock;
  readonly store: QueueStore;
  readonly counters: BrokerCounters;
  /** Asks for `deliver()` soon: after the commit that is under way, if there is one. */
  requestDelivery(queue: Queue): void;
  /** Asks for `passDeadlines()` at that time (Unix milliseconds). */
  wakeAt(at: number): void;
}
