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
  /** Since it was to be sent: with all that the sender and its connections made it wait. What a partner sees whose sender is like this one. */
  readonly sinceDueMs: number;
  /** Since it was written to a connection, which the server may not have taken yet. */
  readonly sinceSentMs: number;
  /** How late the sender itself came to it, for want of CPU. */
  readonly lateMs: number;
}

/** Of the trigger that is flooded; the local stack is told the same. */
export const FLOOD_SECRET = 'flooded';
const STEP_MS = 5;
/** As many senders as this hold a connection each; more requests than that wait at their sender. */
const CONNECTIONS = 1_000;

/** Offers signed webhooks at a steady rate, whatever becomes of those before. Each has a number of its own, from `first` on. */
export async function flood(origin: string, { perSecond, seconds }: FloodPlan, first = 0): Promise<readonly FloodAnswer[]> {
  const requests = Array.from({ length: perSecond * seconds }, (_, index) => signedRequest(first + index));
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answers: Promise<FloodAnswer>[] = [];
  const startedAt = performance.now();
  while (answers.length < requests.length) {
    const due = Math.ceil(((performance.now() - startedAt) / 1_000) * perSecond);
    for (const one of requests.slice(answers.length, due)) {
      answers.push(sendWebhook(origin, one, { agent, dueAt: startedAt + (answers.length / perSecond) * 1_000 }));
    }
    await delay(STEP_MS);
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

interface SendOptions {
  readonly agent?: Agent;
  /** By `performance.now()`; now if not given. */
  readonly dueAt?: number;
}

/** Sends one webhook, and takes whatever comes back, or does not. */
export function sendWebhook(origin: string, sent: FloodRequest, options: SendOptions = {}): Promise<FloodAnswer> {
  const begunAt = performance.now();
  const { agent, dueAt = begunAt } = options;
  let sentAt = begunAt;
  return new Promise((resolve) => {
    const finish = (answer: Pick<FloodAnswer, 'status' | 'retryAfter' | 'body'>) => {
      const now = performance.now();
      resolve({ request: sent, ...answer, sinceDueMs: now - dueAt, sinceSentMs: now - sentAt, lateMs: begunAt - dueAt });
    };
    const headers = { ...sent.headers, 'content-length': String(Buffer.byteLength(sent.body)) };
    const path = `${origin}/api/webhooks/flood`;
    const outgoing = request(path, { method: 'POST', headers, ...(agent === undefined ? {} : { agent }) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        finish({ status, retryAfter: answered['retry-after'], body: JSON.parse(Buffer.concat(chunks).toString()) });
      });
    });
    outgoing.on('finish', () => {
      sentAt = performance.now();
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
