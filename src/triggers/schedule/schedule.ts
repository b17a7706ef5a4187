/**
 * The values each field of an NCRONTAB expression allows, ascending. A time fits if all six fit: days of the month **and** days of
 * the week, unlike in Unix cron, where either is enough.
 */
export interface Cron {
  readonly seconds: readonly number[];
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** From 1. */
  readonly months: readonly number[];
  /** From 0, Sunday. */
  readonly weekdays: readonly number[];
}

/** When a timer fires: at times of the calendar, or again and again after the same interval, in milliseconds. */
export type Schedule = { readonly cron: Cron } | { readonly intervalMs: number };

/** Why a text is no schedule, or none that anybody would want. */
export interface ScheduleFault {
  readonly code: string;
  /** Character of the text, from 0. */
  readonly offset: number;
  readonly message: string;
  readonly remedy: string;
}

export type ReportFault = (fault: ScheduleFault) => void;
