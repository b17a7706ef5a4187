import type { ServiceBusClient } from '@azure/service-bus';
import { joinSightings, readEffects, readRefusals, untilDrained } from '../observe.ts';
import { createDelivery, type Delivery } from '../orders.ts';
import { findFaults } from '../outcome.ts';
import { countRuns, type RunEnded, sendAll } from '../run-events.ts';
import type { Judgement, WayIn } from './way-in.ts';

const QUEUE = 'orders';
const OWN_KEY = /^(?:order|broken)-/;
const PATIENCE_MS = 30_000;

/** A day's orders on a queue, with everything in between that a real queue carries. */
export class QueueWay implements WayIn {
  readonly name = 'Service Bus queue';
  readonly #runs: number;
  readonly #delivery: Delivery = createDelivery();
  readonly #client: ServiceBusClient;
  readonly #effectsFile: string;

  constructor(client: ServiceBusClient, effectsFile: string) {
    this.#client = client;
    this.#effectsFile = effectsFile;
    this.#runs = this.#delivery.expected.filter(({ ending }) => ending !== 'refused').length;
  }

  isDone(runs: readonly RunEnded[]): boolean {
    return countRuns(runs) >= this.#runs;
  }

  owns({ key }: RunEnded): boolean {
    return OWN_KEY.test(key);
  }

  send(): Promise<void> {
    return sendAll(this.#client, QUEUE, this.#delivery.messages);
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    await untilDrained(this.#client, QUEUE, PATIENCE_MS);
    const refusals = await readRefusals(this.#client.createReceiver(QUEUE, { subQueueType: 'deadLetter' }));
    const effects = [...readEffects(this.#effectsFile)].filter(([orderId]) => OWN_KEY.test(orderId));
    const seen = joinSightings(runs, refusals, new Map(effects));
    const faults = findFaults(this.#delivery.expected, seen);
    return { sent: this.#delivery.messages.length, refused: refusals.map(({ reason }) => reason), faults };
  }
}
