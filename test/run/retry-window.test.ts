import { describe, expect, it } from 'vitest';
import { isWhole } from '../../src/run/retry-window.ts';
import { createRun } from '../api/fixtures.ts';

const RETENTION_DAYS = 30;

/** When a run that took so long begins to be incomplete. */
function lastHour(acceptedAt: string, finishedAt: string): string | undefined {
  const run = createRun({ status: 'failed', acceptedAt, finishedAt });
  const end = Date.parse(finishedAt);
  const hours = Array.from({ length: 24 * RETENTION_DAYS + 1 }, (_, hour) => end + hour * 3_600_000);
  const last = hours.findLast((now) => isWhole(run, RETENTION_DAYS, now));
  return last === undefined ? undefined : new Date(last).toISOString();
}

describe('what an ended run has left', () => {
  it.each([
    ['an hour', '2026-01-01T00:00:00.000Z', '2026-01-01T01:00:00.000Z', '2026-01-30T21:00:00.000Z'],
    ['ten days', '2026-01-01T00:00:00.000Z', '2026-01-11T00:00:00.000Z', '2026-01-30T21:00:00.000Z'],
    ['half of the retention', '2026-01-01T00:00:00.000Z', '2026-01-16T00:00:00.000Z', '2026-01-30T21:00:00.000Z'],
    ['a year, being renewed', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z', '2027-01-15T21:00:00.000Z'],
  ])('is whole for so long after %s', (_, acceptedAt, finishedAt, expected) => {
    const last = lastHour(acceptedAt, finishedAt);

    expect(last).toBe(expected);
  });

  it('is whole while the run is at work', () => {
    const run = createRun({ acceptedAt: '2026-01-01T00:00:00.000Z' });

    const whole = isWhole(run, RETENTION_DAYS, Date.parse('2036-01-01T00:00:00Z'));

    expect(whole).toBe(true);
  });
});
