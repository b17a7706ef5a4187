import type { GiveUp } from './advance-task.ts';
import type { Signal } from './signal.ts';

/** Something that is under way for a run, and how it is told apart from the rest. */
export type Pending =
  | PendingTask
  /** The time until a task is given again: the node is to be tried again, or the task broke down. */
  | { readonly kind: 'pause'; readonly next: PendingTask; readonly at: number }
  /** An event that tells to look at a waiting node again, and the time to look at the latest. */
  | { readonly kind: 'event'; readonly node: string }
  | { readonly kind: 'look'; readonly node: string; readonly at: number }
  /** The time when something is to happen to a composite node. */
  | { readonly kind: 'wake'; readonly at: number }
  | { readonly kind: 'run_timeout'; readonly at: number }
  | { readonly kind: 'signal'; readonly signal: Signal; readonly breakdowns: number };

export interface PendingTask {
  readonly kind: 'task';
  /** The node it is about; null for a task that takes whatever is next. */
  readonly node: string | null;
  readonly attempt: number;
  /** How often this task could not be carried out, because a store was away or the like. */
  readonly breakdowns: number;
  /** Look up whether the effect has happened before. */
  readonly lookUp: boolean;
  readonly giveUp?: GiveUp;
}
