import type { Plan } from '../pipeline/plan.ts';
import type { RunStart } from '../ports/orchestrations.ts';
import type { NodeOutcome } from './outcome.ts';

/** What the orchestrator asks an activity to do: carry a run on from what is known of it. Plain JSON, kept in the history. */
export interface AdvanceTask extends Omit<RunStart, 'recovering'> {
  /** All outcomes known when the task was given. */
  readonly outcomes: readonly NodeOutcome[];
  /** Nodes that others run, or that wait for their next attempt: not this task's business. */
  readonly inFlight: readonly string[];
  /** The attempt to make at a node that failed before; nodes not named are at their first. */
  readonly attempts: Readonly<Record<string, number>>;
  /** Unix milliseconds of the durable clock: the time expressions see, and when this task was given. */
  readonly now: number;
  /** Effects may have happened before: look each up before doing it. */
  readonly lookUp: boolean;
  /** The orchestrator does not know the plan yet and wants it, unless the run ends here. */
  readonly wantPlan: boolean;
  /** Carry nothing on: end the run as failed. Says why earlier tasks could not be carried out. */
  readonly giveUp?: string;
}

export interface AdvanceResult {
  /** What is known now and was not before, in the order it came to be. */
  readonly outcomes: readonly NodeOutcome[];
  /** A node that failed and is to be tried again after a wait. */
  readonly retry?: { readonly node: string; readonly attempt: number; readonly delayMs: number };
  /** The run has ended, and its end is recorded. */
  readonly ended?: 'completed' | 'failed';
  readonly plan?: Plan;
}
