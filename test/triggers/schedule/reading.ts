import { parseSchedule } from '../../../src/triggers/schedule/parse-schedule.ts';
import type { Schedule, ScheduleFault } from '../../../src/triggers/schedule/schedule.ts';
import type { Settings } from '../../../src/triggers/schedule/schedule-text.ts';
import { readTimeZone, type TimeZone } from '../../../src/triggers/schedule/time-zone.ts';

/** A schedule and everything that is reported of its text. */
export function reading(text: string, settings: Settings = {}): { schedule: Schedule | undefined; faults: ScheduleFault[] } {
  const faults: ScheduleFault[] = [];
  const schedule = parseSchedule(text, settings, (fault) => faults.push(fault));
  return { schedule, faults };
}

export function scheduleOf(text: string): Schedule {
  const { schedule, faults } = reading(text);
  if (schedule === undefined) throw new Error(`${text} is no schedule: ${JSON.stringify(faults)}`);
  return schedule;
}

export function zoneOf(name: string): TimeZone {
  const zone = readTimeZone(name, () => undefined);
  if (zone === undefined) throw new Error(`${name} is no time zone`);
  return zone;
}

/** `2027-03-28 03:30 +02:00`, with seconds where there are any. */
export function localText(time: number, zone: TimeZone): string {
  const offset = zone.offsetAt(time);
  const wall = new Date(time + offset).toISOString().slice(0, 19).replace('T', ' ').replace(/:00$/, '');
  const ahead = new Date(Math.abs(offset)).toISOString().slice(11, 16);
  return `${wall} ${offset < 0 ? '-' : '+'}${ahead}`;
}
