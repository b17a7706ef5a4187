import { z } from 'zod';
import { type AccessConfig, readAccess } from './config/access.ts';
import { COSMOS, type Connection, DATA_STORAGE, HOST_STORAGE, readConnection, SERVICE_BUS } from './config/connection.ts';
import { ConfigError, type ConfigProblem } from './config/problem.ts';
import { type ResultSettings, readResults } from './config/results.ts';
import { type Environment, Settings } from './config/settings.ts';
import { DEFAULT_EVENT_TYPES, DEFAULT_RUN_EVENTS_TOPIC, RUN_EVENT_TYPES } from './ports/event-publisher.ts';

export type { Connection, IdentityConnection } from './config/connection.ts';
export { ConfigError, type ConfigProblem } from './config/problem.ts';
export type { CallbackSettings } from './config/results.ts';
export type { Environment } from './config/settings.ts';

/** Everything the app is told from outside. */
export interface Config extends ResultSettings {
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
  /** NCRONTAB, six fields. */
  readonly sweepSchedule: string;
  readonly keyVaultUri?: string;
  readonly applicationInsightsConnectionString?: string;
  readonly access: AccessConfig;
  /** What is doubtful and yet accepted. */
  readonly warnings: readonly ConfigProblem[];
}

const SCHEDULE = /^\S+( \S+){5}$/;
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
 * @throws ConfigError with every missing or wrong setting
 */
export function loadConfig(environment: Environment): Config {
  const settings = new Settings(environment);
  const read = readValues(settings);
  const production = settings.value('APP_ENV') === 'production';
  const hostStorage = readConnection(settings, HOST_STORAGE, production);
  const serviceBus = readConnection(settings, SERVICE_BUS, production);
  const cosmos = readConnection(settings, COSMOS, production);
  const data = readConnection(settings, DATA_STORAGE, production);
  const access = readAccess(settings);
  const events = { all: RUN_EVENT_TYPES, byDefault: DEFAULT_EVENT_TYPES };
  const results = readResults(settings, events, settings.value('APP_ENV') === 'development');
  if (read === undefined || !hostStorage || !serviceBus || !cosmos || !data || !access || settings.problems.length > 0) {
    throw new ConfigError(settings.problems);
  }
  return {
    environment: read.APP_ENV,
    logLevel: read.APP_LOG_LEVEL,
    taskHub: read.TASKHUB_NAME,
    hostStorage,
    serviceBus,
    cosmos,
    data,
    cosmosDatabase: read.COSMOS_DATABASE,
    runEventsTopic: read.RUN_EVENTS_TOPIC,
    ...results,
    blobTriggerSource: read.BLOB_TRIGGER_SOURCE,
    sweepSchedule: read.SWEEP_SCHEDULE,
    access,
    warnings: settings.warnings,
    ...(read.KEY_VAULT_URI === undefined ? {} : { keyVaultUri: read.KEY_VAULT_URI }),
    ...(read.APPLICATIONINSIGHTS_CONNECTION_STRING === undefined
      ? {}
      : { applicationInsightsConnectionString: read.APPLICATIONINSIGHTS_CONNECTION_STRING }),
  };
}

/**
 * Reads the connections of further storage accounts, that documents name. Each has the settings that `DATA` has.
 * @throws ConfigError with every missing or wrong setting
 */
export function loadStorages(environment: Environment, names: readonly string[]): ReadonlyMap<string, Connection> {
  const settings = new Settings(environment);
  const production = settings.value('APP_ENV') === 'production';
  const connections = names.flatMap((name): (readonly [string, Connection])[] => {
    const connection = readConnection(settings, { ...DATA_STORAGE, prefix: name }, production);
    return connection === undefined ? [] : [[name, connection]];
  });
  if (settings.problems.length > 0) throw new ConfigError(settings.problems);
  return new Map(connections);
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
