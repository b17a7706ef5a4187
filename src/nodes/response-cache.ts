import type { Clock } from '../ports/clock.ts';
import { RecentlyUsed } from '../recently-used.ts';
import type { AroundCall } from './wrapped-port.ts';

interface Answer {
  readonly value: unknown;
  readonly expiresAt: number;
}

/** Answers a call like one before from memory. Failures are not kept. */
export function cacheResponses(entries: number, ttlMs: number | undefined, clock: Clock): AroundCall {
  const answers = new RecentlyUsed<string, Answer>(entries);
  return async ({ method, args, proceed }) => {
    const key = keyOf(method, args);
    if (key === undefined) return proceed();
    const known = answers.get(key);
    if (known !== undefined && known.expiresAt > clock.now()) return known.value;
    const value = await proceed();
    answers.set(key, { value, expiresAt: clock.now() + (ttlMs ?? Number.POSITIVE_INFINITY) });
    return value;
  };
}

/** Undefined if the arguments are not plain data. Signals do not count: they say how long to wait, not what for. */
function keyOf(method: string, args: readonly unknown[]): string | undefined {
  try {
    return JSON.stringify([method, args], (_, value: unknown) => (value instanceof AbortSignal ? undefined : sorted(value)));
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value === 'function') throw new TypeError('A function has no text to compare.');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
