import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { order } from './orders.ts';
import { RunEvents } from './run-events.ts';
import { Stack } from './stack.ts';

let stack: Stack;
let events: RunEvents;

beforeAll(async () => {
  stack = await Stack.start();
  events = new RunEvents(stack);
});

afterAll(async () => {
  await events?.close();
  await stack?.stop();
});

async function send(
  ...messages: Parameters<ReturnType<Stack['serviceBus']['createSender']>['sendMessages']>[0][]
): Promise<void> {
  const sender = stack.serviceBus.createSender('orders');
  for (const message of messages) await sender.sendMessages(message);
  await sender.close();
}

async function documentsOf(runId: string): Promise<{ id: string; status: string }[]> {
  const query = { query: 'SELECT c.id, c.status FROM c', parameters: [] };
  const { resources } = await stack.runs.items.query<{ id: string; status: string }>(query, { partitionKey: runId }).fetchAll();
  return resources.sort((a, b) => a.id.localeCompare(b.id));
}

describe('an order on the queue', () => {
  it('becomes one finished run with its documents, its packing slip and its event', async () => {
    await send(order('A-1'));
    await events.untilAll(['A-1']);

    const [event] = events.of('A-1');
    const runId = event?.subject ?? '';
    const documents = await documentsOf(runId);
    const slip = await stack.blobs
      .getContainerClient('artifacts')
      .getBlobClient(`${runId}/pack/packing-slip.txt`)
      .downloadToBuffer();
    const effects = (await stack.effects()).filter(({ orderId }) => orderId === 'A-1');
    expect(event).toMatchObject({
      type: 'hexdag.run.completed',
      data: { output: { paymentId: 'pay-A-1', amount: 11.9, trackingCode: 'trk-A-1' } },
    });
    expect(documents).toEqual([
      { id: 'node:charge', status: 'completed' },
      { id: 'node:pack', status: 'completed' },
      { id: 'node:price', status: 'completed' },
      { id: 'node:reserve', status: 'completed' },
      { id: 'node:validate', status: 'completed' },
      { id: 'run', status: 'completed' },
    ]);
    expect(slip.toString()).toContain('2 x pen');
    expect(effects.map(({ effect }) => effect)).toEqual(['reserve', 'charge', 'ship']);
  });

  it('is one run when it comes ten times, also after its run has finished', async () => {
    await send(...Array.from({ length: 9 }, () => order('A-2')));
    await events.untilAll(['A-2']);
    await send(order('A-2'), order('A-2-marker'));
    await events.untilAll(['A-2-marker']);

    const effects = (await stack.effects()).filter(({ orderId }) => orderId === 'A-2');
    expect(events.of('A-2')).toHaveLength(1);
    expect(effects.map(({ effect }) => effect)).toEqual(['reserve', 'charge', 'ship']);
  });

  it('is charged after the provider came back, without reserving again', async () => {
    await send(order('A-3', { card: 'tok_flaky_2' }));
    await events.untilAll(['A-3']);

    const charge = await stack.runs.item('node:charge', events.of('A-3')[0]?.subject).read<{ attempt: number }>();
    const effects = (await stack.effects()).filter(({ orderId }) => orderId === 'A-3');
    expect(charge.resource?.attempt).toBe(3);
    expect(effects.map(({ effect }) => effect)).toEqual(['reserve', 'charge', 'ship']);
  });

  it('fails with the code of the step when it can never be charged', async () => {
    await send(order('A-4', { card: 'tok_declined' }));
    await events.untilAll(['A-4']);

    const [event] = events.of('A-4');
    expect(event).toMatchObject({ type: 'hexdag.run.failed', data: { error: { code: 'card_declined', node: 'charge' } } });
  });

  it('skips the parcel when there is nothing to ship', async () => {
    await send(order('A-5', { digital: true }));
    await events.untilAll(['A-5']);

    const [event] = events.of('A-5');
    const effects = (await stack.effects()).filter(({ orderId }) => orderId === 'A-5');
    expect(event).toMatchObject({ type: 'hexdag.run.completed', data: { output: { trackingCode: null } } });
    expect(effects.map(({ effect }) => effect)).toEqual(['reserve', 'charge']);
  });
});

describe('a message that can never become a run', () => {
  it('is dead-lettered on its first delivery with reason and description, and its neighbours pass', async () => {
    await send(
      order('B-1'),
      { messageId: 'not-json', contentType: 'application/json', body: Buffer.from('{"orderId":"X",}') },
      {
        messageId: 'bad-schema',
        contentType: 'application/json',
        body: { orderId: 'X', customer: 'Ada', items: [], payment: { card: 'tok_ok' } },
      },
      order('B-2'),
    );
    await events.untilAll(['B-1', 'B-2']);

    const receiver = stack.serviceBus.createReceiver('orders', { subQueueType: 'deadLetter', receiveMode: 'receiveAndDelete' });
    const letters = [...(await receiver.receiveMessages(1)), ...(await receiver.receiveMessages(1))];
    await receiver.close();
    const told = letters.map(({ messageId, deadLetterReason, deliveryCount }) => ({
      messageId,
      deadLetterReason,
      deliveryCount,
    }));
    expect(told).toHaveLength(2);
    expect(told).toContainEqual({ messageId: 'not-json', deadLetterReason: 'body_not_json', deliveryCount: 0 });
    expect(told).toContainEqual({ messageId: 'bad-schema', deadLetterReason: 'schema_violation', deliveryCount: 0 });
    expect(letters.every(({ deadLetterErrorDescription }) => (deadLetterErrorDescription ?? '').length > 10)).toBe(true);
  });
});

describe('a store that answers 429 for a while', () => {
  it('delays orders and loses none', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `C-${index}`);
    await stack.throttleCosmos({ share: 0.3, retryAfterMs: 50, seed: 7 });
    await send(keys.map((key) => order(key)));
    await events.untilAll(keys);
    await stack.throttleCosmos(null);

    const effects = (await stack.effects()).filter(({ orderId }) => orderId.startsWith('C-'));
    expect(keys.map((key) => events.of(key).map(({ type }) => type))).toEqual(keys.map(() => ['hexdag.run.completed']));
    expect(effects).toHaveLength(3 * keys.length);
  });
});

describe('the HTTP routes', () => {
  it('start a run, tell where it is, and show it when it has finished', async () => {
    const accepted = await fetch(`${stack.ready.http}/api/pipelines/order-processing/runs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'H-1' },
      body: JSON.stringify(order('H-1').body),
    });
    await events.untilAll(['H-1']);
    const location = accepted.headers.get('location') ?? '';
    const shown = await fetch(new URL(location, stack.ready.http));

    expect(accepted.status).toBe(202);
    expect(await shown.json()).toMatchObject({ status: 'completed', pipeline: 'order-processing' });
  });

  it('answer that the app is alive and what it has loaded', async () => {
    const response = await fetch(`${stack.ready.http}/api/health`);

    expect(response.status).toBe(200);
    expect(JSON.stringify(await response.json())).toContain('order-processing');
  });
});
