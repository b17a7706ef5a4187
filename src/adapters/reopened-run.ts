import type { Reopening, RunRecord } from '../ports/run-store.ts';

/** The record of a run that is opened again: what it ended with is no longer part of it. */
export function reopened(run: RunRecord, { retriedAt, planHash }: Reopening): RunRecord {
  const { finishedAt: _finishedAt, output: _output, error: _error, ...kept } = run;
  return { ...kept, planHash, status: 'accepted', retry: (run.retry ?? 0) + 1, retriedAt };
}
