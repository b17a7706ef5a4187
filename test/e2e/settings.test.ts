import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { order } from './orders.ts';
import { Stack } from './stack.ts';

/** One of each kind: a value, a number, a range, a secret that was spoiled, one that was not resolved, an open door. */
const WRONG = {
  APP_ENV: 'production',
  APP_LOG_LEVEL: 'verbose',
  MAX_BODY_BYTES: '10MB',
  RETENTION_DAYS: '99999',
  AUTH_DISABLED: 'true',
  KEY_VAULT_URI: '@Microsoft.KeyVault(VaultName=v;SecretName=s)',
  CALLBACK_URL: 'https://backend.example/',
  CALLBACK_SECRET: `whsec_${'c2VjcmV0'.repeat(5)}\n`,
};

const healthSchema = z.looseObject({
  status: z.string(),
  settings: z.array(z.looseObject({ setting: z.string(), code: z.string() })),
});

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start(WRONG);
});

afterAll(async () => {
  await stack?.stop();
});

describe('an app whose settings are wrong', () => {
  it('EN3, EN5 to EN8, EN11, EN12: names all of them at once, shows no value, and leaves every message where it is', async () => {
    const sender = stack.serviceBus.createSender('orders');
    await sender.sendMessages(order('W-1'));
    const health = await fetch(`${stack.ready.http}/api/health`);
    const starting = await fetch(`${stack.ready.http}/api/pipelines/order-processing/runs`, { method: 'POST' });
    const [waiting] = await stack.serviceBus.createReceiver('orders').peekMessages(1);

    const told = healthSchema.parse(await health.json());
    const codes = told.settings.map(({ setting, code }) => `${setting} ${code}`).sort();
    expect(told.status).toBe('idle');
    expect(codes).toEqual([
      'APP_LOG_LEVEL config_value',
      'AUTH_DISABLED config_insecure',
      'AzureWebJobsStorage config_emulator_in_production',
      'CALLBACK_SECRET config_whitespace',
      'COSMOS config_emulator_in_production',
      'DATA config_emulator_in_production',
      'KEY_VAULT_URI keyvault_unresolved',
      'MAX_BODY_BYTES config_integer',
      'RETENTION_DAYS config_range',
      'SB config_emulator_in_production',
    ]);
    for (const value of ['verbose', '10MB', '99999', 'VaultName', 'c2VjcmV0']) expect(JSON.stringify(told)).not.toContain(value);
    expect([starting.status, await starting.json()]).toMatchObject([503, { code: 'config_invalid' }]);
    expect(waiting).toMatchObject({ messageId: 'W-1', deliveryCount: 0 });
  });
});
