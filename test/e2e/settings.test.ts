import { ServiceBusClient } from '@azure/service-bus';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { connectionSettings } from '../../local/app-settings.ts';
import { eventually } from '../helpers/eventually.ts';
import { type AppHost, startAppHost } from './app-host.ts';
import { order } from './orders.ts';
import { DOUBTFUL_SETTINGS, HIDDEN, WRONG_SETTINGS } from './settings/wrong-settings.ts';
import { Stack } from './stack.ts';

const healthSchema = z.looseObject({
  status: z.string(),
  settings: z.array(z.looseObject({ setting: z.string(), code: z.string(), severity: z.string().optional() })),
});
const functionList = z.array(z.object({ name: z.string() }));

/** The stores; the app that was started with them is idle. */
let stack: Stack;
let host: AppHost | undefined;

beforeAll(async () => {
  stack = await Stack.start({ APP_ENV: 'nowhere' }, 'ignore');
  await stack.serviceBus.createSender('orders').sendMessages(order('W-1'));
});

afterEach(async () => {
  await host?.stop();
  host = undefined;
});

afterAll(async () => {
  await stack?.stop();
});

async function start(settings: Readonly<Record<string, string | undefined>> = {}): Promise<AppHost> {
  host = await startAppHost({ ...connectionSettings(stack.ready), ...settings });
  return host;
}

async function healthOf(origin: string) {
  return healthSchema.parse(await (await fetch(`${origin}/api/health`)).json());
}

/** How often each message that waits was delivered. A client that has peeked goes on from there, so each time it is a new one. */
async function deliveries(): Promise<readonly (number | undefined)[]> {
  const client = new ServiceBusClient(stack.ready.serviceBus);
  const waiting = await client.createReceiver('orders').peekMessages(10);
  await client.close();
  return waiting.map(({ deliveryCount }) => deliveryCount);
}

describe('an app whose settings are wrong', () => {
  it.each(WRONG_SETTINGS)(
    '$id: names $what, shows no value, and leaves every message where it is',
    async ({ settings, told }) => {
      const { origin, log } = await start(settings);
      const post = (path: string) => fetch(`${origin}/api/${path}`, { method: 'POST', body: '{}' });

      const { status, settings: found } = await healthOf(origin);
      const refusals = await Promise.all([
        fetch(`${origin}/api/health/ready`),
        post('pipelines/order-processing/runs'),
        post('webhooks/payments'),
      ]);
      const functions = functionList.parse(await (await fetch(`${origin}/admin/functions`)).json());

      expect(status).toBe('idle');
      expect(found.toSorted((a, b) => a.setting.localeCompare(b.setting))).toEqual(
        told.map(({ setting, code, remedy }) => ({
          ...{ severity: 'error', setting, code, message: expect.any(String), remedy: expect.stringContaining(remedy) },
        })),
      );
      for (const refusal of refusals) {
        expect([refusal.status, refusal.headers.get('retry-after')]).toEqual([503, '60']);
        expect(await refusal.json()).toMatchObject({
          code: 'config_invalid',
          detail: expect.stringContaining(`(${told.length})`),
        });
      }
      for (const { setting, code } of told) expect(log()).toMatch(new RegExp(`${setting} .*\\(${code}\\)`));
      for (const value of HIDDEN) expect(`${JSON.stringify(found)} ${log()}`).not.toContain(value);
      expect(functions.map(({ name }) => name).sort()).toEqual(['health', 'unknownRoute']);
      expect(await deliveries()).toEqual([0]);
    },
  );

  it('EN1: is not even started without the name of its task hub, and the host says so', async () => {
    const starting = start({ TASKHUB_NAME: undefined });

    await expect(starting).rejects.toThrow('the setting TASKHUB_NAME, which is not set');
    expect(await deliveries()).toEqual([0]);
  });
});

describe('an app whose settings are doubtful', () => {
  it('EN9, EN13 to EN15: warns, and takes what has waited', async () => {
    const { origin, log } = await start(DOUBTFUL_SETTINGS);

    await eventually(async () => expect(await deliveries()).toEqual([]));
    const { status, settings } = await healthOf(origin);

    expect(status).toBe('ok');
    expect(settings.map(({ severity, setting, code }) => `${severity} ${setting} ${code}`).sort()).toEqual([
      'warning MAX_DELIVERY_COUNT config_conflict',
      'warning OIDC_ISSUER config_conflict',
      'warning TASKHUB_NAME config_conflict',
      'warning host.json extensions.serviceBus.maxAutoLockRenewalDuration config_conflict',
    ]);
    for (const { setting } of settings) expect(log()).toContain(`"setting":"${setting}"`);
    for (const value of HIDDEN) expect(`${JSON.stringify(settings)} ${log()}`).not.toContain(value);
    expect((await fetch(`${origin}/api/health/ready`)).status).toBe(200);
  });
});
