/** A schedule is not one the real host could run; the message says which field and why. */
export class NcrontabError extends Error {
  readonly code = 'ncrontab_invalid';

  constructor(expression: string, reason: string) {
    super(
      `The schedule "${expression}" is not valid: ${reason}. Expected: {second} {minute} {hour} {day} {month} {day of week}, as in "0 */5 * * * *".`,
    );
    this.name = 'NcrontabError';
  }
}

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** First three letters of the names of the values, from `min` on. */
  readonly names?: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const SECOND: Field = { name: 'second', min: 0, max: 59 };
const MINUTE: Field = { name: 'minute', min: 0, max: 59 };
const HOUR: Field = { name: 'hour', min: 0, max: 23 };
const DAY: Field = { name: 'day', min: 1, max: 31 };
const MONTH: Field = { name: 'month', min: 1, max: 12, names: MONTHS };
const WEEKDAY: Field = { name: 'day of week', min: 0, max: 6, names: WEEKDAYS };

type Values = ReadonlySet<number>;

/** A parsed NCRONTAB expression: the values each field may take. A day must fit day, month **and** day of week. */
export interface Ncrontab {
  readonly seconds: Values;
  readonly minutes: Values;
  readonly hours: Values;
  readonly days: Values;
  readonly months: Values;
  readonly weekdays: Values;
}

/**
 * Parses six fields, or five with second 0.
 *
 * @throws NcrontabError
 */
export function parseNcrontab(expression: string): Ncrontab {
  const texts = expression.trim().split(/\s+/);
  if (texts.length === 5) texts.unshift('0');
  if (texts.length !== 6) throw new NcrontabError(expression, `it has ${texts.length} fields instead of six (or five)`);
  const field = (index: number, kind: Field) => parseField(texts[index] ?? '', kind, expression);
  return {
    seconds: field(0, SECOND),
    minutes: field(1, MINUTE),
    hours: field(2, HOUR),
    days: field(3, DAY),
    months: field(4, MONTH),
    weekdays: field(5, WEEKDAY),
  };
}

/** No day of February recurs later than this: a given weekday on a 29th, across a century without leap day. */
const HORIZON_YEARS = 41;

/**
 * The next local wall-clock time after `wall`, both as milliseconds of a calendar without time zone (`Date.UTC`);
 * undefined if there is none.
 */
export function nextWallTime(schedule: Ncrontab, wall: number): number | undefined {
  const end = Date.UTC(new Date(wall).getUTCFullYear() + HORIZON_YEARS, 0);
  let at = new Date(Math.floor(wall / 1000) * 1000 + 1000);
  while (at.getTime() < end) {
    const [year, month, day] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
    const [hour, minute, second] = [at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()];
    if (!schedule.months.has(month + 1)) at = new Date(Date.UTC(year, month + 1));
    else if (!schedule.days.has(day) || !schedule.weekdays.has(at.getUTCDay())) at = new Date(Date.UTC(year, month, day + 1));
    else if (!schedule.hours.has(hour)) at = new Date(Date.UTC(year, month, day, hour + 1));
    else if (!schedule.minutes.has(minute)) at = new Date(Date.UTC(year, month, day, hour, minute + 1));
    else if (!schedule.seconds.has(second)) at = new Date(Date.UTC(year, month, day, hour, minute, second + 1));
    else return at.getTime();
  }
  return undefined;
}

function parseField(text: string, field: Field, expression: string): Values {
  return new Set(text.split(',').flatMap((part) => parsePart(part, field, expression)));
}

function parsePart(part: string, field: Field, expression: string): readonly number[] {
  const refuse = (reason: string) => new NcrontabError(expression, `${field.name} "${part}" ${reason}`);
  const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part);
  if (match === null) throw refuse('cannot be read');
  const [, star, from = '', to, stepText] = match;
  const value = (name: string): number => {
    const number = numberOf(name, field);
    if (number === undefined) throw refuse(`is not within ${field.min} to ${field.max}`);
    return number;
  };
  const step = Number(stepText ?? 1);
  if (step === 0) throw refuse('has the step 0');
  const first = star === undefined ? value(from) : field.min;
  const isOpen = star !== undefined || (to === undefined && stepText !== undefined);
  const last = isOpen ? field.max : value(to ?? from);
  // A range written backwards is turned round, as the real host does.
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, index) => low + index * step);
}

function numberOf(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = /^[a-z]{3,}$/i.test(text) ? names.indexOf(text.slice(0, 3).toLowerCase()) : -1;
  const number = named >= 0 ? named + min : Number(/^\d+$/.test(text) ? text : Number.NaN);
  return number >= min && number <= max ? number : undefined;
}
