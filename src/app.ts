import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DurableClient } from 'durable-functions';
import { steps } from '../steps/index.ts';
import { BlobArtifactStore } from './adapters/azure/blob-artifact-store.ts';
import { createClients } from './adapters/azure/clients.ts';
import { CosmosPlanStore } from './adapters/azure/cosmos-plan-store.ts';
import { CosmosRunStore } from './adapters/azure/cosmos-run-store.ts';
import { createSettler } from './adapters/azure/create-settler.ts';
import { DurableOrchestrations } from './adapters/azure/durable-orchestrations.ts';
import { ServiceBusPublisher } from './adapters/azure/service-bus-publisher.ts';
import type { ApiRequest, ApiResponse } from './api/api-message.ts';
import { getHealth } from './api/get-health.ts';
import { getRun } from './api/get-run.ts';
import { listRuns } from './api/list-runs.ts';
import { startRun } from './api/start-run.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';
import { compileLibrary, type Library, type SourceFile } from './library.ts';
import type { NodeKind } from './nodes/node-kind.ts';
import { nodeKinds } from './nodes/node-kinds.ts';
import { StepRegistry } from './nodes/steps.ts';
import type { Diagnostic } from './pipeline/diagnostic.ts';
import type { Log } from './ports/log.ts';
import { advance } from './run/advance.ts';
import type { AdvanceResult, AdvanceTask } from './run/advance-task.ts';
import { OutboxRelay } from './run/outbox-relay.ts';
import { type LineSink, lineLog } from './telemetry/log.ts';
import { handleServiceBusMessage } from './triggers/handle-service-bus.ts';
import type { ServiceBusMessage } from './triggers/service-bus-metadata.ts';
import { sweep } from './triggers/sweep.ts';
import type { Trigger } from './triggers/trigger.ts';

/** Younger runs and outboxes are left to the process that is at work on them. */
const SWEEP_MINIMUM_AGE_MS = 10_000;
const SWEEP_LIMIT = 200;
/** Time enough to mend or take back a deployment that orchestrations cannot live with. */
const RESTART_FOR_MS = 24 * 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/** What the functions call: one method for each thing that can come in. */
export interface Work {
  readonly triggers: readonly Trigger[];
  readonly kinds: ReadonlyMap<string, NodeKind>;
  readonly sweepSchedule: string;
  acceptMessage(trigger: Trigger, message: ServiceBusMessage, client: DurableClient, sink: LineSink): Promise<void>;
  advance(task: AdvanceTask, sink: LineSink): Promise<AdvanceResult>;
  sweep(client: DurableClient, sink: LineSink): Promise<void>;
  startRun(request: ApiRequest, client: DurableClient, sink: LineSink): Promise<ApiResponse>;
  getRun(request: ApiRequest, sink: LineSink): Promise<ApiResponse>;
  listRuns(request: ApiRequest, sink: LineSink): Promise<ApiResponse>;
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
  const registry = new StepRegistry(steps);
  const kinds = nodeKinds(registry);
  const documents = environment['PIPELINES_DIRECTORY'] ?? 'pipelines';
  const files = readDocuments(join(folder, documents));
  const library = files === undefined ? noLibrary(documents) : compileLibrary(files, { kinds, steps: registry });
  try {
    const config = loadConfig(environment);
    logRefused(library, lineLog(console, config.logLevel));
    return { getHealth: () => getHealth(library), work: composeWork(config, library, kinds) };
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

/** An app that cannot load tells nobody why; one without documents tells it in its health and its log. */
function noLibrary(folder: string): Library {
  const diagnostic: Diagnostic = {
    code: 'folder_missing',
    severity: 'error',
    file: folder,
    position: { line: 1, column: 1 },
    message: `The folder '${folder}' of pipelines and triggers is not part of the app.`,
    remedy: 'Deploy it with the app, or name another in PIPELINES_DIRECTORY.',
  };
  return { pipelines: [], triggers: [], diagnostics: [diagnostic] };
}

/** Undefined if there is no such folder. */
function readDocuments(folder: string): SourceFile[] | undefined {
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/i.test(name));
  return names.sort().map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}

function composeWork(config: Config, library: Library, kinds: ReadonlyMap<string, NodeKind>): Work {
  const clients = createClients(config);
  const clock = { now: () => Date.now() };
  const logTo = (sink: LineSink): Log => lineLog(sink, config.logLevel);
  const log = logTo(console);
  const runs = new CosmosRunStore(clients.runs);
  const plans = new CosmosPlanStore(clients.plans);
  const artifacts = new BlobArtifactStore(clients.artifacts);
  const publisher = new ServiceBusPublisher(clients.runEvents, config.runEventsQueue);
  const relay = new OutboxRelay(publisher, runs, log);
  const settler = createSettler(process.argv, { artifacts, clock, log });
  const stores = { runs, plans, artifacts, clock };
  const pipelines = new Map(library.pipelines.map((pipeline) => [pipeline.name, pipeline]));
  const processStartedAt = clock.now() - process.uptime() * 1000;
  const orchestrationsOf = (client: DurableClient) => new DurableOrchestrations(client);

  return {
    triggers: library.triggers,
    kinds,
    sweepSchedule: config.sweepSchedule,
    acceptMessage: (trigger, message, client, sink) =>
      handleServiceBusMessage(message, trigger, {
        ...stores,
        orchestrations: orchestrationsOf(client),
        settler,
        log: logTo(sink),
        maxDeliveryCount: 10,
      }),
    advance: (task, sink) => advance(task, { ...stores, relay, kinds, log: logTo(sink), processStartedAt }),
    sweep: async (client, sink) => {
      const dependencies = { ...stores, orchestrations: orchestrationsOf(client), publisher, log: logTo(sink) };
      await sweep(dependencies, {
        minimumAgeMs: SWEEP_MINIMUM_AGE_MS,
        limit: SWEEP_LIMIT,
        processStartedAt,
        restartForMs: RESTART_FOR_MS,
      });
    },
    startRun: (request, client, sink) =>
      startRun(request, { ...stores, orchestrations: orchestrationsOf(client), pipelines, log: logTo(sink), newKey: randomUUID }),
    getRun: (request, sink) => getRun(request, { runs, log: logTo(sink) }),
    listRuns: (request, sink) => listRuns(request, { runs, log: logTo(sink) }),
    flush: () => relay.flush(),
  };
}
