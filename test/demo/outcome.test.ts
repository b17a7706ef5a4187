import { describe, expect, it } from 'vitest';
import { joinSightings } from '../../demo/observe.ts';
import type { ExpectedOrder } from '../../demo/orders.ts';
import { findFaults, percentile } from '../../demo/outcome.ts';

const EXPECTED: readonly ExpectedOrder[] = [
  { orderId: 'good', ending: 'completed', effects: ['reserve', 'charge', 'ship'] },
  { orderId: 'broken', ending: 'refused', effects: [] },
];
const ENDED = { runId: 'r', pipeline: 'order-processing', key: 'good', status: 'completed', arrivedAt: 0 } as const;
const REFUSED = { messageId: 'broken', reason: 'body_not_json', description: '' };
const EFFECTS = new Map([['good', ['charge', 'reserve', 'ship'] as const]]);

describe('the verdict of the demo', () => {
  it('is good when every order ended as it must and every effect happened once', () => {
    const seen = joinSightings([ENDED], [REFUSED], EFFECTS);

    expect(findFaults(EXPECTED, seen)).toEqual([]);
  });

  it.each([
    [
      'an effect that happened twice',
      joinSightings([ENDED], [REFUSED], new Map([['good', ['charge', 'charge', 'reserve', 'ship'] as const]])),
    ],
    ['an effect that is missing', joinSightings([ENDED], [REFUSED], new Map([['good', ['charge', 'reserve'] as const]]))],
    ['an order without an end', joinSightings([], [REFUSED], EFFECTS)],
    ['an order that ended twice', joinSightings([ENDED, ENDED], [REFUSED], EFFECTS)],
    ['an order that ended otherwise', joinSightings([{ ...ENDED, status: 'failed' }], [REFUSED], EFFECTS)],
    ['an order nobody sent', joinSightings([ENDED, { ...ENDED, key: 'strange' }], [REFUSED], EFFECTS)],
  ])('names %s', (_, seen) => {
    const faults = findFaults(EXPECTED, seen);

    expect(faults).toHaveLength(1);
  });
});

describe('percentile', () => {
  it.each([
    [[], 0.5, 0],
    [[7], 0.99, 7],
    [[3, 1, 2], 0.5, 2],
    [Array.from({ length: 100 }, (_, n) => n + 1), 0.99, 99],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });
});
