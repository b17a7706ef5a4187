import { messageOf } from '../errors.ts';
import type { PendingTask } from './pending.ts';

/** A task that could not be carried out is given again after 1 s, 2 s, 4 s … up to this. */
const LONGEST_WAIT_MS = 300_000;
/** Then the run is given up and ends as failed; with the waits above that is after some four hours. */
const MAX_BREAKDOWNS = 50;
/** What a task is told of why earlier ones broke down. */
const MAX_REASON_CHARACTERS = 1_000;

/** What to give in place of a task that could not be carried out, and after how long: the same again, or at last the run's end. */
export function afterBreakdown(task: PendingTask, error: unknown): { readonly next: PendingTask; readonly waitMs: number } {
  const [line = ''] = messageOf(error).split('\n');
  const breakdowns = task.breakdowns + 1;
  const giveUp = { code: 'run_abandoned', reason: line.slice(0, MAX_REASON_CHARACTERS) } as const;
  const next = { ...task, breakdowns, lookUp: true, ...(breakdowns < MAX_BREAKDOWNS ? {} : { giveUp }) };
  return { next, waitMs: Math.min(1000 * 2 ** task.breakdowns, LONGEST_WAIT_MS) };
}
