import type { DurableClient } from 'durable-functions';
import { BlobArtifactStore } from '../adapters/azure/blob-artifact-store.ts';
import { BlobClaimCheckStore } from '../adapters/azure/blob-claim-check-store.ts';
import { BlobIncomingBlobs } from '../adapters/azure/blob-incoming-blobs.ts';
import { type AzureClients, createClients } from '../adapters/azure/clients.ts';
import { CosmosCallbackStore } from '../adapters/azure/cosmos-callback-store.ts';
import { CosmosEntityStore } from '../adapters/azure/cosmos-entity-store.ts';
import { CosmosOutboxStore } from '../adapters/azure/cosmos-outbox-store.ts';
import { CosmosPlanStore } from '../adapters/azure/cosmos-plan-store.ts';
import { CosmosRunStore } from '../adapters/azure/cosmos-run-store.ts';
import { CosmosWaitStore } from '../adapters/azure/cosmos-wait-store.ts';
import { CosmosWriter } from '../adapters/azure/cosmos-writer.ts';
import { createSettler } from '../adapters/azure/create-settler.ts';
import { DurableOrchestrations } from '../adapters/azure/durable-orchestrations.ts';
import { linkSigner } from '../adapters/azure/link-signer.ts';
import { ServiceBusPublisher } from '../adapters/azure/service-bus-publisher.ts';
import { ServiceBusRedelivery } from '../adapters/azure/service-bus-redelivery.ts';
import type { AppLanguage } from '../adapters/create-language.ts';
import { createResources } from '../adapters/create-resources.ts';
import { HttpCallbackReceiver } from '../adapters/http/http-callback-receiver.ts';
import { CallbackCourier, type CallbackCourierOptions } from '../callbacks/callback-courier.ts';
import { type Config, type Environment, loadNamespace, loadStorage } from '../config.ts';
import type { Library } from '../library.ts';
import { DependencyRefusedError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import { OutboxRelay } from '../run/outbox-relay.ts';
import { type LineSink, lineLog } from '../telemetry/log.ts';
import { DATA_CONNECTION } from '../triggers/blob/source.ts';
import { resolveName } from '../triggers/service-bus/entity.ts';
import { ScheduleStates } from '../triggers/timer/schedule-state.ts';
import { StartedHere } from '../triggers/timer/started-here.ts';
import { triggersOf } from '../triggers/trigger.ts';
import { createAccess } from './access.ts';

/** What the app is put together from. */
export interface Composition {
  readonly config: Config;
  readonly library: Library;
  readonly language: AppLanguage;
  readonly environment: Environment;
}

/** What lives as long as the process: adapters, and what several doors share. */
export type Parts = ReturnType<typeof openParts>;

/** Opens no connection: each client does when it is first used. */
export function openParts({ config, library, language, environment }: Composition) {
  const clients = createClients(config);
  const clock = { now: () => Date.now() };
  const logTo = (sink: LineSink): Log => lineLog(sink, config.logLevel);
  const log = logTo(console);
  const retention = { seconds: config.retentionDays * 24 * 3_600, clock };
  const writer = new CosmosWriter(clients.runs);
  const runs = new CosmosRunStore(clients.runs, writer, retention);
  const plans = new CosmosPlanStore(clients.plans);
  const artifacts = new BlobArtifactStore(clients.artifacts, linkSigner(config.data, clients.data, clock));
  const outboxes = new CosmosOutboxStore(clients.runs, writer);
  const callbackStore = new CosmosCallbackStore(clients.runs, writer);
  const courier = createCourier(config, { store: callbackStore, clock, log });
  const publisher = new ServiceBusPublisher(clients.runEvents, config.runEventsTopic);
  const relay = new OutboxRelay({ publisher, outboxes, log, published: new Set(config.runEvents), callbacks: courier });
  const entities = new CosmosEntityStore(clients.entities);
  const stores = { runs, plans, artifacts, relay, clock };
  const processStartedAt = clock.now() - process.uptime() * 1000;
  return {
    clock,
    logTo,
    log,
    stores,
    outboxes,
    callbackStore,
    courier,
    publisher,
    processStartedAt,
    waits: new CosmosWaitStore(clients.runs, retention),
    claimChecks: new BlobClaimCheckStore(clients.claimChecks),
    incoming: openIncoming(library, clients, config, { environment, log }),
    redelivery: createRedelivery(clients, environment),
    settler: createSettler(process.argv, { artifacts, clock, log }),
    resources: createResources(language, { environment, entities, clock, log }),
    pipelines: new Map(library.pipelines.map((pipeline) => [pipeline.name, pipeline])),
    ...createAccess(config, clock),
    timers: {
      ...stores,
      schedules: new ScheduleStates(entities),
      startedHere: new StartedHere(),
      toldSilent: new Map<string, number>(),
      isDisabled: (trigger: string) => isFunctionDisabled(trigger, environment),
      processStartedAt,
    },
    orchestrationsOf: (client: DurableClient) => new DurableOrchestrations(client),
  };
}

/** Undefined if nobody is to be called back. */
function createCourier(
  { callback }: Config,
  options: Omit<CallbackCourierOptions, 'receiver' | 'events'>,
): CallbackCourier | undefined {
  if (callback === undefined) return undefined;
  const receiver = new HttpCallbackReceiver(callback, options.clock);
  return new CallbackCourier({ ...options, receiver, events: new Set(callback.events) });
}

/** Sends to the queues that triggers listen to, over the connections their documents name. */
function createRedelivery({ serviceBus }: AzureClients, environment: Environment): ServiceBusRedelivery {
  return new ServiceBusRedelivery(
    async (name) => {
      const connection = loadNamespace(environment, name);
      if (connection !== undefined) return serviceBus(connection);
      throw new DependencyRefusedError(`The connection ${name} is missing or wrong, so nothing can be sent over it.`);
    },
    (queue) => resolveName(queue, environment),
  );
}

/** The containers that blob triggers read, and nothing else of their accounts. One whose connection is wrong is left out: the others work. */
function openIncoming(
  { triggers }: Library,
  { storage }: AzureClients,
  config: Config,
  { environment, log }: { readonly environment: Environment; readonly log: Log },
): BlobIncomingBlobs {
  const sources = triggersOf(triggers, 'blob').map(({ source }) => source);
  const accounts = new Map([[DATA_CONNECTION, storage(config.data)]]);
  for (const name of new Set(sources.map(({ connection }) => connection).filter((other) => !accounts.has(other)))) {
    const connection = loadStorage(environment, name);
    if (connection !== undefined) accounts.set(name, storage(connection));
    else
      log('error', 'files of a storage account cannot be read, because its connection is missing or wrong', { connection: name });
  }
  const containers = sources.map(({ connection, path }) => ({ connection, container: path.container }));
  return new BlobIncomingBlobs(containers, accounts);
}

/** As the host reads it: so a function is switched off in Azure. */
function isFunctionDisabled(name: string, environment: Environment): boolean {
  return ['.', '__'].some((dot) => /^(?:true|1)$/i.test(environment[`AzureWebJobs${dot}${name}${dot}Disabled`] ?? ''));
}
