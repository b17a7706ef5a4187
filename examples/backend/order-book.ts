import { z } from 'zod';

/** The two ways on which the app tells what became of an order. */
export type Way = 'topic' | 'callback';

/** A CloudEvent of the app, as far as this backend cares. Later versions may add to it. */
const RunEvent = z.looseObject({
  id: z.string(),
  type: z.string(),
  data: z.looseObject({ key: z.string(), error: z.looseObject({ code: z.string() }).optional() }),
});

export interface Order {
  readonly orderId: string;
  /** How it was sent. */
  readonly sentBy: 'queue' | 'API';
  status: string;
  /** Milliseconds from sending until its end was told, by way. */
  readonly told: Partial<Record<Way, number>>;
}

const ENDS = ['hexdag.run.completed', 'hexdag.run.failed', 'hexdag.run.cancelled'];

/**
 * What this backend knows of its orders. An event may come twice, on each way: the ids of those it has seen tell. A real backend keeps
 * orders and ids in its database, and writes both in one transaction.
 */
export class OrderBook {
  readonly orders = new Map<string, Order & { readonly sentAt: number }>();
  readonly #seen = new Set<string>();
  repeated = 0;
  /** Called whenever something has changed. */
  onChange: () => void = () => {};

  add(orderId: string, sentBy: Order['sentBy']): void {
    this.orders.set(orderId, { orderId, sentBy, sentAt: Date.now(), status: 'sent', told: {} });
    this.onChange();
  }

  /** Takes in an event. What it does not know it leaves alone: somebody else's orders, and types that come with later versions. */
  take(way: Way, event: unknown): void {
    const { id, type, data } = RunEvent.parse(event);
    const isRepeated = this.#seen.has(`${way} ${id}`);
    this.#seen.add(`${way} ${id}`);
    if (isRepeated) this.repeated += 1;
    const order = this.orders.get(data.key);
    if (order === undefined || isRepeated) return;
    // An end is final: whatever else comes after it, or on the other way, is older news.
    if (ENDS.includes(type)) {
      order.told[way] = Date.now() - order.sentAt;
      order.status = type.replace('hexdag.run.', '') + (data.error === undefined ? '' : ` (${data.error.code})`);
    } else if (Object.keys(order.told).length === 0) {
      order.status = type.replace('hexdag.run.', '');
    }
    this.onChange();
  }
}
