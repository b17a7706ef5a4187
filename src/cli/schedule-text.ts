import { isoTime } from '../expression/time.ts';
import type { TimeZone } from '../triggers/schedule/time-zone.ts';
import type { TimerSource } from '../triggers/timer/source.ts';
import { occurrencesAfter } from '../triggers/timer/timer-schedule.ts';
import type { Trigger } from '../triggers/trigger.ts';
import { formatTable, printable } from './terminal.ts';

/** Times of a schedule, a line each: by the clocks of its zone, and in UTC. */
export function timesTable(times: readonly number[], timeZone: TimeZone): string {
  const rows = times.map((time) => [localText(time, timeZone), isoTime(time).replace('.000Z', 'Z')]);
  return formatTable([timeZone.name, 'UTC'], rows);
}

/** When timer triggers fire next, below the name of each. */
export function nextTimesText(
  triggers: readonly Trigger<TimerSource>[],
  options: { readonly from: number; readonly count: number },
): string {
  return triggers
    .map(({ name, source }) => {
      const times = occurrencesAfter(source, { after: options.from, count: options.count });
      return `The timer ${printable(name)} fires next at\n\n${timesTable(times, source.timeZone)}\n`;
    })
    .join('');
}

/** `Sun 2027-03-28 03:30:00 +02:00` */
function localText(time: number, timeZone: TimeZone): string {
  const [, day, clock, offset] = /^(.+)T(.+)([+-]\d\d:\d\d)$/.exec(timeZone.isoTime(time)) ?? [];
  const weekday = new Date(time + timeZone.offsetAt(time)).toUTCString().slice(0, 3);
  return `${weekday} ${day} ${clock} ${offset}`;
}
