import { nextOccurrences, skippedWallTime } from './occurrences.ts';
import type { Schedule, ScheduleFault } from './schedule.ts';
import type { TimeZone } from './time-zone.ts';
import { nextWallTime } from './wall-time.ts';

const YEAR_MS = 366 * 86_400_000;
const SHOWN = 2;

/**
 * The warning due to a schedule that has a time within the next year which the clocks of its zone skip, so that it fires at another
 * one. A schedule that fires at that other time anyway needs none.
 */
export function findSkippedTime(schedule: Schedule, timeZone: TimeZone, from: number): ScheduleFault | undefined {
  if (!('cron' in schedule)) return undefined;
  const { cron } = schedule;
  const end = from + YEAR_MS;
  for (let span = timeZone.spanAround(from); span.end < end; span = timeZone.spanAround(span.end)) {
    const wall = skippedWallTime(cron, span);
    if (wall === undefined || wall - span.offsetBefore <= from) continue;
    const instant = wall - span.offsetBefore;
    const firedWall = instant + span.offset;
    if (nextWallTime(cron, firedWall) === firedWall) continue;
    const next = nextOccurrences(schedule, { from: instant, count: SHOWN, timeZone });
    const runs = next.map((time) => wallText(time + timeZone.offsetAt(time))).join(', ');
    const [day, time] = wallText(wall).split(' ');
    return {
      code: 'schedule_time_skipped',
      offset: 0,
      message: `The clocks of ${timeZone.name} skip ${time} on ${day}: the schedule fires at ${wallText(firedWall)} instead, then at ${runs}.`,
      remedy: 'Choose a time that no clock skips, or leave it if firing later on that day does no harm.',
    };
  }
  return undefined;
}

/** `2027-03-28 02:30:00` */
function wallText(wall: number): string {
  return new Date(wall).toISOString().slice(0, 19).replace('T', ' ');
}
