import { InvalidArgumentError, Option } from 'commander';
import { parseTime } from '../../expression/time.ts';
import { wholeNumber } from '../whole-number.ts';

export const DEFAULT_COUNT = 5;
const MAX_COUNT = 10_000;
const EARLIEST = Date.UTC(1970, 0);

/** `--from`: Unix milliseconds. */
export function fromOption(): Option {
  return new Option('--from <time>', 'list times after this one, in ISO 8601 (default: now)').argParser(readPastTime);
}

export function countOption(): Option {
  return new Option('--count <n>', 'how many').argParser(wholeNumber(1, MAX_COUNT)).default(DEFAULT_COUNT);
}

export function readPastTime(text: string): number {
  const time = parseTime(text);
  if (time >= EARLIEST) return time;
  throw new InvalidArgumentError('Write a time in ISO 8601 from 1970 on, such as 2026-11-21T12:00:00Z.');
}
