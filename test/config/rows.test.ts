import { describe, expect, it } from 'vitest';
import { ConfigError, type ConfigProblem, loadConfig } from '../../src/config.ts';

const SECRET = 'c2VjcmV0LWtleS0wMTIzNDU2Nzg5';
const TENANT = '0f0f0f0f-1111-2222-3333-444444444444';
const CLIENT = '11111111-2222-3333-4444-555555555555';

type Environment = Readonly<Record<string, string | undefined>>;

const production = {
  AzureWebJobsStorage__accountName: 'stordersprod',
  SB__fullyQualifiedNamespace: 'sb-orders.servicebus.windows.net',
  COSMOS__accountEndpoint: 'https://cosmos-orders.documents.azure.com:443/',
  DATA__blobServiceUri: 'https://stdataprod.blob.core.windows.net',
  TASKHUB_NAME: 'ordersprod',
  APP_ENV: 'production',
};

function problemsOf(change: Environment, secretNames: readonly string[] = []): readonly ConfigProblem[] {
  try {
    loadConfig({ ...production, ...change }, secretNames);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

const codesOf = (problems: readonly ConfigProblem[]) => problems.map(({ setting, code }) => [setting, code]);

/** Everything that anybody is shown of the problems. */
const shown = (problems: readonly ConfigProblem[]) => `${JSON.stringify(problems)} ${new ConfigError(problems).message}`;

describe('settings with which nothing is accepted', () => {
  it.each<[row: string, what: string, change: Environment, expected: [string, string][], hidden: string]>([
    [
      'EN1',
      'missing connections, all in one list',
      { SB__fullyQualifiedNamespace: undefined, DATA__blobServiceUri: '', TASKHUB_NAME: undefined },
      [
        ['TASKHUB_NAME', 'config_missing'],
        ['SB', 'config_missing'],
        ['DATA', 'config_missing'],
      ],
      SECRET,
    ],
    [
      'EN2',
      'a connection string without its endpoint',
      { SB__fullyQualifiedNamespace: undefined, SB: `SharedAccessKeyName=root;SharedAccessKey=${SECRET}` },
      [['SB', 'config_format']],
      SECRET,
    ],
    [
      'EN3',
      'a Key Vault reference that was not resolved',
      { COSMOS__accountEndpoint: undefined, COSMOS: '@Microsoft.KeyVault(VaultName=vault-7;SecretName=cosmos-9)' },
      [['COSMOS', 'keyvault_unresolved']],
      'vault-7',
    ],
    [
      'EN4',
      'a store without TLS that is not on this machine',
      { COSMOS__accountEndpoint: 'http://cosmos-orders.documents.azure.com/' },
      [['COSMOS__accountEndpoint', 'config_insecure']],
      'cosmos-orders',
    ],
    [
      'EN5',
      'the key of an emulator in production',
      {
        COSMOS__accountEndpoint: undefined,
        COSMOS:
          'AccountEndpoint=https://cosmos.test/;AccountKey=C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==;',
      },
      [['COSMOS', 'config_emulator_in_production']],
      'C2y6yDjf5',
    ],
    ['EN6', 'a log level that does not exist', { APP_LOG_LEVEL: 'verbose' }, [['APP_LOG_LEVEL', 'config_value']], 'verbose'],
    ['EN7', 'a size with a unit', { MAX_BODY_BYTES: '10MB' }, [['MAX_BODY_BYTES', 'config_integer']], '10MB'],
    ['EN7', 'a size beyond the largest', { MAX_BODY_BYTES: '1048577' }, [['MAX_BODY_BYTES', 'config_range']], '1048577'],
    ['EN8', 'no retention', { RETENTION_DAYS: '0' }, [['RETENTION_DAYS', 'config_range']], '"0"'],
    ['EN8', 'a retention of centuries', { RETENTION_DAYS: '99999' }, [['RETENTION_DAYS', 'config_range']], '99999'],
    ['EN8', 'a retention of days and a half', { RETENTION_DAYS: '1.5' }, [['RETENTION_DAYS', 'config_integer']], '1.5'],
    [
      'EN10',
      'an issuer without an audience, which would accept any',
      { OIDC_ISSUER: `https://login.microsoftonline.com/${TENANT}/v2.0`, OIDC_AUDIENCE: '' },
      [['OIDC_AUDIENCE', 'config_missing']],
      TENANT,
    ],
    ['EN11', 'an open door in production', { AUTH_DISABLED: 'true' }, [['AUTH_DISABLED', 'config_insecure']], 'true"'],
    [
      'EN12',
      'the secret of a callback with a line break at its end',
      { CALLBACK_URL: 'https://backend.example/', CALLBACK_SECRET: `whsec_${SECRET}${SECRET}\n` },
      [['CALLBACK_SECRET', 'config_whitespace']],
      SECRET,
    ],
    [
      'EN16',
      'runs that are forgotten before their messages',
      { RETENTION_DAYS: '7' },
      [['RETENTION_DAYS', 'config_conflict']],
      '"7"',
    ],
    [
      'EN16',
      'runs that are forgotten before the messages of queues that keep them longer',
      { MESSAGE_LIFETIME_DAYS: '90' },
      [['MESSAGE_LIFETIME_DAYS', 'config_conflict']],
      '90',
    ],
  ])('%s: %s', (_row, _what, change, expected, hidden) => {
    const problems = problemsOf(change);

    expect(codesOf(problems)).toEqual(expected);
    expect(shown(problems)).not.toContain(hidden);
  });

  it('EN12: the secret of a webhook with a line break at its end', () => {
    const problems = problemsOf({ STRIPE_SECRET: `whsec_${SECRET}\n`, GITHUB_SECRET: SECRET }, [
      'STRIPE_SECRET',
      'GITHUB_SECRET',
    ]);

    expect(codesOf(problems)).toEqual([['STRIPE_SECRET', 'config_whitespace']]);
    expect(shown(problems)).not.toContain(SECRET);
  });

  it('the secret of a webhook that is missing is doubted, and stops nothing else', () => {
    const { warnings } = loadConfig(production, ['GITHUB_SECRET']);

    expect(codesOf(warnings)).toContainEqual(['GITHUB_SECRET', 'config_missing']);
  });

  it('EN3: the secret of a webhook that was not resolved', () => {
    const reference = '@Microsoft.KeyVault(VaultName=vault-7;SecretName=stripe)';

    const problems = problemsOf({ STRIPE_SECRET: reference }, ['STRIPE_SECRET']);

    expect(codesOf(problems)).toEqual([['STRIPE_SECRET', 'keyvault_unresolved']]);
    expect(shown(problems)).not.toContain('vault-7');
  });

  it('EN6: a log level that does not exist is told the levels there are', () => {
    const [problem] = problemsOf({ APP_LOG_LEVEL: 'verbose' });

    expect(problem?.remedy).toBe('Set it to debug, info, warn or error.');
  });

  it('EN7, EN8: a number that cannot be right is told what it may be', () => {
    const remedies = problemsOf({ MAX_BODY_BYTES: '10MB', RETENTION_DAYS: '0' }).map(({ remedy }) => remedy);

    expect(remedies).toEqual([
      'Set it to a number of days from 1 to 3650, in digits alone.',
      'Set it to a number of bytes from 1 to 1048576, in digits alone.',
    ]);
  });
});

describe('settings that are doubtful, and accepted', () => {
  it.each<[row: string, what: string, change: Environment, expected: [string, string]]>([
    [
      'EN9',
      'an issuer of version 1 with the audience of version 2',
      { OIDC_ISSUER: `https://sts.windows.net/${TENANT}/`, OIDC_AUDIENCE: CLIENT },
      ['OIDC_ISSUER', 'config_conflict'],
    ],
    [
      'EN15 (not decidable from the settings of one slot)',
      'a task hub that may be the one of another slot',
      { WEBSITE_SLOT_NAME: 'staging' },
      ['TASKHUB_NAME', 'config_conflict'],
    ],
  ])('%s: %s', (_row, _what, change, expected) => {
    const { warnings } = loadConfig({ ...production, ...change });

    expect(codesOf(warnings)).toEqual([expected]);
    expect(JSON.stringify(warnings)).not.toContain(production.TASKHUB_NAME);
  });

  it.each([
    ['a slot whose task hub ends with its name', { WEBSITE_SLOT_NAME: 'blue-2', TASKHUB_NAME: 'ordersBlue2' }],
    ['the slot that is production', { WEBSITE_SLOT_NAME: 'Production' }],
    ['an app that is in no slot', {}],
  ])('EN15: nothing is said of %s', (_what, change) => {
    const { warnings } = loadConfig({ ...production, ...change });

    expect(warnings).toEqual([]);
  });
});

describe('numbers', () => {
  it('have defaults: 256 KiB, 30 days', () => {
    const config = loadConfig(production);

    expect(config).toMatchObject({ maxBodyBytes: 262_144, retentionDays: 30 });
  });

  it('are taken as they are set', () => {
    const config = loadConfig({ ...production, MAX_BODY_BYTES: '1048576', RETENTION_DAYS: '7', MESSAGE_LIFETIME_DAYS: '7' });

    expect(config).toMatchObject({ maxBodyBytes: 1_048_576, retentionDays: 7 });
  });
});
