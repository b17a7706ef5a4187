import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { DurableClient } from 'durable-functions';
import * as definitions from '../steps/index.ts';
import { BlobArtifactStore } from './adapters/azure/blob-artifact-store.ts';
import { BlobClaimCheckStore } from './adapters/azure/blob-claim-check-store.ts';
import { BlobIncomingBlobs } from './adapters/azure/blob-incoming-blobs.ts';
import { type AzureClients, createClients } from './adapters/azure/clients.ts';
import { CosmosCallbackStore } from './adapters/azure/cosmos-callback-store.ts';
import { CosmosEntityStore } from './adapters/azure/cosmos-entity-store.ts';
import { CosmosOutboxStore } from './adapters/azure/cosmos-outbox-store.ts';
import { CosmosPlanStore } from './adapters/azure/cosmos-plan-store.ts';
import { CosmosRunStore } from './adapters/azure/cosmos-run-store.ts';
import { CosmosWaitStore } from './adapters/azure/cosmos-wait-store.ts';
import { CosmosWriter } from './adapters/azure/cosmos-writer.ts';
import { createSettler } from './adapters/azure/create-settler.ts';
import { DurableOrchestrations } from './adapters/azure/durable-orchestrations.ts';
import { ServiceBusPublisher } from './adapters/azure/service-bus-publisher.ts';
import { ServiceBusRedelivery } from './adapters/azure/service-bus-redelivery.ts';
import { type AppLanguage, createLanguage } from './adapters/create-language.ts';
import { createResources } from './adapters/create-resources.ts';
import { EnvironmentSecrets } from './adapters/host/environment-secrets.ts';
import { HttpCallbackReceiver } from './adapters/http/http-callback-receiver.ts';
import { JoseTokenVerifier } from './adapters/http/jose-token-verifier.ts';
import { MemoryRequestLimit } from './adapters/http/memory-request-limit.ts';
import type { Access } from './api/access.ts';
import type { ApiRequest, ApiResponse } from './api/api-message.ts';
import { getHealth } from './api/get-health.ts';
import { type Dependency, Readiness } from './api/readiness.ts';
import { receiveWebhook, type WebhookCall } from './api/receive-webhook.ts';
import { serve, type WorkingRoute } from './api/serve.ts';
import { Turnstile } from './api/turnstile.ts';
import { CallbackCourier, type CallbackCourierOptions } from './callbacks/callback-courier.ts';
import { doubtHost } from './config/host.ts';
import { type Config, ConfigError, type ConfigProblem, loadConfig, loadNamespace, loadStorage } from './config.ts';
import { readDocumentFolder } from './document-folder.ts';
import { readHostFile } from './host-file.ts';
import { compileLibrary, type Language, type Library } from './library.ts';
import { ACTIVITY_DEADLINE_MS, WEBHOOKS_AT_WORK } from './limits.ts';
import type { NodeKind } from './nodes/node-kind.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import type { ArtifactStore } from './ports/artifact-store.ts';
import type { Clock } from './ports/clock.ts';
import { DependencyRefusedError } from './ports/errors.ts';
import type { Log } from './ports/log.ts';
import type { RequestLimit } from './ports/request-limit.ts';
import type { RunStore } from './ports/run-store.ts';
import { advance } from './run/advance.ts';
import type { AdvanceResult, AdvanceTask } from './run/advance-task.ts';
import { OutboxRelay } from './run/outbox-relay.ts';
import { carryOut, type Signal } from './run/signal.ts';
import { type LineSink, lineLog } from './telemetry/log.ts';
import { handleBlob } from './triggers/blob/handle-blob.ts';
import type { ArrivedBlob } from './triggers/blob/read-arrival.ts';
import { type BlobSource, DATA_CONNECTION } from './triggers/blob/source.ts';
import { childRuns } from './triggers/child-runs.ts';
import { HistoryRetention } from './triggers/history-retention.ts';
import { resolveName } from './triggers/service-bus/entity.ts';
import { handleServiceBusMessage } from './triggers/service-bus/handle-message.ts';
import type { ServiceBusMessage } from './triggers/service-bus/message-metadata.ts';
import type { ServiceBusSource } from './triggers/service-bus/source.ts';
import { sweep } from './triggers/sweep.ts';
import { ScheduleStates } from './triggers/timer/schedule-state.ts';
import type { TimerSource } from './triggers/timer/source.ts';
import { tick } from './triggers/timer/tick.ts';
import { processClocks, tickSchedule } from './triggers/timer/tick-schedule.ts';
import { checkTimers } from './triggers/timer/timer-health.ts';
import { watchTimers } from './triggers/timer/watch-timers.ts';
import { type Trigger, triggersOf } from './triggers/trigger.ts';
import type { WebhookSource } from './triggers/webhook/source.ts';

/** Younger runs and outboxes are left to the process that is at work on them. */
const SWEEP_MINIMUM_AGE_MS = 10_000;
const SWEEP_LIMIT = 200;
/** What one look at kept callbacks may take. */
const CALLBACK_BUDGET_MS = 45_000;
/** Time enough to mend or take back a deployment that orchestrations cannot live with. */
const RESTART_FOR_MS = 24 * 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** What the functions call: one method for each thing that can come in. */
export interface Work {
  readonly triggers: readonly Trigger[];
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly sweepSchedule: string;
  readonly blobTriggerSource: Config['blobTriggerSource'];
  acceptBlob(trigger: Trigger<BlobSource>, blob: ArrivedBlob, client: DurableClient, sink: LineSink): Promise<void>;
  /** What a request's body may have. */
  readonly maxBodyBytes: number;
  acceptMessage(
    trigger: Trigger<ServiceBusSource>,
    message: ServiceBusMessage,
    client: DurableClient,
    sink: LineSink,
  ): Promise<void>;
  /** When the host has to call a timer trigger, in its own time zone. */
  tickSchedule(trigger: Trigger<TimerSource>): string;
  tick(trigger: Trigger<TimerSource>, client: DurableClient, sink: LineSink): Promise<void>;
  receiveWebhook(
    trigger: Trigger<WebhookSource>,
    call: WebhookCall,
    client: () => DurableClient,
    sink: LineSink,
  ): Promise<ApiResponse>;
  advance(task: AdvanceTask, sink: LineSink): Promise<AdvanceResult>;
  signal(signal: Signal, client: DurableClient): Promise<void>;
  sweep(client: DurableClient, sink: LineSink): Promise<void>;
  /** Calls back again with what was not taken; undefined if nobody is called back. */
  readonly retryCallbacks?: () => Promise<void>;
  /** Whether the host is to ask for a function key before the app is asked. */
  readonly checksKeys: boolean;
  serve(route: WorkingRoute, request: ApiRequest, client: DurableClient, sink: LineSink): Promise<ApiResponse>;
  /** Does what was put off, before the process ends. */
  flush(): Promise<void>;
}

export interface HexdagApp {
  getHealth(): ApiResponse;
  /** Undefined while the settings are missing or wrong: then nothing is accepted. */
  readonly work?: Work;
  readonly settingsError?: ConfigError;
}

/** Puts the app together from the settings and the documents in the app's folder. Opens no connection. */
export function composeApp(environment: Environment, folder: string): HexdagApp {
  const language = createLanguage(definitions);
  const documents = environment['PIPELINES_DIRECTORY'] ?? 'pipelines';
  const library = loadLibrary(join(folder, documents), documents, language, environment);
  try {
    const config = loadConfig(environment, secretNamesOf(library.triggers));
    const log = lineLog(console, config.logLevel);
    logRefused(library, log);
    const warnings = [...config.warnings, ...doubtHostOf(folder, library, environment)];
    logDoubtful(warnings, log);
    return {
      getHealth: () => getHealth(library, [], warnings),
      work: composeWork(config, library, language, environment),
    };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { getHealth: () => getHealth(library, error.problems), settingsError: error };
  }
}

/** What is refused is not registered, so nothing else would ever mention it. */
function logRefused({ diagnostics }: Library, log: Log): void {
  for (const { severity, file, position, code, message } of diagnostics) {
    if (severity === 'error') log('error', 'a document is refused', { file, line: position.line, code, error: message });
  }
}

function logDoubtful(warnings: readonly ConfigProblem[], log: Log): void {
  for (const { setting, code, message, remedy } of warnings) {
    log('warn', 'a setting is doubtful', { setting, code, error: `${setting} ${message}. ${remedy}` });
  }
}

function doubtHostOf(folder: string, { triggers }: Library, environment: Environment): readonly ConfigProblem[] {
  const hostJson = readHostFile(folder);
  const queues = triggersOf(triggers, 'service_bus').map(({ name, source }) => ({ trigger: name, ...source }));
  return hostJson === undefined ? [] : doubtHost(hostJson, environment, { activityDeadlineMs: ACTIVITY_DEADLINE_MS, queues });
}

/** An app that cannot load tells nobody why; one without documents tells it in its health and its log. */
function loadLibrary(path: string, name: string, language: Language, environment: Environment): Library {
  const content = readDocumentFolder(path);
  if (content === undefined) {
    const message = `The folder '${name}' of pipelines and triggers is not part of the app.`;
    const remedy = 'Deploy it with the app, or name another in PIPELINES_DIRECTORY.';
    return { pipelines: [], triggers: [], diagnostics: [missing('folder_missing', name, message, remedy)], documents: new Map() };
  }
  const library = compileLibrary(content.files, language, { variables: environment, environment: environment['APP_ENV'] });
  const unreadable = content.unreadable.map((file) =>
    missing('file_unreadable', file, `The file '${file}' cannot be read.`, 'Deploy it with the app, readable for it.'),
  );
  return { ...library, diagnostics: [...library.diagnostics, ...unreadable] };
}

function missing(code: string, file: string, message: string, remedy: string): Diagnostic {
  return { code, severity: 'error', file, position: { line: 1, column: 1 }, message, remedy };
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

function composeWork(config: Config, library: Library, language: AppLanguage, environment: Environment): Work {
  const { kinds } = language;
  const clients = createClients(config);
  const clock = { now: () => Date.now() };
  const logTo = (sink: LineSink): Log => lineLog(sink, config.logLevel);
  const log = logTo(console);
  const retention = { seconds: config.retentionDays * 24 * 3_600, clock };
  const writer = new CosmosWriter(clients.runs);
  const runs = new CosmosRunStore(clients.runs, writer, retention);
  const outboxes = new CosmosOutboxStore(clients.runs, writer);
  const plans = new CosmosPlanStore(clients.plans);
  const artifacts = new BlobArtifactStore(clients.artifacts);
  const claimChecks = new BlobClaimCheckStore(clients.claimChecks);
  const incoming = openIncoming(library, clients, config, { environment, log });
  const publisher = new ServiceBusPublisher(clients.runEvents, config.runEventsTopic);
  const callbackStore = new CosmosCallbackStore(clients.runs, writer);
  const courier = createCourier(config, { store: callbackStore, clock, log });
  const relay = new OutboxRelay({ publisher, outboxes, log, published: new Set(config.runEvents), callbacks: courier });
  const entities = new CosmosEntityStore(clients.entities);
  const resources = createResources(language, { environment, entities, clock, log });
  const redelivery = createRedelivery(clients, environment);
  const settler = createSettler(process.argv, { artifacts, clock, log });
  const waits = new CosmosWaitStore(clients.runs, retention);
  const stores = { runs, plans, artifacts, relay, clock };
  const pipelines = new Map(library.pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const children = childRuns({ ...stores, pipelines });
  const processStartedAt = clock.now() - process.uptime() * 1000;
  const { access, dependencies: accessDependencies } = createAccess(config, clock);
  const limit = new MemoryRequestLimit(config.apiRequestsPerMinute, 60);
  const timers = {
    ...stores,
    schedules: new ScheduleStates(entities),
    startedHere: new Map<string, ReadonlySet<string>>(),
    toldSilent: new Map<string, number>(),
    isDisabled: (trigger: string) => isFunctionDisabled(trigger, environment),
    processStartedAt,
  };
  const schedules = triggersOf(library.triggers, 'timer');
  const silence = { name: 'timers', required: false, check: () => checkTimers(schedules, timers) };
  const dependencies = [
    ...dependenciesOf(runs, publisher, artifacts),
    ...accessDependencies,
    ...(schedules.length > 0 ? [silence] : []),
  ];
  const readiness = new Readiness(dependencies, clock, log);
  const history = new HistoryRetention({ days: config.retentionDays, clock, log });
  const orchestrationsOf = (client: DurableClient) => new DurableOrchestrations(client);
  const webhooks = {
    secrets: new EnvironmentSecrets(environment),
    tokens: access.kind === 'tokens' ? access.verifier : undefined,
    limits: webhookLimits(library.triggers),
    turnstile: new Turnstile(WEBHOOKS_AT_WORK, () =>
      log('warn', 'webhooks are turned away with 429', { atWork: WEBHOOKS_AT_WORK }),
    ),
    maxBodyBytes: config.maxBodyBytes,
  };

  return {
    triggers: library.triggers,
    kinds,
    sweepSchedule: config.sweepSchedule,
    blobTriggerSource: config.blobTriggerSource,
    acceptBlob: (trigger, blob, client, sink) =>
      handleBlob(blob, trigger, { ...stores, blobs: incoming, orchestrations: orchestrationsOf(client), log: logTo(sink) }),
    maxBodyBytes: config.maxBodyBytes,
    acceptMessage: (trigger, message, client, sink) =>
      handleServiceBusMessage(message, trigger, {
        ...stores,
        redelivery,
        pause: (ms) => setTimeout(ms),
        orchestrations: orchestrationsOf(client),
        claimChecks,
        settler,
        log: logTo(sink),
        maxDeliveryCount: config.maxDeliveryCount,
        maxBodyBytes: config.maxBodyBytes,
      }),
    tickSchedule: ({ source }) => tickSchedule(source, processClocks, clock.now()),
    tick: (trigger, client, sink) => tick(trigger, { ...timers, orchestrations: orchestrationsOf(client), log: logTo(sink) }),
    receiveWebhook: (trigger, call, client, sink) =>
      receiveWebhook(call, trigger, {
        ...stores,
        ...webhooks,
        // Made only for those that come so far: most of a flood do not.
        get orchestrations() {
          return orchestrationsOf(client());
        },
        log: logTo(sink),
      }),
    advance: (task, sink) =>
      advance(task, { ...stores, incoming, waits, children, resources, kinds, log: logTo(sink), processStartedAt }),
    signal: async (signal, client) => carryOut(signal, orchestrationsOf(client)),
    sweep: async (client, sink) => {
      const dependencies = { ...stores, outboxes, orchestrations: orchestrationsOf(client), log: logTo(sink) };
      await sweep(dependencies, {
        minimumAgeMs: SWEEP_MINIMUM_AGE_MS,
        limit: SWEEP_LIMIT,
        processStartedAt,
        restartForMs: RESTART_FOR_MS,
      });
      await watchTimers(schedules, { ...timers, ...dependencies });
      await history.keepTo(dependencies.orchestrations);
    },
    ...(courier === undefined
      ? {}
      : {
          retryCallbacks: async () => {
            await courier.retryDue({ limit: SWEEP_LIMIT, budgetMs: CALLBACK_BUDGET_MS });
          },
        }),
    checksKeys: access.kind === 'keys',
    serve: (route, request, client, sink) =>
      serve(route, request, {
        ...timers,
        waits,
        callbacks: callbackStore,
        pipelines,
        triggers: library.triggers,
        access,
        limit,
        readiness,
        orchestrations: orchestrationsOf(client),
        log: logTo(sink),
        newKey: randomUUID,
      }),
    flush: async () => {
      await relay.drain();
      await redelivery.close();
      await resources.close();
    },
  };
}

/** The settings that senders' signatures are checked with. */
function secretNamesOf(triggers: readonly Trigger[]): readonly string[] {
  return triggersOf(triggers, 'webhook').flatMap(({ source: { verification } }) =>
    verification.kind === 'signature' ? verification.secretNames : [],
  );
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

function webhookLimits(triggers: readonly Trigger[]): ReadonlyMap<string, RequestLimit> {
  const webhooks = triggersOf(triggers, 'webhook');
  return new Map(webhooks.map(({ name, source }) => [name, new MemoryRequestLimit(source.requestsPerMinute, 60)]));
}

/** How callers are known, and how it is asked for what that needs. */
function createAccess(
  { access }: Config,
  clock: Clock,
): { readonly access: Access; readonly dependencies: readonly Dependency[] } {
  if (access.kind !== 'tokens') return { access, dependencies: [] };
  const verifier = new JoseTokenVerifier(access, clock);
  const keys = { name: 'token_keys', required: false, check: () => verifier.openKeys() };
  return { access: { kind: 'tokens', verifier }, dependencies: [keys] };
}

/** Events wait in outboxes while Service Bus is away, and few runs need blobs; without the others no run can be taken on. */
function dependenciesOf(runs: RunStore, publisher: ServiceBusPublisher, artifacts: ArtifactStore): readonly Dependency[] {
  const nothing = 'readiness';
  return [
    { name: 'cosmos', required: true, check: () => runs.read(nothing) },
    { name: 'durable', required: true, check: (orchestrations) => orchestrations.state(nothing) },
    { name: 'service_bus', required: false, check: () => publisher.check() },
    { name: 'blob', required: false, check: () => artifacts.get(nothing) },
  ];
}

/** As the host reads it: so a function is switched off in Azure. */
function isFunctionDisabled(name: string, environment: Environment): boolean {
  return ['.', '__'].some((dot) => /^(?:true|1)$/i.test(environment[`AzureWebJobs${dot}${name}${dot}Disabled`] ?? ''));
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
