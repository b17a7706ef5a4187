import type { RunRecord } from '../ports/run-store.ts';

/** A run's place in the order of acceptance. The run id makes it total, so that pages neither repeat nor skip runs of one millisecond. */
export function runPosition(run: Pick<RunRecord, 'acceptedAt' | 'runId'>): string {
  return `${run.acceptedAt}|${run.runId}`;
}

/** A page's cursor is the position of its last run, made opaque. */
export function cursorAfter(run: Pick<RunRecord, 'acceptedAt' | 'runId'>): string {
  return Buffer.from(runPosition(run)).toString('base64url');
}

export function positionOf(cursor: string): string {
  return Buffer.from(cursor, 'base64url').toString();
}
