import { didYouMean } from '../../pipeline/near-match.ts';
import { shorten } from '../trigger-report.ts';
import type { ReportFault } from './schedule.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/;
/** The three-letter names of the IANA database; the platform takes others too, such as IST, which has three meanings. */
const SHORT_NAMES: ReadonlySet<string> = new Set('CET EET EST GMT HST MET MST PRC ROC ROK UCT UTC WET'.split(' '));

/** A stretch of time, at most two days long, in which a zone's clocks are not changed. */
export interface ZoneSpan {
  /** Unix milliseconds, included. The clocks were changed then if the offsets differ. */
  readonly start: number;
  /** Unix milliseconds, excluded. */
  readonly end: number;
  /** Milliseconds that wall time is ahead of UTC, and was before. */
  readonly offset: number;
  readonly offsetBefore: number;
  /** Whether the clocks are changed at its end. */
  readonly endsWithChange: boolean;
}

/** A zone of the IANA database, by what the platform knows of its clocks. */
export class TimeZone {
  static readonly UTC = new TimeZone('UTC');
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError if the platform does not know the name; see `readTimeZone` */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  }

  /** Milliseconds that wall time is ahead of UTC. */
  offsetAt(instant: number): number {
    const [, sign, hours, minutes, seconds = 0] = OFFSET.exec(this.#format.format(instant)) ?? [];
    if (sign === undefined) return 0;
    const total = (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * SECOND_MS;
    return sign === '-' ? -total : total;
  }

  /** What a clock on the wall shows, and how far it is ahead of UTC: `2027-03-28T03:30:00+02:00`. */
  isoTime(instant: number): string {
    const offset = this.offsetAt(instant);
    const wall = new Date(instant + offset).toISOString().replace(/(?:\.000)?Z$/, '');
    const ahead = new Date(Math.abs(offset)).toISOString().slice(11, 16);
    return `${wall}${offset < 0 ? '-' : '+'}${ahead}`;
  }

  /** What is the same for up to a day before an instant and a day after it. */
  spanAround(instant: number): ZoneSpan {
    const offset = this.offsetAt(instant);
    const offsetBefore = this.offsetAt(instant - DAY_MS);
    const endsWithChange = this.offsetAt(instant + DAY_MS) !== offset;
    return {
      start: offsetBefore === offset ? instant - DAY_MS : this.#changeBetween(instant - DAY_MS, instant),
      end: endsWithChange ? this.#changeBetween(instant, instant + DAY_MS) : instant + DAY_MS,
      offset,
      offsetBefore,
      endsWithChange,
    };
  }

  /** The instant after `early`, up to `late`, at which the clocks are changed; they are, and on a full second. */
  #changeBetween(early: number, late: number): number {
    const offset = this.offsetAt(early);
    let [low, high] = [Math.floor(early / SECOND_MS), Math.floor(late / SECOND_MS)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle * SECOND_MS) === offset) low = middle;
      else high = middle;
    }
    return high * SECOND_MS;
  }
}

/** A zone by its name in the IANA database, such as `Europe/Berlin`. Abbreviations and offsets are refused. */
export function readTimeZone(name: string, report: ReportFault): TimeZone | undefined {
  const isAbbreviation = name.length === 3 && !SHORT_NAMES.has(name.toUpperCase());
  if (NAME.test(name) && !isAbbreviation) {
    try {
      return new TimeZone(name);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
  const example = "Write a name of the IANA database, such as 'Europe/Berlin', 'America/New_York' or 'UTC'.";
  const remedy = didYouMean(name, Intl.supportedValuesOf('timeZone')) ?? example;
  report({ code: 'time_zone_unknown', offset: 0, message: `The time zone '${shorten(name)}' is not known.`, remedy });
  return undefined;
}
