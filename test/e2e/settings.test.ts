import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { order } from './orders.ts';
import { Stack } from './stack.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ APP_ENV: 'prodution', APP_LOG_LEVEL: 'loud' });
});

afterAll(async () => {
  await stack?.stop();
});

describe('an app whose settings are wrong', () => {
  it('names all of them at once, and leaves every message where it is', async () => {
    const sender = stack.serviceBus.createSender('orders');
    await sender.sendMessages(order('W-1'));
    const health = await fetch(`${stack.ready.http}/api/health`);
    const starting = await fetch(`${stack.ready.http}/api/pipelines/order-processing/runs`, { method: 'POST' });
    const [waiting] = await stack.serviceBus.createReceiver('orders').peekMessages(1);

    expect(await health.json()).toMatchObject({
      status: 'idle',
      settings: [
        { setting: 'APP_ENV', code: 'config_value' },
        { setting: 'APP_LOG_LEVEL', code: 'config_value' },
      ],
    });
    expect([starting.status, await starting.json()]).toMatchObject([503, { code: 'config_invalid' }]);
    expect(waiting).toMatchObject({ messageId: 'W-1', deliveryCount: 0 });
  });
});
