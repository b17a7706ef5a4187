import type { Failure, Host, Stores } from './messages.ts';

/** Where everything is, once the local Azure runs. */
export interface Ready {
  readonly stores: Stores;
  readonly host: Host;
  readonly control: string;
  readonly pids: { readonly stores: number; readonly host: number };
  /** Opens every function; undefined when none is asked for. */
  readonly functionKey: string | undefined;
  readonly folder: string;
  readonly ephemeral: boolean;
}

/** The line that programs wait for. */
export function readyLine({ stores, host, control, pids, functionKey }: Ready): string {
  const { serviceBus, cosmos, blob } = stores;
  return JSON.stringify({ ready: true, http: host.origin, serviceBus, cosmos, blob, control, pids, functionKey });
}

export function failureLine({ code, message }: Failure): string {
  return JSON.stringify({ ready: false, code, message });
}

/** The same for people, with what to give to ordinary clients. */
export function describeReady({ stores, host, control, pids, functionKey, folder, ephemeral }: Ready): string {
  return `The local Azure is ready. It is for development: it listens on this machine only, and its keys are no secrets.

  App          ${host.origin}${functionKey === undefined ? '' : `\n               x-functions-key: ${functionKey}`}
  Service Bus  ${stores.serviceBus}
  Cosmos DB    AccountEndpoint=${stores.cosmos.endpoint};AccountKey=${stores.cosmos.key};
               database ${stores.cosmos.database}
  Blob         ${stores.blob}
  Data         ${folder}${ephemeral ? ' (removed at the end)' : ''}
  Control      ${control}/status (pids), ${control}/counters
  Processes    stores ${pids.stores}, host ${pids.host} (each may be killed: it comes back, and nothing is lost)

Ordinary clients connect with these strings:
  new ServiceBusClient(<Service Bus>), new CosmosClient(<Cosmos DB>), BlobServiceClient.fromConnectionString(<Blob>)

Ctrl-C stops it.
`;
}
