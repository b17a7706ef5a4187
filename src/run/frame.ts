import type { JsonObject } from '../json.ts';

/** What a composite node at work remembers. Travels through the durable history, so it stays small. */
export interface Frame {
  /** Path of the composite node. */
  readonly node: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Unix milliseconds: when the attempt began, or (after a failed one) is to begin. */
  readonly startedAt: number;
  /** Nodes of its graph that had ended when it began: it sees these and no others, so that its input stays the same. */
  readonly known: readonly string[];
  /** Finished turns of a `while`. */
  readonly turns?: number;
  readonly state?: JsonObject;
}
