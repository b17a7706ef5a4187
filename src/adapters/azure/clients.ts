import type { Container, CosmosClient } from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import type { ServiceBusClient, ServiceBusSender } from '@azure/service-bus';
import type { BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import type { Config, Connection, IdentityConnection } from '../../config.ts';

const RUNS_CONTAINER = 'runs';
const PLANS_CONTAINER = 'plans';
const ENTITIES_CONTAINER = 'entities';
const ARTIFACTS_CONTAINER = 'artifacts';
const CLAIM_CHECKS_CONTAINER = 'claim-checks';

/** Short: whoever waits holds a lock or an activity, and has a retry policy of its own. */
const COSMOS_REQUEST_TIMEOUT_MS = 20_000;
const COSMOS_THROTTLE_RETRIES = { maxRetryAttemptCount: 9, maxWaitTimeInSeconds: 20 };
const BLOB_RETRIES = { maxTries: 4, retryDelayInMs: 200, maxRetryDelayInMs: 5_000, tryTimeoutInMs: 30_000 };
/** The publisher repeats what failed, and ends what takes too long. */
const SERVICE_BUS_RETRIES = { maxRetries: 0, timeoutInMs: 5_000 };

/** The services' clients, one of each per process, opened when first used: their packages take long to load. */
export interface AzureClients {
  readonly runs: () => Promise<Container>;
  readonly plans: () => Promise<Container>;
  readonly entities: () => Promise<Container>;
  readonly artifacts: () => Promise<ContainerClient>;
  /** The account of the artifacts. */
  readonly data: () => Promise<BlobServiceClient>;
  readonly claimChecks: () => Promise<ContainerClient>;
  /** The containers of an account. */
  readonly storage: (connection: Connection) => (container: string) => Promise<ContainerClient>;
  /** A client of a namespace, for whoever asks to close. */
  readonly serviceBus: (connection: Connection) => Promise<ServiceBusClient>;
  /** A sender on a connection of its own, in place of the one before. */
  readonly runEvents: () => Promise<ServiceBusSender>;
  /** Closes what was opened. */
  close(): Promise<void>;
}

export function createClients(config: Config): AzureClients {
  const cosmos = once(() => openCosmos(config));
  let serviceBus: Promise<ServiceBusClient> | undefined;
  const closeServiceBus = async () => (await serviceBus)?.close();
  const container = (id: string) => once(async () => (await cosmos()).database(config.cosmosDatabase).container(id));
  const blobs = once(() => openBlobs(config.data));
  const blobContainer = (name: string) => once(async () => (await blobs()).getContainerClient(name));
  return {
    runs: container(RUNS_CONTAINER),
    plans: container(PLANS_CONTAINER),
    entities: container(ENTITIES_CONTAINER),
    artifacts: blobContainer(ARTIFACTS_CONTAINER),
    data: blobs,
    claimChecks: blobContainer(CLAIM_CHECKS_CONTAINER),
    storage(connection) {
      const account = once(() => openBlobs(connection));
      return async (name) => (await account()).getContainerClient(name);
    },
    serviceBus: openServiceBus,
    async runEvents() {
      // Not waited for: a client whose connection broke may never finish closing.
      closeServiceBus().catch(() => undefined);
      serviceBus = openServiceBus(config.serviceBus);
      return (await serviceBus).createSender(config.runEventsTopic);
    },
    async close() {
      await cosmos.opened()?.then((client) => client.dispose());
      await closeServiceBus();
    },
  };
}

async function openCosmos({ cosmos }: Config): Promise<CosmosClient> {
  const sdk = await import('@azure/cosmos');
  const connectionPolicy = { requestTimeout: COSMOS_REQUEST_TIMEOUT_MS, retryOptions: COSMOS_THROTTLE_RETRIES };
  if (cosmos.kind === 'connection_string') {
    return new sdk.CosmosClient({ connectionString: cosmos.connectionString, connectionPolicy });
  }
  return new sdk.CosmosClient({ endpoint: cosmos.endpoint, aadCredentials: await openCredential(cosmos), connectionPolicy });
}

async function openServiceBus(connection: Connection): Promise<ServiceBusClient> {
  const sdk = await import('@azure/service-bus');
  const options = { retryOptions: SERVICE_BUS_RETRIES };
  if (connection.kind === 'connection_string') return new sdk.ServiceBusClient(connection.connectionString, options);
  return new sdk.ServiceBusClient(connection.endpoint, await openCredential(connection), options);
}

async function openBlobs(connection: Connection): Promise<BlobServiceClient> {
  const sdk = await import('@azure/storage-blob');
  const options = { retryOptions: BLOB_RETRIES };
  if (connection.kind === 'connection_string') {
    return sdk.BlobServiceClient.fromConnectionString(connection.connectionString, options);
  }
  return new sdk.BlobServiceClient(connection.endpoint, await openCredential(connection), options);
}

async function openCredential({ credential, clientId }: IdentityConnection): Promise<TokenCredential> {
  const sdk = await import('@azure/identity');
  if (credential === 'managed_identity') return new sdk.ManagedIdentityCredential(clientId === undefined ? {} : { clientId });
  return new sdk.DefaultAzureCredential(clientId === undefined ? {} : { managedIdentityClientId: clientId });
}

interface Once<Value> {
  (): Promise<Value>;
  /** What was opened, if anything was. */
  opened(): Promise<Value> | undefined;
}

/** Opens at the first call. */
function once<Value>(open: () => Promise<Value>): Once<Value> {
  let value: Promise<Value> | undefined;
  const get = () => {
    value ??= open();
    return value;
  };
  return Object.assign(get, { opened: () => value });
}
