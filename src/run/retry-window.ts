import type { RunRecord } from '../ports/run-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Records are renewed by a sweep that looks at a run every hour. */
const SLACK_MS = 2 * 3_600_000;

/**
 * Whether all that an ended run's nodes left is still recorded at `now` (Unix milliseconds). Records are kept for the retention from
 * when they were written, and those of a run that takes long are renewed at half of it, so its first ones go before the run itself.
 */
export function isWhole({ acceptedAt, finishedAt }: RunRecord, retentionDays: number, now: number): boolean {
  if (finishedAt === undefined) return true;
  const retentionMs = retentionDays * DAY_MS;
  const end = Date.parse(finishedAt);
  const oldestMs = Math.min(end - Date.parse(acceptedAt), retentionMs / 2);
  return now < end + retentionMs - oldestMs - SLACK_MS;
}
