import type { TypedData } from './typed-data.ts';

/** When a timer ran and will run; Unix milliseconds. `last` is undefined before its first run. */
export interface TimerStatus {
  readonly last: number | undefined;
  readonly next: number;
  readonly lastUpdated: number;
}

/** .NET's `DateTime.MinValue`, which the real host sends for "never". */
const NEVER = '0001-01-01T00:00:00';

/** The timer trigger's data; `status` is undefined for a timer that is not monitored. */
export function timerData(status: TimerStatus | undefined, isPastDue: boolean): TypedData {
  const scheduleStatus =
    status === undefined
      ? null
      : {
          Last: status.last === undefined ? NEVER : localIso(status.last),
          Next: localIso(status.next),
          LastUpdated: localIso(status.lastUpdated),
        };
  return { json: JSON.stringify({ Schedule: { AdjustForDST: true }, ScheduleStatus: scheduleStatus, IsPastDue: isPastDue }) };
}

/** Local time with its offset: `2026-11-21T12:00:00+00:00`. */
function localIso(time: number): string {
  const offsetMinutes = -new Date(time).getTimezoneOffset();
  const wall = new Date(time + offsetMinutes * 60_000).toISOString().replace(/\.000Z$|Z$/, '');
  const sign = offsetMinutes < 0 ? '-' : '+';
  const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
  return `${wall}${sign}${two(offsetMinutes / 60)}:${two(offsetMinutes % 60)}`;
}
