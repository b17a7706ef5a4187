import { didYouMean } from '../../pipeline/near-match.ts';

/** One of the six fields of an NCRONTAB expression. */
export interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The names of its values, from `min` on. */
  readonly names: readonly string[];
}

/** What a field or a part of one is read as, or why it is not; `at` is a character of the text that was given. */
export type FieldReading<T> = { readonly value: T } | { readonly fault: FieldFault };

interface FieldFault {
  readonly code: string;
  readonly at: number;
  readonly end: number;
  /** Follows the text that it is about. */
  readonly problem: string;
  readonly remedy: string;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

export const CRON_FIELDS = [
  { name: 'second', min: 0, max: 59, names: [] },
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day-of-week', min: 0, max: 6, names: WEEKDAYS },
] as const satisfies readonly CronField[];

/**
 * Reads one element of a field's list: `*`, a value, a range `1-5`, each with a step `/2` or without. `5/20` begins at 5 and goes on
 * to the end of the field. `start` is where the element stands.
 *
 * The host would take a reversed range for the opposite one and step 0 for step 1; nobody means that, so both are faults.
 */
export function readElement(text: string, start: number, field: CronField): FieldReading<readonly number[]> {
  const [body = '', ...steps] = text.split('/');
  const step = steps.length === 0 ? { value: 1 } : readStep(steps.join('/'), start + body.length + 1, field);
  if ('fault' in step) return step;
  const range = readRange(body, start, steps.length > 0, field);
  if ('fault' in range) return range;
  const [low, high] = range.value;
  return { value: Array.from({ length: Math.floor((high - low) / step.value) + 1 }, (_, index) => low + index * step.value) };
}

function readStep(text: string, at: number, { name, min, max }: CronField): FieldReading<number> {
  if (/^\d{1,9}$/.test(text) && Number(text) > 0) return { value: Number(text) };
  const isZero = /^0+$/.test(text);
  const problem = `after '/' is no step${isZero ? `: the host would take it for 1, every ${name}` : ''}.`;
  const remedy = `A step is a whole number above 0: '*/5' is every fifth ${name} from ${min} to ${max}.`;
  return { fault: { code: 'cron_step', at, end: at + text.length, problem, remedy } };
}

function readRange(body: string, at: number, isOpen: boolean, field: CronField): FieldReading<readonly [number, number]> {
  if (body === '*') return { value: [field.min, field.max] };
  const dash = body.indexOf('-');
  if (dash <= 0) {
    const low = readValue(body, at, field);
    return 'fault' in low ? low : { value: [low.value, isOpen ? field.max : low.value] };
  }
  const low = readValue(body.slice(0, dash), at, field);
  if ('fault' in low) return low;
  const high = readValue(body.slice(dash + 1), at + dash + 1, field);
  if ('fault' in high) return high;
  if (low.value <= high.value) return { value: [low.value, high.value] };
  const problem = `runs backwards: the host would swap it to ${high.value}-${low.value}.`;
  const remedy = `To go round the end of the field, write '${low.value}-${field.max},${field.min}-${high.value}'.`;
  return { fault: { code: 'cron_range_reversed', at, end: at + body.length, problem, remedy } };
}

function readValue(text: string, at: number, field: CronField): FieldReading<number> {
  const fault = (code: string, problem: string, remedy: string) => ({
    fault: { code, at, end: at + text.length, problem, remedy },
  });
  const range = `${field.name} ${field.min}–${field.max}`;
  if (/^\d+$/.test(text)) {
    const value = Number(text);
    if (value >= field.min && value <= field.max) return { value };
    const remedy = field.max === 6 && value === 7 ? 'Sunday is 0 or SUN.' : `Write a number from ${field.min} to ${field.max}.`;
    return fault('cron_range', `is out of range: ${range}.`, remedy);
  }
  if (!/^[a-z]+$/i.test(text)) {
    const remedy = `Write ${field.name}s as '*', '5', '1-5', '*/5' or a list of those with commas and without spaces.`;
    return fault('cron_syntax', text === '' ? 'is empty.' : `is no value: ${range}.`, remedy);
  }
  return readName(text, field, fault);
}

/** A month or day of the week may be cut short, as long as it is clear which one is meant. */
function readName(
  text: string,
  { name, min, max, names }: CronField,
  fault: (code: string, problem: string, remedy: string) => FieldReading<number>,
): FieldReading<number> {
  if (names.length === 0) {
    return fault('cron_name', `is a name, and the ${name} has none.`, `Write a number from ${min} to ${max}.`);
  }
  const meant = names.filter((candidate) => candidate.toLowerCase().startsWith(text.toLowerCase()));
  const [first = '', ...others] = meant;
  if (first !== '' && others.length === 0) return { value: names.indexOf(first) + min };
  const short = names.map((candidate) => candidate.slice(0, 3).toUpperCase());
  if (first === '')
    return fault('cron_name', `is no name of a ${name}.`, didYouMean(text, short) ?? `Write ${short.join(', ')}.`);
  return fault('cron_name', `may be ${meant.join(' or ')}: the host would take ${first}.`, 'Write three letters.');
}
