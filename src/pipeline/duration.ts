const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/g;

/**
 * Milliseconds of a duration: a number of seconds, or text such as `30s`, `1d12h` or `250ms`. The sign of a number is kept, so
 * that the caller can tell "out of range" from "not a duration", which is undefined.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isNaN(value) ? undefined : value * 1_000;
  if (typeof value !== 'string') return undefined;

  const text = value.trim();
  const negative = text.startsWith('-');
  const unsigned = negative ? text.slice(1) : text;
  if (/^\d+(?:\.\d+)?$/.test(unsigned)) return Number(text) * 1_000;
  if (!DURATION.test(unsigned)) return undefined;

  let total = 0;
  for (const [, amount, unit] of unsigned.matchAll(PART)) total += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  return negative ? -total : total;
}
