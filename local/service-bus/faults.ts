import { BrokerError, CONDITION, type Condition, entityNotFound } from './errors.ts';

/** Refusals that somebody ordered, to see how clients take them. */
export class Faults {
  readonly #refusals = new Map<string, { readonly condition: Condition; left: number }>();

  #refused = 0;

  /** Transfers refused so far. */
  get refused(): number {
    return this.#refused;
  }

  /** Refuses the next `times` transfers to the queue. */
  refuseSends(queue: string, condition: Condition, times: number): void {
    this.#refusals.set(queue.toLowerCase(), { condition, left: times });
  }

  /** @throws BrokerError when this transfer is to be refused */
  beforeSend(queue: string): void {
    if (this.#refusals.size === 0) return;
    const refusal = this.#refusals.get(queue.toLowerCase());
    if (refusal === undefined || refusal.left === 0) return;
    refusal.left -= 1;
    this.#refused += 1;
    if (refusal.condition === CONDITION.notFound) throw entityNotFound(queue);
    throw new BrokerError(refusal.condition, 'Refused because that was ordered.');
  }
}
