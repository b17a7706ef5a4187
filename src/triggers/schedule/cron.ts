import { dialectRemedy, readDialect } from './cron-dialect.ts';
import { CRON_FIELDS, type CronField, readElement } from './cron-field.ts';
import type { Cron, ReportFault } from './schedule.ts';
import type { ScheduleText } from './schedule-text.ts';

interface Token {
  readonly text: string;
  readonly start: number;
}

const EXAMPLE = "'0 30 8 * * MON-FRI'";
const ORDER = '{second} {minute} {hour} {day} {month} {day-of-week}';
/** The most days a month may have, from January. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads six fields, or five with second 0, and reports every fault of them. */
export function readCron(source: ScheduleText, report: ReportFault): Cron | undefined {
  const space = /[^\S ]/.exec(source.resolved);
  if (space !== null) {
    const message = 'A tab or line break stands in the schedule; the host takes only spaces between fields.';
    report({ code: 'cron_syntax', offset: source.offsetOf(space.index), message, remedy: `Write it on one line: ${EXAMPLE}.` });
    return undefined;
  }
  const written = splitFields(source.resolved);
  if (written.length !== 5 && written.length !== CRON_FIELDS.length) {
    reportFieldCount(source, written, report);
    return undefined;
  }
  // The second that is left out has no place of its own; nothing can be wrong with it.
  const tokens = written.length === 5 ? [{ text: '0', start: 0 }, ...written] : written;
  const texts = tokens.map(({ text }) => text);
  const read = CRON_FIELDS.map((field, index) => {
    const token = tokens[index] ?? { text: '', start: 0 };
    return new FieldReader(source, field, index, texts, report).read(token);
  });
  const [seconds, minutes, hours, days, months, weekdays] = read;
  if (!seconds || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const cron = { seconds, minutes, hours, days, months, weekdays };
  if (everFires(cron)) return cron;
  reportNeverFires(source, tokens, report);
  return undefined;
}

function splitFields(text: string): readonly Token[] {
  return [...text.matchAll(/[^ ]+/g)].map(({ 0: token, index }) => ({ text: token, start: index }));
}

function reportFieldCount(source: ScheduleText, tokens: readonly Token[], report: ReportFault): void {
  const extra = tokens[CRON_FIELDS.length]?.start;
  const fields = tokens.length === 1 ? '1 field' : `${tokens.length} fields`;
  report({
    code: 'cron_fields',
    offset: extra === undefined ? 0 : source.offsetOf(extra),
    message: `The schedule has ${fields}, and needs 6: ${ORDER}.`,
    remedy: `Write it like ${EXAMPLE}; with 5 fields the second is 0.`,
  });
}

/** That a day exists in a month is all it takes: the calendar brings every day of the week to each date, the 29th of February too. */
function everFires({ days: [first = 1], months }: Cron): boolean {
  return months.some((month) => first <= (MONTH_DAYS[month - 1] ?? 0));
}

function reportNeverFires(source: ScheduleText, [, , , day, month]: readonly Token[], report: ReportFault): void {
  if (day === undefined || month === undefined) return;
  const quote = ({ text, start }: Token) => source.quote(start, start + text.length);
  report({
    code: 'cron_never_fires',
    offset: source.offsetOf(day.start),
    message: `The schedule never fires: no month of ${quote(month)} has a day of ${quote(day)}.`,
    remedy: 'Choose a day that the month has.',
  });
}

class FieldReader {
  readonly #source: ScheduleText;
  readonly #field: CronField;
  readonly #index: number;
  readonly #fields: readonly string[];
  readonly #report: ReportFault;

  constructor(source: ScheduleText, field: CronField, index: number, fields: readonly string[], report: ReportFault) {
    this.#source = source;
    this.#field = field;
    this.#index = index;
    this.#fields = fields;
    this.#report = report;
  }

  /** The values of a field's list, ascending; undefined if any element of it is at fault. */
  read({ text, start }: Token): readonly number[] | undefined {
    let at = start;
    const values = new Set<number>();
    let failed = false;
    for (const element of text.split(',')) {
      const read = this.#readElement(element, at);
      failed ||= read === undefined;
      for (const value of read ?? []) values.add(value);
      at += element.length + 1;
    }
    return failed ? undefined : [...values].sort((a, b) => a - b);
  }

  #readElement(element: string, start: number): readonly number[] | undefined {
    const dialect = readDialect(element, this.#index, this.#fields);
    if (dialect !== undefined) {
      const remedy = dialectRemedy(dialect, this.#source.isLiteral);
      this.#tell({ code: 'cron_dialect', at: start, end: start + element.length, problem: dialect.problem, remedy });
      return undefined;
    }
    const reading = readElement(element, start, this.#field);
    if ('value' in reading) return reading.value;
    this.#tell(reading.fault);
    return undefined;
  }

  #tell(fault: { code: string; at: number; end: number; problem: string; remedy: string }): void {
    const { code, at, end, problem, remedy } = fault;
    const message = `The ${this.#field.name} ${this.#source.quote(at, end)} ${problem}`;
    this.#report({ code, offset: this.#source.offsetOf(at), message, remedy });
  }
}
