import { readCron } from './cron.ts';
import { dialectRemedy, readNickname } from './cron-dialect.ts';
import type { ReportFault, Schedule } from './schedule.ts';
import { ScheduleText, type Settings } from './schedule-text.ts';
import { isTimeSpan, readTimeSpan } from './time-span.ts';

/** No schedule that a person wrote is longer. */
const MAX_LENGTH = 1_000;

/**
 * Reads a schedule as the Functions host does: NCRONTAB with six fields (or five, second 0), an interval `d.hh:mm:ss`, and
 * `%NAME%` for the value of a setting. Every fault is reported with its place; what the host would accept and take for something
 * else than it looks like is a fault too.
 */
export function parseSchedule(text: string, settings: Settings, report: ReportFault): Schedule | undefined {
  const source = isTooLong(text, report) ? undefined : ScheduleText.resolve(text, settings, report);
  if (source === undefined || isTooLong(source.resolved, report)) return undefined;
  const { resolved } = source;
  const nickname = readNickname(resolved.trim());
  if (nickname !== undefined) {
    const message = `The schedule ${source.quote(0, resolved.length)} ${nickname.problem}`;
    const remedy = dialectRemedy(nickname, source.isLiteral);
    report({ code: 'cron_dialect', offset: source.offsetOf(resolved.indexOf('@')), message, remedy });
    return undefined;
  }
  if (isTimeSpan(resolved)) {
    const intervalMs = readTimeSpan(source, report);
    return intervalMs === undefined ? undefined : { intervalMs };
  }
  const cron = readCron(source, report);
  return cron === undefined ? undefined : { cron };
}

function isTooLong(text: string, report: ReportFault): boolean {
  if (text.length <= MAX_LENGTH) return false;
  const message = `The schedule has ${text.length} characters, and may have ${MAX_LENGTH}.`;
  report({ code: 'schedule_too_long', offset: 0, message, remedy: 'Write ranges and steps in place of long lists.' });
  return true;
}
