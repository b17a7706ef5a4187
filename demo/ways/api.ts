import { HexdagClient, HexdagClientError } from '../../src/client/index.ts';
import { createOrder } from '../orders.ts';
import { countRuns, type RunEnded } from '../run-events.ts';
import { faultsOf, type Judgement, type WayIn } from './way-in.ts';

const KEYS = Array.from({ length: 10 }, (_, index) => `api-${index + 1}`);

/** Orders over HTTP: each twice under one key, one key for another order, and an order without items. */
export class ApiWay implements WayIn {
  readonly name = 'HTTP API';
  readonly #client: HexdagClient;
  readonly #refused: string[] = [];
  #sent = 0;

  constructor(url: string) {
    this.#client = new HexdagClient({ url });
  }

  isDone(runs: readonly RunEnded[]): boolean {
    return countRuns(runs) >= KEYS.length;
  }

  owns({ key }: RunEnded): boolean {
    return key.startsWith('api-');
  }

  async send(): Promise<void> {
    for (const key of [...KEYS, ...KEYS]) await this.#start(key, createOrder(key, 'tok_ok'));
    await this.#start('api-1', createOrder('another', 'tok_ok'));
    await this.#start('api-0', { ...createOrder('api-0', 'tok_ok'), items: [] });
  }

  async #start(idempotencyKey: string, order: object): Promise<void> {
    this.#sent += 1;
    try {
      await this.#client.startRun('order-processing', order, { idempotencyKey });
    } catch (error) {
      if (!(error instanceof HexdagClientError)) throw error;
      this.#refused.push(error.code);
    }
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const expected = { completed: KEYS, refused: ['idempotency_payload_mismatch', 'schema_violation'] };
    return { sent: this.#sent, refused: this.#refused, faults: faultsOf(this.name, expected, runs, this.#refused) };
  }
}
