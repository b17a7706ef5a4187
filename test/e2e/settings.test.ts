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
  settings: z.array(z.looseObject({ setting: z.string(), code: z.string(), severity: z.string().optional() })),
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

const TENANT = '2b8d4a8e-7f9b-4f0e-9b7c-8c1d2e3f4a5b';

async function healthOf(settings: Record<string, string>) {
  const started = await Stack.start(settings, 'ignore');
  try {
    return healthSchema.parse(await (await fetch(`${started.ready.http}/api/health`)).json());
  } finally {
    await started.stop();
  }
}

describe('an app whose settings do not go together', () => {
  it('EN10, EN16: accepts nothing, and says which of them', async () => {
    const told = await healthOf({
      OIDC_ISSUER: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      OIDC_AUDIENCE: '',
      RETENTION_DAYS: '7',
    });

    expect(told.status).toBe('idle');
    expect(told.settings.map(({ setting, code }) => `${setting} ${code}`).sort()).toEqual([
      'OIDC_AUDIENCE config_missing',
      'RETENTION_DAYS config_conflict',
    ]);
    expect(JSON.stringify(told)).not.toContain(TENANT);
  });

  it('EN9, EN13 to EN15: works and warns where they are only doubtful', async () => {
    const told = await healthOf({
      OIDC_ISSUER: `https://sts.windows.net/${TENANT}/`,
      OIDC_AUDIENCE: TENANT,
      WEBSITE_SLOT_NAME: 'staging',
      MAX_DELIVERY_COUNT: '1',
      AzureFunctionsJobHost__extensions__serviceBus__maxAutoLockRenewalDuration: '00:00:00',
    });

    expect(told.status).toBe('ok');
    expect(told.settings.map(({ severity, setting, code }) => `${severity} ${setting} ${code}`).sort()).toEqual([
      'warning MAX_DELIVERY_COUNT config_conflict',
      'warning OIDC_ISSUER config_conflict',
      'warning TASKHUB_NAME config_conflict',
      'warning host.json extensions.serviceBus.maxAutoLockRenewalDuration config_conflict',
    ]);
  });
});
