import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCallbackServer } from '../../examples/backend/callback-server.ts';
import { followTopic } from '../../examples/backend/follow-topic.ts';
import { type Order, OrderBook } from '../../examples/backend/order-book.ts';
import { page } from '../../examples/backend/page.ts';
import { sendOrders } from '../../examples/backend/send-orders.ts';
import { readSettings, type Settings } from '../../examples/backend/settings.ts';
import { Stack } from '../e2e/stack.ts';

const SECRET = `whsec_${'bmV3'.repeat(8)}`;
const POLL_MS = 20;

const book = new OrderBook();
let settings: Settings;
let server: Server;
let stack: Stack;
let stopFollowing: () => Promise<void>;
let origin: string;

beforeAll(async () => {
  server = await startCallbackServer({ port: 0, secrets: [SECRET] }, book);
  const address = server.address();
  origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  stack = await Stack.start({ CALLBACK_URL: `${origin}/callbacks`, CALLBACK_SECRET: SECRET }, 'ignore');
  const environment = { SB: stack.ready.serviceBus, APP_URL: stack.ready.http, CALLBACK_SECRET: SECRET, ORDERS: '6' };
  settings = readSettings(environment);
  stopFollowing = followTopic(settings, book);
});

afterAll(async () => {
  await stopFollowing?.();
  await stack?.stop();
  server?.closeAllConnections();
  server?.close();
});

describe('the sample backend', () => {
  it('learns on both ways how each of its orders ended, though it sends each twice', async () => {
    await sendOrders(settings, book);
    const isTold = ({ told }: Order) => told.topic !== undefined && told.callback !== undefined;
    while (![...book.orders.values()].every(isTold)) await delay(POLL_MS);

    const runs = await stack.runs.items.query("SELECT c.id FROM c WHERE c.type = 'run'").fetchAll();
    const shown = await (await fetch(origin)).text();
    expect([...book.orders.values()].map(({ sentBy, status }) => `${sentBy}: ${status}`)).toEqual([
      'queue: completed',
      'API: completed',
      'queue: completed',
      'API: completed',
      'queue: failed (card_declined)',
      'API: completed',
    ]);
    expect(runs.resources).toHaveLength(6);
    expect(shown).toBe(page(book));
    expect(shown).toContain('failed (card_declined)');
  });

  it('believes nobody who cannot sign, and has what it cannot read come again', async () => {
    const before = JSON.stringify([...book.orders]);
    const [orderId = ''] = book.orders.keys();
    const forged = JSON.stringify({ id: 'x', type: 'hexdag.run.failed', data: { key: orderId } });

    const unsigned = await fetch(`${origin}/callbacks`, { method: 'POST', body: forged });
    const large = await fetch(`${origin}/callbacks`, { method: 'POST', body: 'x'.repeat(600_000) });
    const elsewhere = await fetch(`${origin}/nothing`);

    expect([unsigned.status, large.status, elsewhere.status]).toEqual([401, 413, 404]);
    expect(JSON.stringify([...book.orders])).toBe(before);
  });

  it('takes an event that comes again for what it is', () => {
    const own = new OrderBook();
    own.add('A-1', 'queue');
    const event = (type: string) => ({ id: type, type: `hexdag.run.${type}`, data: { key: 'A-1' } });

    own.take('topic', event('waiting'));
    own.take('topic', event('completed'));
    own.take('topic', event('completed'));
    own.take('callback', event('waiting'));
    own.take('callback', event('paused'));

    expect(own.repeated).toBe(1);
    expect(own.orders.get('A-1')).toMatchObject({ status: 'completed', told: { topic: expect.any(Number) } });
  });
});
