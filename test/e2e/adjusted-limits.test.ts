import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../helpers/eventually.ts';
import { order } from './orders.ts';
import { Stack } from './stack.ts';

const LIMIT_BYTES = 4_000;
const RETENTION_DAYS = 20;

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ MAX_BODY_BYTES: String(LIMIT_BYTES), RETENTION_DAYS: String(RETENTION_DAYS) });
});

afterAll(async () => {
  await stack?.stop();
});

describe('an app with limits of its own', () => {
  it('refuses what is larger than MAX_BODY_BYTES, by message and by request', async () => {
    const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(LIMIT_BYTES) }));
    await stack.serviceBus.createSender('orders').sendMessages({ body, messageId: 'large', contentType: 'application/json' });

    const answer = await fetch(`${stack.ready.http}/api/pipelines/order-processing/runs`, { method: 'POST', body });
    const [dead] = await stack.serviceBus.createReceiver('orders', { subQueueType: 'deadLetter' }).receiveMessages(1);

    expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body_too_large' }]);
    expect(dead).toMatchObject({ messageId: 'large', deadLetterReason: 'body_too_large' });
    expect(dead?.deadLetterErrorDescription).toContain(`the limit is ${LIMIT_BYTES}`);
  });

  it('has what it recorded of a run forgotten RETENTION_DAYS after its end', async () => {
    await stack.serviceBus.createSender('orders').sendMessages(order('R-1'));

    const documents = await eventually(async () => {
      const { resources } = await stack.runs.items
        .query<{ id: string; ttl?: number; status: string }>('SELECT * FROM c')
        .fetchAll();
      expect(resources.find(({ id }) => id === 'run')?.status).toBe('completed');
      return resources;
    });

    expect(documents.length).toBeGreaterThan(1);
    expect(new Set(documents.map(({ ttl }) => ttl))).toEqual(new Set([RETENTION_DAYS * 24 * 3_600]));
  });
});
