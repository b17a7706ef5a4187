import type { AdvanceTask, RunOutcome } from './advance-task.ts';
import type { Pending } from './pending.ts';
import type { RunGeneration } from './run-generation.ts';
import type { Signal } from './signal.ts';

/** Carries out what the driver decides: durable tasks in Azure, promises and a clock in a test. */
export interface RunShell {
  task(task: AdvanceTask, pending: Pending): void;
  /** `at` is Unix milliseconds. */
  timer(at: number, pending: Pending): void;
  event(name: string, pending: Pending): void;
  signal(signal: Signal, pending: Pending): void;
  /** Nobody waits for it any more. */
  drop(pending: Pending): void;
}

export type Verdict =
  | { readonly kind: 'open' }
  | { readonly kind: 'ended'; readonly status: RunOutcome }
  /** Begin again with a fresh history. */
  | { readonly kind: 'continue'; readonly generation: RunGeneration };
