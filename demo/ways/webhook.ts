import { signWebhook } from '../../src/webhooks/sign.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { countRuns, type RunEnded } from '../run-events.ts';
import { post } from './post.ts';
import { faultsOf, type Judgement, type WayIn } from './way-in.ts';

const PATH = '/api/webhooks/payments';
const IDS = Array.from({ length: 10 }, (_, index) => `delivery-${index + 1}`);
const MINUTE_MS = 60_000;

/** The payment provider's deliveries: each twice, one signed by somebody else, one changed on its way, one from ten minutes ago. */
export class WebhookWay implements WayIn {
  readonly name = 'webhook, signed';
  readonly #url: string;
  readonly #secret: string;
  readonly #refused: string[] = [];
  #sent = 0;

  constructor(app: string, secret: string) {
    this.#url = app + PATH;
    this.#secret = secret;
  }

  isDone(runs: readonly RunEnded[]): boolean {
    return countRuns(runs) >= IDS.length;
  }

  owns({ pipeline }: RunEnded): boolean {
    return pipeline === 'payment-received';
  }

  async send(): Promise<void> {
    for (const id of [...IDS, ...IDS]) await this.#deliver(id, payment(id));
    await this.#deliver('forged', payment('forged'), { secret: `whsec_${'A'.repeat(32)}` });
    await this.#deliver('changed', payment('changed'), { sentBody: payment('changed', 0.01) });
    await this.#deliver('late', payment('late'), { signedAt: Date.now() - 10 * MINUTE_MS });
  }

  async #deliver(
    id: string,
    body: string,
    { secret = this.#secret, sentBody = body, signedAt = Date.now() } = {},
  ): Promise<void> {
    this.#sent += 1;
    const signature = signWebhook(standardWebhooks, { body: Buffer.from(body), deliveryId: id }, [secret], signedAt);
    const refusal = await post(this.#url, signature, sentBody);
    if (refusal !== undefined) this.#refused.push(refusal);
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const expected = { completed: IDS, refused: ['signature_mismatch', 'signature_mismatch', 'timestamp_stale'] };
    return { sent: this.#sent, refused: this.#refused, faults: faultsOf(this.name, expected, runs, this.#refused) };
  }
}

function payment(id: string, amount = 12.5): string {
  return JSON.stringify({ type: 'payment.settled', data: { orderId: `paid-${id}`, paymentId: `pay-${id}`, amount } });
}
