import type { JsonObject, JsonValue } from '../../json.ts';
import { parseDuration } from '../../pipeline/duration.ts';
import { didYouMean } from '../../pipeline/near-match.ts';
import { parseSchedule } from '../schedule/parse-schedule.ts';
import type { Schedule, ScheduleFault } from '../schedule/schedule.ts';
import { findSkippedTime } from '../schedule/skipped-times.ts';
import { readTimeZone, TimeZone } from '../schedule/time-zone.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';
import { type Report, reportUnknownFields, shorten } from '../trigger-report.ts';
import type { CatchUp } from './due-occurrences.ts';
import type { TimerSchedule } from './timer-schedule.ts';

/** What happens to an occurrence while the run before it has not ended. */
export type Overlap = 'allow' | 'skip' | 'queue';

/** A schedule, and what is done about occurrences that were missed or come too soon. */
export interface TimerSource extends TimerSchedule {
  readonly type: 'timer';
  readonly catchUp: CatchUp;
  /** How many occurrences have runs at once; of more, the newest. */
  readonly maxCatchUp: number;
  readonly overlap: Overlap;
  /** How many occurrences wait, with `overlap: queue`. */
  readonly maxQueued: number;
  /** The schedule counts as silent from so long after an occurrence that nobody dealt with. */
  readonly silentAfterMs?: number;
}

const FIELDS = ['schedule', 'time_zone', 'catch_up', 'max_catch_up', 'overlap', 'max_queued', 'silent_after'];
const CATCH_UP: readonly CatchUp[] = ['skip', 'latest', 'all'];
const OVERLAP: readonly Overlap[] = ['allow', 'skip', 'queue'];
const DEFAULT_MAX_CATCH_UP = 100;
const DEFAULT_MAX_QUEUED = 10;
/** One tick starts them all, in the time a function has. */
const MAX_AT_ONCE = 1_000;
const MIN_SILENT_AFTER_MS = 60_000;
const SECOND_MS = 1_000;

export const timerKind: SourceKind<TimerSource> = { type: 'timer', read: readTimerSource, hasOwnKey: true };

function readTimerSource(config: JsonObject, report: Report, context: SourceContext): TimerSource | undefined {
  reportUnknownFields(config, FIELDS, report);
  const timeZone = readZone(config['time_zone'], report);
  const schedule = readSchedule(config['schedule'], report, context);
  const catchUp = readChoice('catch_up', config, CATCH_UP, 'latest', report);
  const overlap = readChoice('overlap', config, OVERLAP, 'allow', report);
  const maxCatchUp = readCount('max_catch_up', config, DEFAULT_MAX_CATCH_UP, report);
  const maxQueued = readCount('max_queued', config, DEFAULT_MAX_QUEUED, report);
  const silentAfterMs = readSilentAfter(config['silent_after'], report);
  if (!schedule || !timeZone || !catchUp || !overlap || !maxCatchUp || !maxQueued || silentAfterMs === 'invalid')
    return undefined;
  warnOfSkippedTime(schedule, timeZone, report, context);
  const more = silentAfterMs === undefined ? {} : { silentAfterMs };
  return { type: 'timer', schedule, timeZone, catchUp, maxCatchUp, overlap, maxQueued, ...more };
}

/** A fault of a text, at its place. */
function into(field: string, report: Report, severity: 'error' | 'warning' = 'error') {
  return ({ code, offset, message, remedy }: ScheduleFault) => report({ severity, code, path: [field], offset, message, remedy });
}

function readSchedule(value: JsonValue | undefined, report: Report, { settings }: SourceContext): Schedule | undefined {
  if (value === undefined) {
    const message = "'schedule' is missing.";
    report({ code: 'field_missing', path: [], message, remedy: 'Write \'schedule: "0 30 8 * * MON-FRI"\'.' });
    return undefined;
  }
  if (typeof value !== 'string') {
    const message = "'schedule' must be text.";
    report({
      code: 'field_type',
      path: ['schedule'],
      message,
      remedy: 'Write it in quotes: "0 30 8 * * MON-FRI" or "00:15:00".',
    });
    return undefined;
  }
  const schedule = parseSchedule(value, settings, into('schedule', report));
  if (schedule === undefined || 'cron' in schedule || schedule.intervalMs % SECOND_MS === 0) return schedule;
  const message = 'The interval has fractions of a second, and a trigger fires at full seconds.';
  report({ code: 'timespan_invalid', path: ['schedule'], message, remedy: "Write whole seconds: '00:00:10'." });
  return undefined;
}

function readZone(value: JsonValue | undefined, report: Report): TimeZone | undefined {
  if (value === undefined) return TimeZone.UTC;
  if (typeof value === 'string') return readTimeZone(value, into('time_zone', report));
  const remedy = "Write a name of the IANA database, such as 'Europe/Berlin'.";
  report({ code: 'field_type', path: ['time_zone'], message: "'time_zone' must be text.", remedy });
  return undefined;
}

function readChoice<Choice extends string>(
  field: string,
  config: JsonObject,
  choices: readonly Choice[],
  otherwise: Choice,
  report: Report,
): Choice | undefined {
  const value = config[field];
  if (value === undefined) return otherwise;
  const choice = choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  const known = `Write ${choices.join(', ').replace(/, (?=[^,]*$)/, ' or ')}.`;
  const remedy = typeof value === 'string' ? (didYouMean(value, choices) ?? known) : known;
  const message = typeof value === 'string' ? `'${field}' has no value '${shorten(value)}'.` : `'${field}' must be text.`;
  report({ code: 'value_invalid', path: [field], message, remedy });
  return undefined;
}

function readCount(field: string, config: JsonObject, otherwise: number, report: Report): number | undefined {
  const value = config[field] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_AT_ONCE) return value;
  const message = `'${field}' must be a whole number from 1 to ${MAX_AT_ONCE}.`;
  report({ code: 'integer_range', path: [field], message, remedy: `Write '${field}: ${otherwise}', or leave it out.` });
  return undefined;
}

function readSilentAfter(value: JsonValue | undefined, report: Report): number | undefined | 'invalid' {
  if (value === undefined) return undefined;
  const duration = parseDuration(value);
  if (duration !== undefined && duration >= MIN_SILENT_AFTER_MS) return duration;
  report({
    code: duration === undefined ? 'duration_invalid' : 'duration_range',
    path: ['silent_after'],
    message: "'silent_after' must be a duration of a minute at least.",
    remedy: "Write '30m' or '26h', or leave it out: then two missed occurrences make a schedule silent.",
  });
  return 'invalid';
}

function warnOfSkippedTime(schedule: Schedule, timeZone: TimeZone, report: Report, { now }: SourceContext): void {
  const fault = findSkippedTime(schedule, timeZone, now);
  if (fault !== undefined) into('schedule', report, 'warning')(fault);
}
