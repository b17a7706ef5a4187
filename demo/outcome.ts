import type { Effect, Ending, ExpectedOrder } from './orders.ts';
import type { Fault } from './ways/way-in.ts';

/** What was seen of one order, from outside the app. */
export interface SeenOrder {
  /** All endings told of it; more than one is a fault. */
  readonly endings: readonly Ending[];
  /** Reason of the failure or of the refusal. */
  readonly reason?: string;
  /** Every call its run made outside, in order. */
  readonly effects: readonly Effect[];
}

/** Holds what was seen against what must be. Pure. */
export function findFaults(expected: readonly ExpectedOrder[], seen: ReadonlyMap<string, SeenOrder>): readonly Fault[] {
  const known = new Set(expected.map(({ orderId }) => orderId));
  const unexpected = [...seen.keys()].filter((orderId) => !known.has(orderId));
  return [
    ...expected.flatMap((order) => {
      const must = describe([order.ending], order.effects);
      const { endings, effects } = seen.get(order.orderId) ?? { endings: [], effects: [] };
      const was = describe(endings, effects);
      return must === was ? [] : [{ what: order.orderId, expected: must, seen: was }];
    }),
    ...unexpected.map((orderId) => ({ what: orderId, expected: 'nothing', seen: 'an order that nobody sent' })),
  ];
}

function describe(endings: readonly Ending[], effects: readonly Effect[]): string {
  const ending = endings.length === 0 ? 'no end' : endings.join(' and ');
  return effects.length === 0 ? ending : `${ending}, ${[...effects].sort().join(' + ')}`;
}

/** The value below which `share` of the (unsorted) values lie; 0 if there are none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
