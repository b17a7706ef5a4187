import { setImmediate as settled } from 'node:timers/promises';
import type { UserDelegationKey } from '@azure/storage-blob';
import { beforeEach, describe, expect, it } from 'vitest';
import { ageOf, DelegationKeys } from '../../../src/adapters/azure/delegation-keys.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

const MINUTE_MS = 60_000;

/** A request for a key, to be answered when the test wants it. */
interface Asked {
  readonly start: Date;
  readonly end: Date;
  readonly grant: () => void;
  readonly refuse: (error: Error) => void;
}

let clock: ManualClock;
let asked: Asked[];
let keys: DelegationKeys;

beforeEach(() => {
  clock = new ManualClock();
  asked = [];
  keys = new DelegationKeys(
    (start, end) =>
      new Promise((resolve, reject) => {
        asked.push({ start, end, grant: () => resolve(keyOf(start, end)), refuse: reject });
      }),
    clock,
  );
});

function keyOf(signedStartsOn: Date, signedExpiresOn: Date): UserDelegationKey {
  const value = `key ${signedExpiresOn.toISOString()}`;
  return {
    signedObjectId: 'app',
    signedTenantId: 'tenant',
    signedStartsOn,
    signedExpiresOn,
    signedService: 'b',
    signedVersion: 'v',
    value,
  };
}

/** The key for a link of five minutes. */
function take(): Promise<UserDelegationKey> {
  return keys.goodUntil(clock.now() + 5 * MINUTE_MS);
}

/** The first key, which ends in an hour. */
async function takeFirst(): Promise<UserDelegationKey> {
  const taken = take();
  asked.at(-1)?.grant();
  return taken;
}

describe('a delegation key', () => {
  it.each([
    [60, 5, 'fresh'],
    [31, 5, 'fresh'],
    [30, 5, 'due'],
    [5, 5, 'due'],
    [4, 5, 'spent'],
    [1, -5, 'due'],
    [0, -5, 'spent'],
  ])('that ends in %i minutes is, for a link of %i minutes, %s', (minutesLeft, linkMinutes, age) => {
    const now = clock.now();
    const key = { signedExpiresOn: new Date(now + minutesLeft * MINUTE_MS) };

    expect(ageOf(key, now, now + linkMinutes * MINUTE_MS)).toBe(age);
  });

  it('is asked for once by all who wait for the first one', async () => {
    const taken = Promise.all([take(), take(), take()]);
    asked[0]?.grant();

    expect(new Set(await taken).size).toBe(1);
    expect(asked).toHaveLength(1);
    expect([asked[0]?.start.toISOString(), asked[0]?.end.toISOString()]).toEqual([
      '2025-12-31T23:45:00.000Z',
      '2026-01-01T01:00:00.000Z',
    ]);
  });

  it('lasts as long as the link that it is asked for, also if one that ends sooner is under way', async () => {
    const until = clock.now() + 24 * 60 * MINUTE_MS - 1;

    const short = take();
    const long = keys.goodUntil(until);
    asked[0]?.grant();
    await short;
    await settled();
    asked[1]?.grant();

    expect((await long).signedExpiresOn.toISOString()).toBe('2026-01-02T00:00:00.000Z');
  });

  it('is used on while the next one is under way, which takes its place then', async () => {
    const first = await takeFirst();

    clock.advance(30 * MINUTE_MS);
    const meanwhile = await Promise.all([take(), take()]);
    asked[1]?.grant();
    await settled();
    const next = await take();

    expect(meanwhile).toEqual([first, first]);
    expect(next).not.toBe(first);
    expect(asked).toHaveLength(2);
  });

  it('is used on where the next one is refused, and asked for again', async () => {
    const first = await takeFirst();

    clock.advance(40 * MINUTE_MS);
    const meanwhile = await take();
    asked[1]?.refuse(new Error('away'));
    await settled();
    const later = await take();

    expect([meanwhile, later]).toEqual([first, first]);
    expect(asked).toHaveLength(3);
  });

  it('that has ended and is not renewed is told to whoever needs it', async () => {
    await takeFirst();

    clock.advance(56 * MINUTE_MS);
    const taken = take();
    asked[1]?.refuse(new Error('away'));

    await expect(taken).rejects.toThrow('away');
  });

  it('is asked for again after a failure', async () => {
    const failed = take();
    asked[0]?.refuse(new Error('away'));
    await failed.catch(() => undefined);

    const taken = take();
    asked[1]?.grant();

    await expect(taken).resolves.toMatchObject({ signedService: 'b' });
  });
});
