import { createHmac } from 'node:crypto';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface FloodPlan {
  readonly perSecond: number;
  readonly seconds: number;
}

/** A webhook as it was sent, to send it again. */
export interface FloodRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FloodAnswer {
  readonly request: FloodRequest;
  /** 0: there was no answer. */
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: { readonly runId?: string; readonly duplicate?: boolean; readonly code?: string };
  readonly milliseconds: number;
}

/** Of the trigger that is flooded; the local stack is told the same. */
export const FLOOD_SECRET = 'flooded';
const STEP_MS = 10;
/** As many senders as this hold a connection each; more requests than that wait at their sender. */
const CONNECTIONS = 1_000;

/** Offers signed webhooks at a steady rate, whatever becomes of those before. Each has a number of its own, from `first` on. */
export async function flood(origin: string, { perSecond, seconds }: FloodPlan, first = 0): Promise<readonly FloodAnswer[]> {
  const requests = Array.from({ length: perSecond * seconds }, (_, index) => signedRequest(first + index));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answers: Promise<FloodAnswer>[] = [];
  const startedAt = performance.now();
  while (answers.length < requests.length) {
    const due = Math.min(requests.length, Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond));
    for (const one of requests.slice(answers.length, due)) answers.push(sendWebhook(origin, one, agent));
    await delay(STEP_MS);
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

/** Sends one webhook, and takes whatever comes back, or does not. */
export function sendWebhook(origin: string, sent: FloodRequest, agent?: Agent): Promise<FloodAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const finish = (answer: Pick<FloodAnswer, 'status' | 'retryAfter' | 'body'>) =>
      resolve({ request: sent, ...answer, milliseconds: performance.now() - startedAt });
    const headers = { ...sent.headers, 'content-length': String(Buffer.byteLength(sent.body)) };
    const options = { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) };
    const outgoing = request(`${origin}/api/webhooks/flood`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        finish({ status, retryAfter: answered['retry-after'], body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
    });
    outgoing.on('error', ({ message }) => finish({ status: 0, retryAfter: undefined, body: { code: message } }));
    outgoing.end(sent.body);
  });
}

function signedRequest(number: number): FloodRequest {
  const body = JSON.stringify({ type: 'order.paid', number, amount: 49.9 });
  const signature = createHmac('sha256', FLOOD_SECRET).update(body).digest('hex');
  return { headers: { 'content-type': 'application/json', 'x-signature': signature }, body };
}
