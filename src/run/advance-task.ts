import type { Plan } from '../pipeline/plan.ts';
import type { RunStart } from '../ports/orchestrations.ts';
import type { Frame } from './frame.ts';
import type { NodeOutcome } from './outcome.ts';

/** What the orchestrator asks an activity to do: carry a run on from what is known of it. Plain JSON, kept in the history. */
export interface AdvanceTask extends Omit<RunStart, 'recovering' | 'parent'> {
  /** Path of the node that it is about; null for whatever is next. */
  readonly node: string | null;
  /** The attempt to make at that node; counts from 1. */
  readonly attempt: number;
  /** All outcomes known when the task was given. */
  readonly outcomes: readonly NodeOutcome[];
  /** Composite nodes at work. */
  readonly frames: readonly Frame[];
  /** Nodes that other tasks are at work on: not this one's business. */
  readonly atWork: readonly string[];
  /** Nodes that wait for their next attempt, an event, or another run: nobody's business now. */
  readonly waiting: readonly string[];
  /** Unix milliseconds of the durable clock: the time expressions see, and when this task was given. */
  readonly now: number;
  /** Effects may have happened before: look each up before doing it. */
  readonly lookUp: boolean;
  /** The orchestrator does not know the plan yet and wants it, unless the run ends here. */
  readonly wantPlan: boolean;
  /** Carry nothing on: end the run as failed. */
  readonly giveUp?: GiveUp;
}

/** Why a run is to end although there is more to do. */
export interface GiveUp {
  readonly code: 'run_abandoned' | 'pipeline_timeout';
  readonly reason: string;
}

/** A node that goes on when something outside has happened. */
export interface Suspension {
  readonly node: string;
  /** When (Unix milliseconds) to look although nobody has said anything. */
  readonly lookAt?: number;
}

export interface AdvanceResult {
  /** What is known now and was not before, in the order it came to be. */
  readonly outcomes: readonly NodeOutcome[];
  /** Composite nodes at work, where that is new or has changed. */
  readonly frames?: readonly Frame[];
  /** Nodes that each want a task of their own: what a task left that was for none in particular, or the next of a chain cut short. */
  readonly ready?: readonly string[];
  /** A node that failed and is to be tried again after a wait. */
  readonly retry?: { readonly node: string; readonly attempt: number; readonly delayMs: number };
  readonly suspended?: Suspension;
  /** A run to start, whether or not a node waits for it. */
  readonly start?: RunStart;
  /** When (Unix milliseconds) to look again although nothing has ended. */
  readonly wakeAt?: number;
  /** The run has ended, and its end is recorded. */
  readonly ended?: RunOutcome;
  readonly plan?: Plan;
}

export type RunOutcome = 'completed' | 'failed' | 'cancelled';
