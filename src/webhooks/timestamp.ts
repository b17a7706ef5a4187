import { WebhookRefusal } from './errors.ts';

/** Unix seconds of our time would be years ahead if they were milliseconds. */
const MILLISECONDS_FROM = 100_000_000_000;

/** @throws WebhookRefusal `timestamp_missing`, `timestamp_malformed` */
export function checkTimestamp(timestamp: string | undefined, place: string): string {
  if (timestamp === undefined) {
    throw new WebhookRefusal('timestamp_missing', `${place} is missing: send the time in Unix seconds.`);
  }
  if (!/^\d{1,15}$/.test(timestamp)) {
    throw new WebhookRefusal('timestamp_malformed', `${place} is no time: send Unix seconds, in digits alone.`);
  }
  return timestamp;
}

/**
 * Refuses what was signed too long ago to be fresh, or later than clocks can differ.
 * @param now Unix milliseconds
 * @throws WebhookRefusal `timestamp_stale`, `timestamp_future`
 */
export function checkFreshness(timestamp: string, now: number, toleranceSeconds: number): void {
  const age = Math.floor(now / 1000) - Number(timestamp);
  if (Math.abs(age) <= toleranceSeconds) return;
  if (age > 0) {
    const remedy = 'deliver it sooner, sign every attempt anew, and compare the clocks';
    throw new WebhookRefusal('timestamp_stale', `The timestamp is ${age} s old, ${toleranceSeconds} s are allowed: ${remedy}.`);
  }
  const remedy = Number(timestamp) >= MILLISECONDS_FROM ? 'it seems to be in milliseconds, send seconds' : 'compare the clocks';
  throw new WebhookRefusal('timestamp_future', `The timestamp is ${-age} s ahead, ${toleranceSeconds} s are allowed: ${remedy}.`);
}
