import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, type ConfigProblem, loadConfig, loadStorage } from '../src/config.ts';
import { ACTIVITY_DEADLINE_MS, FUNCTION_TIMEOUT_MS, INSTANCE_ID_PATTERN, NODE_TIMEOUT_MS } from '../src/limits.ts';

const SECRET = 'c2VjcmV0LWtleS0wMTIzNDU2Nzg5';

const local = {
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  SB: `Endpoint=sb://127.0.0.1:5672;SharedAccessKeyName=root;SharedAccessKey=${SECRET};UseDevelopmentEmulator=true;`,
  COSMOS: `AccountEndpoint=http://127.0.0.1:8081/;AccountKey=${SECRET};`,
  DATA: 'UseDevelopmentStorage=true',
  TASKHUB_NAME: 'orders',
  APP_ENV: 'development',
};

const OLD_CALLBACK_SECRET = `whsec_${'b2xk'.repeat(8)}`;
const CALLBACK = { CALLBACK_URL: 'https://backend.example/callbacks', CALLBACK_SECRET: `whsec_${'bmV3'.repeat(8)}` };

const CLIENT_ID = '11111111-2222-3333-4444-555555555555';

const azure = {
  AzureWebJobsStorage__accountName: 'stordersprod',
  AzureWebJobsStorage__credential: 'managedidentity',
  AzureWebJobsStorage__clientId: CLIENT_ID,
  SB__fullyQualifiedNamespace: 'sb-orders.servicebus.windows.net',
  SB__credential: 'managedidentity',
  COSMOS__accountEndpoint: 'https://cosmos-orders.documents.azure.com:443/',
  COSMOS__credential: 'managedidentity',
  DATA__blobServiceUri: 'https://stdataprod.blob.core.windows.net',
  DATA__credential: 'managedidentity',
  DATA__clientId: CLIENT_ID,
  TASKHUB_NAME: 'ordersprod',
  APP_ENV: 'production',
  KEY_VAULT_URI: 'https://kv-orders.vault.azure.net/',
};

function problemsOf(environment: Record<string, string | undefined>): readonly ConfigProblem[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function codesOf(environment: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(problemsOf(environment).map(({ setting, code }) => [setting, code]));
}

describe('loadConfig', () => {
  it('reads connection strings, and defaults for what need not be set', () => {
    const config = loadConfig(local);

    expect(config).toMatchObject({
      environment: 'development',
      logLevel: 'info',
      taskHub: 'orders',
      cosmosDatabase: 'hexdag',
      runEventsTopic: 'run-events',
      runEvents: ['hexdag.run.waiting', 'hexdag.run.completed', 'hexdag.run.failed', 'hexdag.run.cancelled'],
      sweepSchedule: '0 * * * * *',
      blobTriggerSource: 'EventGrid',
      serviceBus: { kind: 'connection_string', connectionString: local.SB },
    });
    expect(config).not.toHaveProperty('keyVaultUri');
    expect(config).not.toHaveProperty('callback');
  });

  it('reads the identity form of every connection', () => {
    const config = loadConfig(azure);

    expect(config.hostStorage).toEqual({
      kind: 'identity',
      endpoint: 'https://stordersprod.blob.core.windows.net',
      credential: 'managed_identity',
      clientId: CLIENT_ID,
    });
    expect(config.serviceBus).toEqual({
      kind: 'identity',
      endpoint: 'sb-orders.servicebus.windows.net',
      credential: 'managed_identity',
    });
    expect(config.cosmos).toMatchObject({ kind: 'identity', endpoint: azure.COSMOS__accountEndpoint });
    expect(config.data).toMatchObject({ kind: 'identity', clientId: CLIENT_ID });
    expect(config.keyVaultUri).toBe(azure.KEY_VAULT_URI);
  });

  it('takes the identity of whoever is logged in where no credential is named', () => {
    const { COSMOS__credential: _, ...environment } = azure;

    const config = loadConfig(environment);

    expect(config.cosmos).toMatchObject({ kind: 'identity', credential: 'default' });
  });

  it('lists everything that is missing at once, empty settings included', () => {
    const codes = codesOf({ SB: '', TASKHUB_NAME: '' });

    expect(codes).toEqual({
      AzureWebJobsStorage: 'config_missing',
      SB: 'config_missing',
      COSMOS: 'config_missing',
      DATA: 'config_missing',
      TASKHUB_NAME: 'config_missing',
      APP_ENV: 'config_missing',
    });
  });

  it.each([
    [
      'a connection string without its endpoint',
      { SB: `SharedAccessKeyName=root;SharedAccessKey=${SECRET}` },
      'SB',
      'config_format',
    ],
    [
      'a connection string with an empty key',
      { COSMOS: 'AccountEndpoint=https://x.test/;AccountKey=' },
      'COSMOS',
      'config_format',
    ],
    [
      'a connection string whose address is no URL',
      { COSMOS: `AccountEndpoint=x;AccountKey=${SECRET}` },
      'COSMOS',
      'config_format',
    ],
    ['a task hub with a hyphen', { TASKHUB_NAME: 'orders-dev' }, 'TASKHUB_NAME', 'config_format'],
    ['a schedule of five fields', { SWEEP_SCHEDULE: '* * * * *' }, 'SWEEP_SCHEDULE', 'config_format'],
    ['requests that are no number', { API_REQUESTS_PER_MINUTE: '1e3' }, 'API_REQUESTS_PER_MINUTE', 'config_integer'],
    ['no requests at all', { API_REQUESTS_PER_MINUTE: '0' }, 'API_REQUESTS_PER_MINUTE', 'config_range'],
    ['a vault without TLS', { KEY_VAULT_URI: 'http://kv.vault.azure.net' }, 'KEY_VAULT_URI', 'config_format'],
    ['an unknown log level', { APP_LOG_LEVEL: 'verbose' }, 'APP_LOG_LEVEL', 'config_value'],
    ['an unknown environment', { APP_ENV: 'prod' }, 'APP_ENV', 'config_value'],
    ['a reference that stayed one', { COSMOS: '@Microsoft.KeyVault(VaultName=v;SecretName=s)' }, 'COSMOS', 'keyvault_unresolved'],
    ['a line break at the end', { DATA: 'UseDevelopmentStorage=true\n' }, 'DATA', 'config_whitespace'],
    [
      'plain HTTP to another machine',
      { COSMOS: `AccountEndpoint=http://db.test/;AccountKey=${SECRET}` },
      'COSMOS',
      'config_insecure',
    ],
    [
      'a storage account without TLS',
      { DATA: `DefaultEndpointsProtocol=http;AccountName=a;AccountKey=${SECRET}` },
      'DATA',
      'config_insecure',
    ],
    ['both forms of a connection', { DATA__blobServiceUri: 'https://x.blob.core.windows.net' }, 'DATA', 'config_conflict'],
  ])('refuses %s', (_case, change, setting, code) => {
    const codes = codesOf({ ...local, ...change });

    expect(codes).toEqual({ [setting]: code });
  });

  it.each([
    [
      'an endpoint with a scheme',
      { SB__fullyQualifiedNamespace: 'https://sb.test' },
      'SB__fullyQualifiedNamespace',
      'config_format',
    ],
    ['an endpoint without TLS', { COSMOS__accountEndpoint: 'http://db.test' }, 'COSMOS__accountEndpoint', 'config_insecure'],
    ['an unknown credential', { DATA__credential: 'password' }, 'DATA__credential', 'config_value'],
    ['a client id that is no GUID', { DATA__clientId: 'app' }, 'DATA__clientId', 'config_format'],
  ])('refuses %s in the identity form', (_case, change, setting, code) => {
    const codes = codesOf({ ...azure, ...change });

    expect(codes).toEqual({ [setting]: code });
  });

  it('reads who is told what, types with or without their prefix', () => {
    const config = loadConfig({
      ...azure,
      RUN_EVENTS: 'run.started, hexdag.run.failed run.failed',
      CALLBACK_URL: 'https://backend.example/callbacks',
      CALLBACK_SECRET: `${CALLBACK.CALLBACK_SECRET},${OLD_CALLBACK_SECRET}`,
      CALLBACK_EVENTS: 'none',
    });

    expect(config.runEvents).toEqual(['hexdag.run.started', 'hexdag.run.failed']);
    expect(config.callback).toEqual({
      url: 'https://backend.example/callbacks',
      secrets: [CALLBACK.CALLBACK_SECRET, OLD_CALLBACK_SECRET],
      events: [],
    });
  });

  it('calls back with what the topic is told, unless asked otherwise; in development also on this machine', () => {
    const config = loadConfig({ ...local, ...CALLBACK, CALLBACK_URL: 'http://127.0.0.1:7000/x', RUN_EVENTS: 'run.failed' });

    expect(config.callback).toMatchObject({ url: 'http://127.0.0.1:7000/x', events: ['hexdag.run.failed'] });
  });

  it.each([
    ['the queue that events went to', { RUN_EVENTS_QUEUE: 'run-events' }, 'RUN_EVENTS_QUEUE', 'config_obsolete'],
    ['an event that does not exist', { RUN_EVENTS: 'run.done' }, 'RUN_EVENTS', 'config_value'],
    ['a callback for an event that does not exist', { ...CALLBACK, CALLBACK_EVENTS: 'run.*' }, 'CALLBACK_EVENTS', 'config_value'],
    ['a secret for no callback', { ...CALLBACK, CALLBACK_URL: '' }, 'CALLBACK_URL', 'config_missing'],
    ['a callback without a secret', { ...CALLBACK, CALLBACK_SECRET: '' }, 'CALLBACK_SECRET', 'config_missing'],
    ['a secret that is too short', { ...CALLBACK, CALLBACK_SECRET: 'whsec_c2VjcmV0' }, 'CALLBACK_SECRET', 'config_format'],
    ['a secret without its prefix', { ...CALLBACK, CALLBACK_SECRET: 'A'.repeat(32) }, 'CALLBACK_SECRET', 'config_format'],
    [
      'three secrets',
      { ...CALLBACK, CALLBACK_SECRET: Array(3).fill(CALLBACK.CALLBACK_SECRET).join() },
      'CALLBACK_SECRET',
      'config_format',
    ],
    ['an address with a password', { ...CALLBACK, CALLBACK_URL: 'https://me:pw@x.example/' }, 'CALLBACK_URL', 'config_format'],
    ['an address of another kind', { ...CALLBACK, CALLBACK_URL: 'amqps://x.example/' }, 'CALLBACK_URL', 'config_format'],
    ['plain HTTP in production', { ...CALLBACK, CALLBACK_URL: 'http://x.example/' }, 'CALLBACK_URL', 'config_insecure'],
    ['this machine in production', { ...CALLBACK, CALLBACK_URL: 'https://127.0.0.1/' }, 'CALLBACK_URL', 'config_insecure'],
  ])('refuses %s', (_case, change, setting, code) => {
    const codes = codesOf({ ...azure, ...change });

    expect(codes).toEqual({ [setting]: code });
  });

  it('refuses every emulator in production', () => {
    const codes = codesOf({ ...local, APP_ENV: 'production' });

    expect(codes).toEqual({
      AzureWebJobsStorage: 'config_emulator_in_production',
      SB: 'config_emulator_in_production',
      DATA: 'config_emulator_in_production',
      COSMOS: 'config_emulator_in_production',
    });
  });

  it('never shows a value', () => {
    const wrong = { ...local, SB: `SharedAccessKey=${SECRET}`, COSMOS: `${local.COSMOS} `, APP_LOG_LEVEL: SECRET };

    const shown = JSON.stringify(problemsOf(wrong)) + new ConfigError(problemsOf(wrong)).message;

    expect(problemsOf(wrong)).toHaveLength(3);
    expect(shown).not.toContain(SECRET);
  });

  it('says what to do about each problem', () => {
    const error = new ConfigError(problemsOf({ ...local, APP_LOG_LEVEL: 'verbose' }));

    expect(error.message).toContain('APP_LOG_LEVEL has a value that cannot be right (config_value). Set it to debug, info, warn');
  });
});

const timeSpan = z
  .string()
  .regex(/^\d\d:\d\d:\d\d$/)
  .transform((text) => {
    const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
    return ((hours * 60 + minutes) * 60 + seconds) * 1000;
  });

const hostFile = z.object({
  extensionBundle: z.object({ version: z.string() }),
  functionTimeout: timeSpan,
  extensions: z.object({
    durableTask: z.record(z.string(), z.unknown()),
    serviceBus: z.object({
      autoCompleteMessages: z.boolean(),
      maxAutoLockRenewalDuration: timeSpan,
      maxConcurrentCalls: z.int(),
      prefetchCount: z.int(),
    }),
  }),
});

const settingsFile = z.object({ IsEncrypted: z.literal(false), Values: z.record(z.string(), z.string()) });

function rootFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'));
}

describe('host.json', () => {
  const host = hostFile.parse(rootFile('host.json'));

  it('gives each time limit room for the one inside it', () => {
    const { maxAutoLockRenewalDuration } = host.extensions.serviceBus;

    const fromInnermost = [NODE_TIMEOUT_MS, ACTIVITY_DEADLINE_MS, host.functionTimeout, maxAutoLockRenewalDuration];

    expect(host.functionTimeout).toBe(FUNCTION_TIMEOUT_MS);
    expect(fromInnermost).toEqual([...new Set(fromInnermost)].sort((a, b) => a - b));
  });

  it('locks no message before a function takes it, and completes what a function returns from', () => {
    const { serviceBus } = host.extensions;

    expect(serviceBus).toMatchObject({ prefetchCount: 0, autoCompleteMessages: true });
  });

  it('takes the task hub from the settings and leaves the storage provider to them', () => {
    const { durableTask } = host.extensions;

    expect(durableTask['hubName']).toBe('%TASKHUB_NAME%');
    expect(durableTask).not.toHaveProperty('storageProvider');
  });

  it('stays on the bundle the app is built for', () => {
    expect(host.extensionBundle.version).toBe('[4.30.0, 5.0.0)');
  });
});

describe('loadStorage', () => {
  it('reads a further account as it reads DATA', () => {
    const environment = { ...local, PARTNER__blobServiceUri: 'https://partner.blob.core.windows.net' };

    const connection = loadStorage(environment, 'PARTNER');

    expect(connection).toEqual({ kind: 'identity', endpoint: 'https://partner.blob.core.windows.net', credential: 'default' });
  });

  it('gives nothing for one that is missing or wrong', () => {
    const connections = [local, { ...local, PARTNER: 'secret' }].map((environment) => loadStorage(environment, 'PARTNER'));

    expect(connections).toEqual([undefined, undefined]);
  });
});

describe('local.settings.json.example', () => {
  it('is a complete configuration for the emulators', () => {
    const { Values } = settingsFile.parse(rootFile('local.settings.json.example'));

    const config = loadConfig(Values);

    expect(config.environment).toBe('development');
    expect(config.taskHub).toMatch(INSTANCE_ID_PATTERN);
  });
});
