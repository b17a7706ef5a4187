/** Times as texts and numbers. What the time is comes from the caller: an expression must come out the same on every replay. */

export function isoTime(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?(?:Z|[-+]\d\d:?\d\d)?$/;

/** Unix milliseconds of an ISO 8601 text, in UTC unless it names a zone; NaN if it is none. */
export function parseTime(text: string): number {
  if (!ISO_TIME.test(text)) return Number.NaN;
  return Date.parse(/(?:Z|[-+]\d\d:?\d\d)$|^.{10}$/.test(text) ? text : `${text}Z`);
}
