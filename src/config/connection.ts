import type { ConfigProblemCode } from './problem.ts';
import type { Settings } from './settings.ts';

/** How to reach a service: with a connection string (the emulators), or as an identity (Azure). */
export type Connection = ConnectionStringConnection | IdentityConnection;

export interface ConnectionStringConnection {
  readonly kind: 'connection_string';
  readonly connectionString: string;
}

export interface IdentityConnection {
  readonly kind: 'identity';
  /** The form the service's SDK client takes: a URL, for Service Bus a host name. */
  readonly endpoint: string;
  /** `managed_identity` in Azure; `default` finds whoever is logged in on a developer's machine. */
  readonly credential: 'managed_identity' | 'default';
  readonly clientId?: string;
}

/** What differs from service to service. */
export interface ConnectionKind {
  readonly prefix: string;
  /** Name after `__` of the setting that holds the endpoint, and how its value becomes one. */
  readonly endpoints: Readonly<Record<string, EndpointReader>>;
  /** A connection string must hold all fields of at least one of these sets. */
  readonly fieldSets: readonly (readonly string[])[];
  /** Fields of a connection string that hold a URL. */
  readonly urlFields: readonly string[];
}

/** Returns the endpoint, or undefined if the value is not one. */
type EndpointReader = (value: string) => string | undefined;

const HOST_NAME = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)+$/i;
const STORAGE_ACCOUNT_NAME = /^[a-z0-9]{3,24}$/;
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
export const LOOPBACK_HOST = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/i;
/** What only emulators have: their switches, their account and key (public by design), an address on this machine. */
const EMULATOR_MARKS = [
  /UseDevelopment(Storage|Emulator)=true/i,
  /devstoreaccount1/i,
  /C2y6yDjf5\/R\+ob0N8A7Cgv/,
  /:\/\/(localhost|127\.|\[::1\])/i,
];

const INSECURE = ['config_insecure', 'would send data unencrypted to another machine', 'Use https.'] as const;

const url: EndpointReader = (value) => (URL.canParse(value) && /^https?:/i.test(value) ? value : undefined);
const hostName: EndpointReader = (value) => (HOST_NAME.test(value) ? value : undefined);
const accountName: EndpointReader = (value) =>
  STORAGE_ACCOUNT_NAME.test(value) ? `https://${value}.blob.core.windows.net` : undefined;

const STORAGE_FIELD_SETS = [['UseDevelopmentStorage'], ['AccountName', 'AccountKey'], ['BlobEndpoint', 'SharedAccessSignature']];

export const HOST_STORAGE: ConnectionKind = {
  prefix: 'AzureWebJobsStorage',
  endpoints: { accountName, blobServiceUri: url },
  fieldSets: STORAGE_FIELD_SETS,
  urlFields: ['BlobEndpoint', 'QueueEndpoint', 'TableEndpoint'],
};

export const DATA_STORAGE: ConnectionKind = {
  prefix: 'DATA',
  endpoints: { blobServiceUri: url },
  fieldSets: STORAGE_FIELD_SETS,
  urlFields: ['BlobEndpoint'],
};

export const SERVICE_BUS: ConnectionKind = {
  prefix: 'SB',
  endpoints: { fullyQualifiedNamespace: hostName },
  fieldSets: [['Endpoint', 'SharedAccessKeyName', 'SharedAccessKey']],
  urlFields: [],
};

export const COSMOS: ConnectionKind = {
  prefix: 'COSMOS',
  endpoints: { accountEndpoint: url },
  fieldSets: [['AccountEndpoint', 'AccountKey']],
  urlFields: ['AccountEndpoint'],
};

/** Reads one connection. Undefined: it is missing or wrong, and the settings hold the reason. */
export function readConnection(settings: Settings, kind: ConnectionKind, production: boolean): Connection | undefined {
  const endpointSettings = Object.keys(kind.endpoints).map((name) => `${kind.prefix}__${name}`);
  const given = endpointSettings.find((name) => settings.has(name));
  if (!settings.has(kind.prefix) && given === undefined) {
    return reject(settings, kind.prefix, 'config_missing', 'is missing', `Set it, or ${endpointSettings.join(' or ')}.`);
  }
  if (settings.has(kind.prefix) && given !== undefined) {
    return reject(settings, kind.prefix, 'config_conflict', `is set beside ${given}`, 'Keep one: the plain setting would win.');
  }
  return given === undefined ? readConnectionString(settings, kind, production) : readIdentity(settings, kind, given);
}

function readConnectionString(settings: Settings, kind: ConnectionKind, production: boolean): Connection | undefined {
  const connectionString = settings.value(kind.prefix);
  if (connectionString === undefined) return undefined;
  const fields = parseFields(connectionString);
  if (!kind.fieldSets.some((set) => set.every((field) => fields.has(field.toLowerCase())))) {
    const forms = kind.fieldSets.map((set) => set.map((field) => `${field}=…`).join(';'));
    return reject(settings, kind.prefix, 'config_format', 'is no connection string', `It has the form ${forms.join(' or ')}.`);
  }
  if (production && EMULATOR_MARKS.some((mark) => mark.test(connectionString))) {
    const remedy = 'Set the connection of the real service, best in its identity form.';
    return reject(
      settings,
      kind.prefix,
      'config_emulator_in_production',
      'names an emulator while APP_ENV is production',
      remedy,
    );
  }
  const addresses = kind.urlFields.flatMap((field) => fields.get(field.toLowerCase()) ?? []);
  if (addresses.length === 0 && /^http$/i.test(fields.get('defaultendpointsprotocol') ?? '')) {
    return reject(settings, kind.prefix, ...INSECURE);
  }
  if (!addresses.every((address) => checkAddress(settings, kind.prefix, address))) return undefined;
  return { kind: 'connection_string', connectionString };
}

function readIdentity(settings: Settings, kind: ConnectionKind, endpointSetting: string): Connection | undefined {
  const value = settings.value(endpointSetting);
  if (value === undefined) return undefined;
  const endpoint = kind.endpoints[endpointSetting.slice(kind.prefix.length + 2)]?.(value);
  if (endpoint === undefined) {
    const remedy = 'Copy it from the resource: a URL with https://, for Service Bus the host name alone.';
    return reject(settings, endpointSetting, 'config_format', "is not the service's address", remedy);
  }
  if (URL.canParse(endpoint) && !checkAddress(settings, endpointSetting, endpoint)) return undefined;

  const credentialSetting = `${kind.prefix}__credential`;
  const credential = settings.value(credentialSetting);
  if (credential !== undefined && credential.toLowerCase() !== 'managedidentity') {
    const remedy = 'Remove it on a developer machine; in Azure the only value is managedidentity.';
    return reject(settings, credentialSetting, 'config_value', 'is no known credential', remedy);
  }
  const clientIdSetting = `${kind.prefix}__clientId`;
  const clientId = settings.value(clientIdSetting);
  if (clientId !== undefined && !GUID.test(clientId)) {
    return reject(settings, clientIdSetting, 'config_format', 'is no GUID', 'Copy the client id of the user-assigned identity.');
  }
  return {
    kind: 'identity',
    endpoint,
    credential: credential === undefined ? 'default' : 'managed_identity',
    ...(clientId === undefined ? {} : { clientId }),
  };
}

/** Plain HTTP is for this machine only. */
function checkAddress(settings: Settings, setting: string, address: string): boolean {
  if (!URL.canParse(address)) {
    reject(settings, setting, 'config_format', 'holds an address that is no URL', 'Copy it from the resource.');
    return false;
  }
  const { protocol, hostname } = new URL(address);
  if (protocol === 'https:' || LOOPBACK_HOST.test(hostname)) return true;
  reject(settings, setting, ...INSECURE);
  return false;
}

/** `Name=value;Name=value`, names in lower case. A value may itself contain `=`. */
function parseFields(connectionString: string): ReadonlyMap<string, string> {
  const fields = connectionString.split(';').map((field): [string, string] => {
    const [name = '', ...value] = field.split('=');
    return [name.trim().toLowerCase(), value.join('=')];
  });
  return new Map(fields.filter(([, value]) => value !== ''));
}

function reject(settings: Settings, setting: string, code: ConfigProblemCode, message: string, remedy: string): undefined {
  settings.report({ setting, code, message, remedy });
}
