import type { ReportFault } from './schedule.ts';
import type { ScheduleText } from './schedule-text.ts';

/** `[d.]hh:mm[:ss[.f]]` or `d:hh:mm:ss`: what .NET reads as a time span, besides a number of days. */
const CLOCK = /^(?:(\d+)\.)?(\d+):(\d+)(?::(\d+))?(?::(\d+))?(?:\.(\d{1,7}))?$/;
const DAYS = /^\d+$/;
const SECOND_MS = 1_000;
/** What .NET can hold. */
const MAX_DAYS = 10_675_199;
const REMEDY = "Write 'hh:mm:ss' or 'd.hh:mm:ss': '00:15:00' is every quarter of an hour.";

interface Span {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly fractionMs: number;
  /** Its first number is days, although it does not look like that. */
  readonly isSuspect: boolean;
}

/** Whether a text is meant as an interval rather than as fields. */
export function isTimeSpan(text: string): boolean {
  const unsigned = text.trim().replace(/^-/, '');
  return CLOCK.test(unsigned) || DAYS.test(unsigned);
}

/**
 * Milliseconds of an interval, read as .NET does. What .NET takes for days although it looks like hours (`24:00:00`) or like
 * nothing in particular (`5`) is refused.
 */
export function readTimeSpan(source: ScheduleText, report: ReportFault): number | undefined {
  const text = source.resolved.trim();
  const offset = source.offsetOf(source.resolved.indexOf(text));
  const interval = `The interval ${source.quote(0, source.resolved.length)}`;
  const isNegative = text.startsWith('-');
  const span = spanOf(isNegative ? text.slice(1) : text);
  if (span === undefined) {
    const message = `${interval} is out of range: hours 0–23, minutes and seconds 0–59.`;
    report({ code: 'timespan_invalid', offset, message, remedy: REMEDY });
    return undefined;
  }
  const milliseconds = millisecondsOf(span);
  if (isNegative || milliseconds === 0) {
    report({ code: 'timespan_invalid', offset, message: `${interval} is not above zero.`, remedy: REMEDY });
    return undefined;
  }
  if (!span.isSuspect) return milliseconds;
  const remedy = source.isLiteral ? suspectRemedy(span) : "Write days as 'd.hh:mm:ss', and hours above 23 too.";
  report({ code: 'timespan_suspect', offset, message: `${interval} is read as ${daysText(span)}.`, remedy });
  return undefined;
}

function spanOf(text: string): Span | undefined {
  if (DAYS.test(text)) return checked({ days: Number(text), hours: 0, minutes: 0, seconds: 0, fractionMs: 0, isSuspect: true });
  const [, days, ...rest] = CLOCK.exec(text) ?? [];
  const numbers = rest.slice(0, 4).flatMap((part) => (part === undefined ? [] : [Number(part)]));
  // Of three numbers, the first is days for .NET if it cannot be hours.
  const isSuspect = days === undefined && numbers.length === 3 && Number(numbers[0]) > 23;
  const hasDays = isSuspect || numbers.length === 4;
  if (days !== undefined && hasDays) return undefined;
  const [first = 0, hours = 0, minutes = 0, seconds = 0] = hasDays ? numbers : [Number(days ?? 0), ...numbers];
  const fractionMs = Math.floor(Number(`0.${rest[4] ?? 0}`) * SECOND_MS);
  return checked({ days: first, hours, minutes, seconds, fractionMs, isSuspect });
}

function checked(span: Span): Span | undefined {
  const { days, hours, minutes, seconds } = span;
  return days <= MAX_DAYS && hours <= 23 && minutes <= 59 && seconds <= 59 ? span : undefined;
}

function millisecondsOf({ days, hours, minutes, seconds, fractionMs }: Span): number {
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * SECOND_MS + fractionMs;
}

/** As days, and as the hours that were probably meant: the numbers are the same, one place further. */
function suspectRemedy(span: Span): string {
  const { days, hours, minutes } = span;
  const meant = { ...span, days: Math.floor(days / 24), hours: days % 24, minutes: hours, seconds: minutes };
  return `Write '${spanText(span)}' for days, or '${spanText(meant)}' for hours.`;
}

function spanText({ days, hours, minutes, seconds }: Span): string {
  const clock = [hours, minutes, seconds].map((value) => String(value).padStart(2, '0')).join(':');
  return days === 0 ? clock : `${days}.${clock}`;
}

function daysText({ days, ...rest }: Span): string {
  const clock = spanText({ ...rest, days: 0 });
  return `${days === 1 ? 'one day' : `${days} days`}${clock === '00:00:00' ? '' : ` and ${clock}`}`;
}
