import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { verifyWebhook } from '../../src/webhooks/verify.ts';
import { type SeenRequest, TestHttpServer } from '../adapters/http/http-server.ts';
import { order } from '../e2e/orders.ts';
import { sendFirmly } from '../e2e/send-firmly.ts';
import { Stack } from '../e2e/stack.ts';

const SECRET = `whsec_${'bmV3'.repeat(8)}`;
const LONGEST_PAUSE_MS = 400;
const KILLS = 5;

let receiver: TestHttpServer;
let stack: Stack;
/** Orders whose end the receiver has taken, by the ids of the events. */
let taken: Map<string, string>;
let called: Set<string>;
let calls: number;
let forged: number;

const Told = z.object({ id: z.string(), data: z.object({ key: z.string() }) });

function isGenuine({ headers, body }: SeenRequest): boolean {
  const pairs = Object.entries(headers).map(([name, value]) => [name, String(value)] as const);
  return (
    verifyWebhook(standardWebhooks, { headers: pairs, body: Buffer.from(body) }, [SECRET], { now: Date.now() }).kind ===
    'accepted'
  );
}

beforeEach(async () => {
  [taken, called, calls, forged] = [new Map(), new Set(), 0, 0];
  receiver = await TestHttpServer.start((request, response) => {
    calls += 1;
    if (!isGenuine(request)) forged += 1;
    const { id, data } = Told.parse(JSON.parse(request.body));
    // What a receiver does that is overloaded, at the first call of each event: it takes it, or does and says otherwise, or does not.
    const way = called.has(id) ? 1 : calls % 3;
    called.add(id);
    if (way !== 0) taken.set(id, data.key);
    response.writeHead(way === 1 ? 204 : 503, way === 0 ? { 'retry-after': '1' } : {}).end();
  });
  const settings = { CALLBACK_URL: `${receiver.origin}/`, CALLBACK_SECRET: SECRET, SWEEP_SCHEDULE: '* * * * * *' };
  // Whoever kills servers gets complaints.
  stack = await Stack.start(settings, 'ignore');
});

afterEach(async () => {
  await stack.stop();
  await receiver.close();
});

describe('callbacks to a receiver that fails, from a host that dies', () => {
  it('tell the end of each of 100 orders at least once, under one id, and then leave nothing behind', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `C-${index}`);
    const size = keys.length / KILLS;

    for (let kill = 0; kill < KILLS; kill += 1) {
      const share = keys.slice(kill * size, (kill + 1) * size).map((key) => order(key));
      const sending = sendFirmly(stack.ready.serviceBus, share);
      // The moment is what is random here; nothing is waited for.
      await delay(Math.random() * LONGEST_PAUSE_MS);
      await stack.untilBack('host', await stack.kill('host'));
      await sending;
    }
    while (new Set(taken.values()).size < keys.length) await delay(50);
    const left = async () => {
      const query = "SELECT c.id FROM c WHERE c.type = 'callback' OR IS_DEFINED(c.outbox)";
      return (await stack.runs.items.query(query).fetchAll()).resources;
    };
    while ((await left()).length > 0) await delay(200);

    console.log(`${KILLS} kills of the host: ${keys.length} orders, ${calls} calls`);
    expect([...taken.values()].sort()).toEqual([...keys].sort());
    expect(forged).toBe(0);
  });
});
