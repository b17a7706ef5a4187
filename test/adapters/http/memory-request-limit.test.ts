import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MemoryRequestLimit } from '../../../src/adapters/http/memory-request-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

async function takeTimes(limit: MemoryRequestLimit, client: string, times: number): Promise<(number | undefined)[]> {
  const answers: (number | undefined)[] = [];
  for (let turn = 0; turn < times; turn += 1) answers.push(await limit.take(client));
  return answers;
}

describe('a limit of 1,000 requests a minute', () => {
  it('serves a thousand, and tells the next one when to come again', async () => {
    const limit = new MemoryRequestLimit(1_000, 60);

    const first = await takeTimes(limit, 'partner', 1_000);
    vi.advanceTimersByTime(20_000);
    const next = await limit.take('partner');

    expect(first.every((wait) => wait === undefined)).toBe(true);
    expect(next).toBe(40_000);
  });

  it('serves again once the minute is over', async () => {
    const limit = new MemoryRequestLimit(2, 60);
    await takeTimes(limit, 'partner', 3);

    vi.advanceTimersByTime(60_000);

    expect(await takeTimes(limit, 'partner', 3)).toEqual([undefined, undefined, 60_000]);
  });

  it('counts each client for itself', async () => {
    const limit = new MemoryRequestLimit(1, 60);
    await takeTimes(limit, 'one', 2);

    expect(await limit.take('other')).toBeUndefined();
  });

  it('keeps nothing of a client whose time is over', async () => {
    const limit = new MemoryRequestLimit(1, 60);
    await limit.take('partner');
    const kept = vi.getTimerCount();

    vi.advanceTimersByTime(60_000);

    expect([kept, vi.getTimerCount()]).toEqual([1, 0]);
  });
});
