type Settings = Readonly<Record<string, string | undefined>>;

export interface WrongSettings {
  readonly id: string;
  readonly what: string;
  /** An undefined one is not set. */
  readonly settings: Settings;
  /** What is said, in the order of the settings' names; of each remedy, a part. */
  readonly told: readonly { readonly setting: string; readonly code: string; readonly remedy: string }[];
}

const SECRET = 'c2VjcmV0LWtleS0wMTIzNDU2Nzg5';
/** Of a kind that no name server knows. */
const ELSEWHERE = 'orders.invalid';
const TENANT = '2b8d4a8e-7f9b-4f0e-9b7c-8c1d2e3f4a5b';
const WRONG_LEVEL = 'verbose';
const WRONG_SIZE = '10MB';
const WRONG_DAYS = '99999';

/** What nobody is shown: the values, or a part of them. */
export const HIDDEN = [SECRET, ELSEWHERE, TENANT, WRONG_LEVEL, WRONG_SIZE, WRONG_DAYS];

const missing = (setting: string, remedy: string) => ({ setting, code: 'config_missing', remedy });
const ofEmulator = (setting: string) => ({
  setting,
  code: 'config_emulator_in_production',
  remedy: 'Set the connection of the real service, best in its identity form.',
});

/** Settings with which nothing is accepted. All that is not said here is right. */
export const WRONG_SETTINGS: readonly WrongSettings[] = [
  {
    id: 'EN1',
    what: 'no connection at all',
    settings: { AzureWebJobsStorage: undefined, SB: undefined, COSMOS: undefined, DATA: undefined },
    told: [
      missing('AzureWebJobsStorage', 'Set it, or AzureWebJobsStorage__accountName or AzureWebJobsStorage__blobServiceUri.'),
      missing('COSMOS', 'Set it, or COSMOS__accountEndpoint.'),
      missing('DATA', 'Set it, or DATA__blobServiceUri.'),
      missing('SB', 'Set it, or SB__fullyQualifiedNamespace.'),
    ],
  },
  {
    id: 'EN1',
    what: 'none to Service Bus',
    settings: { SB: undefined },
    told: [missing('SB', 'Set it, or SB__fullyQualifiedNamespace.')],
  },
  {
    id: 'EN2',
    what: 'connection strings without an endpoint, an account, a key',
    settings: {
      SB: `SharedAccessKeyName=root;SharedAccessKey=${SECRET}`,
      AzureWebJobsStorage: `AccountKey=${SECRET}`,
      COSMOS: `AccountEndpoint=https://${ELSEWHERE}/`,
    },
    told: [
      { setting: 'AzureWebJobsStorage', code: 'config_format', remedy: 'AccountName=…;AccountKey=…' },
      { setting: 'COSMOS', code: 'config_format', remedy: 'It has the form AccountEndpoint=…;AccountKey=….' },
      { setting: 'SB', code: 'config_format', remedy: 'It has the form Endpoint=…;SharedAccessKeyName=…;SharedAccessKey=….' },
    ],
  },
  {
    id: 'EN3',
    what: 'a reference to Key Vault in place of a connection',
    settings: { COSMOS: `@Microsoft.KeyVault(VaultName=${SECRET};SecretName=cosmos)` },
    told: [
      {
        setting: 'COSMOS',
        code: 'keyvault_unresolved',
        remedy: "Check that the secret exists and that the app's identity may read it.",
      },
    ],
  },
  {
    id: 'EN4',
    what: 'stores without TLS on another machine',
    settings: {
      COSMOS: `AccountEndpoint=http://${ELSEWHERE}/;AccountKey=${SECRET};`,
      DATA: `BlobEndpoint=http://${ELSEWHERE}/;SharedAccessSignature=${SECRET}`,
    },
    told: [
      { setting: 'COSMOS', code: 'config_insecure', remedy: 'Use https.' },
      { setting: 'DATA', code: 'config_insecure', remedy: 'Use https.' },
    ],
  },
  {
    id: 'EN4',
    what: 'a store without TLS, as an identity',
    settings: { COSMOS: undefined, COSMOS__accountEndpoint: `http://${ELSEWHERE}/` },
    told: [{ setting: 'COSMOS__accountEndpoint', code: 'config_insecure', remedy: 'Use https.' }],
  },
  {
    id: '-',
    what: 'a key beside an identity',
    settings: { SB__fullyQualifiedNamespace: ELSEWHERE },
    told: [{ setting: 'SB', code: 'config_conflict', remedy: 'Keep one: the plain setting would win.' }],
  },
  {
    id: 'EN5, EN11',
    what: 'emulators and an open door in production',
    settings: { APP_ENV: 'production', AUTH_DISABLED: 'true' },
    told: [
      { setting: 'AUTH_DISABLED', code: 'config_insecure', remedy: 'Remove it.' },
      ofEmulator('AzureWebJobsStorage'),
      ofEmulator('COSMOS'),
      ofEmulator('DATA'),
      ofEmulator('SB'),
    ],
  },
  {
    id: 'EN6, EN7, EN8, EN12',
    what: 'values that cannot be right, each in its way',
    settings: {
      APP_LOG_LEVEL: WRONG_LEVEL,
      MAX_BODY_BYTES: WRONG_SIZE,
      MESSAGE_LIFETIME_DAYS: '0',
      PAYMENTS_WEBHOOK_SECRET: `whsec_${SECRET}\n`,
      RETENTION_DAYS: WRONG_DAYS,
    },
    told: [
      { setting: 'APP_LOG_LEVEL', code: 'config_value', remedy: 'Set it to debug, info, warn or error.' },
      { setting: 'MAX_BODY_BYTES', code: 'config_integer', remedy: 'Set it to a number of bytes from 1 to 1048576' },
      { setting: 'MESSAGE_LIFETIME_DAYS', code: 'config_range', remedy: 'Set it to a number of days from 1 to 3650' },
      {
        setting: 'PAYMENTS_WEBHOOK_SECRET',
        code: 'config_whitespace',
        remedy: 'Store it again without the space or line break.',
      },
      { setting: 'RETENTION_DAYS', code: 'config_range', remedy: 'Set it to a number of days from 1 to 3650, in digits alone.' },
    ],
  },
  {
    id: 'EN8, EN10, EN16',
    what: 'tokens for anybody, and runs that are forgotten before their messages',
    settings: {
      OIDC_ISSUER: `https://login.microsoftonline.com/${TENANT}/v2.0`,
      OIDC_AUDIENCE: '',
      RETENTION_DAYS: '7',
    },
    told: [
      missing('OIDC_AUDIENCE', "Set it to the audience of this app's tokens."),
      { setting: 'RETENTION_DAYS', code: 'config_conflict', remedy: 'Make RETENTION_DAYS at least MESSAGE_LIFETIME_DAYS' },
    ],
  },
];

/** Settings that are doubtful, and accepted. */
export const DOUBTFUL_SETTINGS = {
  OIDC_ISSUER: `https://sts.windows.net/${TENANT}/`,
  OIDC_AUDIENCE: TENANT,
  WEBSITE_SLOT_NAME: 'staging',
  MAX_DELIVERY_COUNT: '1',
  AzureFunctionsJobHost__extensions__serviceBus__maxAutoLockRenewalDuration: '00:00:00',
};
