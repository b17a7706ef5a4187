import type { ServiceBusClient } from '@azure/service-bus';
import { readRefusals, untilThere } from '../observe.ts';
import { countRuns, type RunEnded } from '../run-events.ts';
import { faultsOf, type Judgement, type WayIn } from './way-in.ts';

const TOPIC = 'carrier-events';
const SUBSCRIPTION = 'shipments';
const PARCELS = ['parcel-1', 'parcel-2', 'parcel-3', 'parcel-4'];
const STATES = ['picked_up', 'in_transit', 'delivered'];

const RUNS = PARCELS.length * STATES.length;

/** What a carrier tells of parcels: a session each, the first news of each twice, and one of a state that nobody knows. */
export class SubscriptionWay implements WayIn {
  readonly name = 'subscription with sessions';
  readonly #client: ServiceBusClient;

  constructor(client: ServiceBusClient) {
    this.#client = client;
  }

  isDone(runs: readonly RunEnded[]): boolean {
    return countRuns(runs) >= RUNS;
  }

  owns({ pipeline }: RunEnded): boolean {
    return pipeline === 'shipment-update';
  }

  async send(): Promise<void> {
    const sender = this.#client.createSender(TOPIC);
    const news = PARCELS.flatMap((parcel) => STATES.map((state) => message(parcel, state)));
    const again = PARCELS.map((parcel) => message(parcel, STATES[0] ?? ''));
    await sender.sendMessages([...news, ...again, message(PARCELS[0] ?? '', 'lost')]);
    await sender.close();
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const letters = () => this.#client.createReceiver(TOPIC, SUBSCRIPTION, { subQueueType: 'deadLetter' });
    const refused = (await untilThere(() => readRefusals(letters()))).map(({ reason }) => reason);
    const completed = PARCELS.flatMap((parcel) => STATES.map((state) => `${parcel}:${state}`));
    const faults = faultsOf(this.name, { completed, refused: ['schema_violation'] }, runs, refused);
    return { sent: RUNS + PARCELS.length + 1, refused, faults };
  }
}

function message(parcel: string, state: string) {
  return { messageId: `${parcel}:${state}`, sessionId: parcel, contentType: 'application/json', body: { parcel, state } };
}
