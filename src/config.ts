import { z } from 'zod';
import { type AccessConfig, readAccess } from './config/access.ts';
import {
  COSMOS,
  type Connection,
  type ConnectionKind,
  DATA_STORAGE,
  HOST_STORAGE,
  readConnection,
  SERVICE_BUS,
} from './config/connection.ts';
import { readMaxDeliveryCount } from './config/deliveries.ts';
import { ConfigError, type ConfigProblem } from './config/problem.ts';
import { type ResultSettings, readResults } from './config/results.ts';
import { type RetentionSettings, readRetention } from './config/retention.ts';
import { type Environment, Settings } from './config/settings.ts';
import { readWholeNumber } from './config/whole-number.ts';
import { LARGEST_BODY_BYTES, MESSAGE_BODY_BYTES } from './limits.ts';
import { DEFAULT_EVENT_TYPES, DEFAULT_RUN_EVENTS_TOPIC, RUN_EVENT_TYPES } from './ports/event-publisher.ts';

export type { Connection, IdentityConnection } from './config/connection.ts';
export { ConfigError, type ConfigProblem } from './config/problem.ts';
export type { CallbackSettings } from './config/results.ts';
export type { Environment } from './config/settings.ts';

/** Everything the app is told from outside. */
export interface Config extends ResultSettings, RetentionSettings {
  readonly environment: 'development' | 'staging' | 'production';
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
  readonly taskHub: string;
  readonly hostStorage: Connection;
  readonly serviceBus: Connection;
  readonly cosmos: Connection;
  readonly data: Connection;
  readonly cosmosDatabase: string;
  readonly runEventsTopic: string;
  /** How the host learns of new blobs. */
  readonly blobTriggerSource: 'EventGrid' | 'LogsAndContainerScan';
  /** What messages, webhooks and requests may carry. */
  readonly maxBodyBytes: number;
  /** The delivery after which the broker dead-letters. */
  readonly maxDeliveryCount: number;
  /** NCRONTAB, six fields. */
  readonly sweepSchedule: string;
  readonly keyVaultUri?: string;
  readonly applicationInsightsConnectionString?: string;
  readonly access: AccessConfig;
  /** What each caller of the API may ask for, on each instance of the app. */
  readonly apiRequestsPerMinute: number;
  /** What is doubtful and yet accepted. */
  readonly warnings: readonly ConfigProblem[];
}

const SCHEDULE = /^\S+( \S+){5}$/;
const API_REQUESTS = { least: 1, most: 1_000_000, unit: 'requests', byDefault: 6_000 };
const ENTITY_NAME = /^[A-Za-z0-9]([A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?$/;

/** The settings that are one value each; each error text is the remedy. */
const values = z.object({
  APP_ENV: z.enum(['development', 'staging', 'production'], 'Set it to development, staging or production.'),
  APP_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error'], 'Set it to debug, info, warn or error.').default('info'),
  TASKHUB_NAME: z
    .string('Name the Durable task hub; no two apps may share one.')
    .regex(/^[A-Za-z][A-Za-z0-9]{2,44}$/, 'A task hub has 3 to 45 letters and digits and begins with a letter.'),
  COSMOS_DATABASE: z
    .string()
    .regex(/^[^/\\#?]{1,255}$/, 'A database has up to 255 characters, none of / \\ # ?.')
    .default('hexdag'),
  RUN_EVENTS_TOPIC: z
    .string()
    .regex(ENTITY_NAME, 'A topic has letters, digits and . - _ / inside.')
    .default(DEFAULT_RUN_EVENTS_TOPIC),
  BLOB_TRIGGER_SOURCE: z
    .enum(['EventGrid', 'LogsAndContainerScan'], 'Set it to EventGrid, or to LogsAndContainerScan where the plan offers that.')
    .default('EventGrid'),
  SWEEP_SCHEDULE: z
    .string()
    .regex(SCHEDULE, 'A schedule has six fields: second, minute, hour, day, month, weekday.')
    .default('0 * * * * *'),
  KEY_VAULT_URI: z.url({ protocol: /^https$/, error: 'It looks like https://<vault>.vault.azure.net/.' }).optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .regex(/(^|;)InstrumentationKey=/i, 'It looks like InstrumentationKey=…;IngestionEndpoint=….')
    .optional(),
});

/**
 * Reads all settings. Pure: the same environment gives the same answer, and nothing is read at import.
 * @param secretNames further settings, which documents take secrets from; spoiled ones are refused here, missing ones doubted
 * @throws ConfigError with every missing or wrong setting
 */
export function loadConfig(environment: Environment, secretNames: readonly string[] = []): Config {
  const settings = new Settings(environment);
  for (const name of secretNames) readSecret(settings, name);
  doubtTaskHub(settings);
  const read = readValues(settings);
  const production = isProduction(settings);
  const hostStorage = readConnection(settings, HOST_STORAGE, production);
  const serviceBus = readConnection(settings, SERVICE_BUS, production);
  const cosmos = readConnection(settings, COSMOS, production);
  const data = readConnection(settings, DATA_STORAGE, production);
  const access = readAccess(settings);
  const retention = readRetention(settings);
  const bytes = { least: 1, most: LARGEST_BODY_BYTES, unit: 'bytes', byDefault: MESSAGE_BODY_BYTES };
  const maxBodyBytes = readWholeNumber(settings, 'MAX_BODY_BYTES', bytes);
  const maxDeliveryCount = readMaxDeliveryCount(settings);
  const apiRequestsPerMinute = readWholeNumber(settings, 'API_REQUESTS_PER_MINUTE', API_REQUESTS);
  const events = { all: RUN_EVENT_TYPES, byDefault: DEFAULT_EVENT_TYPES };
  const results = readResults(settings, events, settings.value('APP_ENV') === 'development');
  const connections = hostStorage && serviceBus && cosmos && data && { hostStorage, serviceBus, cosmos, data };
  if (
    !read ||
    !connections ||
    !access ||
    !retention ||
    maxBodyBytes === undefined ||
    maxDeliveryCount === undefined ||
    apiRequestsPerMinute === undefined ||
    settings.problems.length > 0
  ) {
    throw new ConfigError(settings.problems);
  }
  return {
    environment: read.APP_ENV,
    logLevel: read.APP_LOG_LEVEL,
    taskHub: read.TASKHUB_NAME,
    ...connections,
    cosmosDatabase: read.COSMOS_DATABASE,
    runEventsTopic: read.RUN_EVENTS_TOPIC,
    ...results,
    blobTriggerSource: read.BLOB_TRIGGER_SOURCE,
    ...retention,
    maxBodyBytes,
    maxDeliveryCount,
    sweepSchedule: read.SWEEP_SCHEDULE,
    access,
    apiRequestsPerMinute,
    warnings: settings.warnings,
    ...(read.KEY_VAULT_URI === undefined ? {} : { keyVaultUri: read.KEY_VAULT_URI }),
    ...(read.APPLICATIONINSIGHTS_CONNECTION_STRING === undefined
      ? {}
      : { applicationInsightsConnectionString: read.APPLICATIONINSIGHTS_CONNECTION_STRING }),
  };
}

/** Two slots on one task hub take each other's work. What the other slots have, none of them knows; so the name is to tell. */
function doubtTaskHub(settings: Settings): void {
  const slot = settings
    .value('WEBSITE_SLOT_NAME')
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
  const taskHub = settings.value('TASKHUB_NAME')?.toLowerCase();
  if (slot === undefined || slot === 'production' || taskHub === undefined || taskHub.endsWith(slot)) return;
  settings.warn({
    setting: 'TASKHUB_NAME',
    code: 'config_conflict',
    message: 'may be the task hub of another slot, because it does not end with the name of this one',
    remedy: 'Give each slot a task hub of its own that ends with its name, as a setting that stays with the slot.',
  });
}

/** One that is missing stops its own trigger only; of two while one replaces the other, one is enough. */
function readSecret(settings: Settings, name: string): void {
  settings.value(name);
  if (settings.has(name)) return;
  settings.warn({
    setting: name,
    code: 'config_missing',
    message: 'is missing: the webhooks whose document names it refuse what is signed with it',
    remedy: 'Set it to the secret that the sender signs with.',
  });
}

/** The connection of a storage account that a document names, with the settings that `DATA` has; undefined if it is missing or wrong. */
export function loadStorage(environment: Environment, name: string): Connection | undefined {
  return loadConnection(environment, { ...DATA_STORAGE, prefix: name });
}

/** The connection of a Service Bus namespace that a document names, with the settings that `SB` has; undefined if it is missing or wrong. */
export function loadNamespace(environment: Environment, name: string): Connection | undefined {
  return loadConnection(environment, { ...SERVICE_BUS, prefix: name });
}

function loadConnection(environment: Environment, kind: ConnectionKind): Connection | undefined {
  const settings = new Settings(environment);
  return readConnection(settings, kind, isProduction(settings));
}

function isProduction(settings: Settings): boolean {
  return settings.value('APP_ENV') === 'production';
}

function readValues(settings: Settings): z.infer<typeof values> | undefined {
  const given = Object.fromEntries(Object.keys(values.shape).map((name) => [name, settings.value(name)]));
  const result = values.safeParse(given);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const setting = String(issue.path[0]);
    const missing = !settings.has(setting);
    settings.report({
      setting,
      code: missing ? 'config_missing' : issue.code === 'invalid_value' ? 'config_value' : 'config_format',
      message: missing ? 'is missing' : 'has a value that cannot be right',
      remedy: issue.message,
    });
  }
  return undefined;
}
