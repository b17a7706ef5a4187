import { type AppDefinitions, type AppLanguage, createLanguage } from '../adapters/create-language.ts';
import { createResources } from '../adapters/create-resources.ts';
import { MemoryArtifactStore } from '../adapters/mock/memory-artifact-store.ts';
import { MemoryEntityStore } from '../adapters/mock/memory-entity-store.ts';
import { MemoryIncomingBlobs } from '../adapters/mock/memory-incoming-blobs.ts';
import { MemoryOutboxStore } from '../adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../adapters/mock/memory-wait-store.ts';
import { canonicalHash } from '../canonical-json.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { ResourceFactory } from '../nodes/resource-factory.ts';
import type { RunEvent } from '../ports/event-publisher.ts';
import type { BlobReference } from '../ports/incoming-blobs.ts';
import type { Log } from '../ports/log.ts';
import type { NodeRecord, RunRecord } from '../ports/run-store.ts';
import { cancelRun } from '../run/cancel-run.ts';
import { type Delivery, deliverEvent } from '../run/deliver-event.ts';
import { OutboxRelay } from '../run/outbox-relay.ts';
import { fromPayload } from '../run/payload.ts';
import { type Start, startOnce } from '../triggers/accept-event.ts';
import { childRuns } from '../triggers/child-runs.ts';
import type { StartablePipeline } from '../triggers/trigger.ts';
import { InProcessEngine } from './in-process-engine.ts';
import type { RunReport, WaitingNode } from './run-report.ts';
import type { Timers } from './timers.ts';

export interface LocalRunsOptions {
  /** What `${NAME}` in the configuration of ports and services stands for. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Ready objects that stand in for ports, whatever a pipeline declares. */
  readonly ports?: Readonly<Record<string, unknown>>;
  readonly timers: Timers;
  readonly log?: Log;
  /** Told of each node with an effect when its result has been recorded. */
  readonly onNode?: (record: NodeRecord) => void;
}

/** Of two definitions with one name the last counts. */
export function localLanguage({ steps = [], adapters = [], services = [], handlers = [] }: AppDefinitions): AppLanguage {
  return createLanguage({
    steps: lastOfEach(steps),
    adapters: lastOfEach(adapters),
    services: lastOfEach(services),
    handlers: lastOfEach(handlers),
  });
}

/** Runs within this process, on the engine that drives them in Azure too, with all that they store in memory. */
export class LocalRuns {
  readonly #outboxes = new MemoryOutboxStore();
  readonly #runs: RecordingRunStore;
  readonly #waits = new MemoryWaitStore(this.#outboxes);
  readonly #artifacts = new MemoryArtifactStore();
  readonly #incoming = new MemoryIncomingBlobs();
  readonly #publisher = new MemoryPublisher();
  readonly #relay: OutboxRelay;
  readonly #resources: ResourceFactory;
  readonly #stores;
  readonly #log: Log;
  readonly #timers: Timers;
  readonly engine: InProcessEngine;

  constructor(language: AppLanguage, pipelines: ReadonlyMap<string, StartablePipeline>, options: LocalRunsOptions) {
    const { variables = {}, ports = {}, timers, log = () => {}, onNode = () => {} } = options;
    this.#log = log;
    this.#timers = timers;
    this.#runs = new RecordingRunStore(this.#outboxes, onNode);
    this.#relay = new OutboxRelay({ publisher: this.#publisher, outboxes: this.#outboxes, log });
    const resources = { environment: variables, entities: new MemoryEntityStore(), clock: timers, log, overrides: ports };
    this.#resources = createResources(language, resources);
    const plans = new MemoryPlanStore();
    this.#stores = { runs: this.#runs, plans, artifacts: this.#artifacts, relay: this.#relay, clock: timers };
    const dependencies = {
      ...this.#stores,
      waits: this.#waits,
      incoming: this.#incoming,
      children: childRuns({ ...this.#stores, pipelines }),
      resources: this.#resources,
      kinds: language.kinds,
      log,
      processStartedAt: timers.now(),
    };
    this.engine = new InProcessEngine(dependencies, timers);
  }

  /** Starts a run. Nothing of it need have happened when this returns. */
  start(pipeline: StartablePipeline, input: JsonValue, key: string): Promise<Start> {
    const event = {
      ...{ key, type: 'hexdag.run.requested', source: '/local', data: input, payloadHash: canonicalHash(input) },
      ...{ properties: {}, receivedAt: new Date(this.#timers.now()).toISOString() },
    };
    const dependencies = { ...this.#stores, orchestrations: this.engine, log: this.#log };
    return startOnce({ event, input, starter: 'local', pipeline }, dependencies);
  }

  /** Gives an event to the run, or to a child of it that waits for one of that key. */
  async deliver(runId: string, eventKey: string, payload: JsonValue): Promise<Delivery> {
    const dependencies = { ...this.#stores, waits: this.#waits, orchestrations: this.engine };
    const waiting = await this.#waiting(runId);
    const receiver = waiting.find((wait) => wait.eventKey === eventKey)?.runId ?? runId;
    return deliverEvent(receiver, eventKey, payload, dependencies);
  }

  /** Leaves a file, as whoever drops it does. */
  drop(container: string, name: string, content: Uint8Array): BlobReference {
    return this.#incoming.leave({ connection: 'DATA', container, name }, content);
  }

  artifact(name: string): Promise<Uint8Array | null> {
    return this.#artifacts.get(name);
  }

  async cancel(runId: string, reason: string): Promise<void> {
    await cancelRun(runId, reason, { ...this.#stores, orchestrations: this.engine });
  }

  /** How the run stands. */
  async report(runId: string): Promise<RunReport> {
    const run = await this.#read(runId);
    const waiting = run.finishedAt === undefined ? await this.#waiting(runId) : [];
    return {
      status: run.status === 'accepted' || run.status === 'running' ? 'suspended' : run.status,
      results: await this.#results(runId),
      output: run.output === undefined ? null : await fromPayload(run.output, this.#artifacts),
      ...(run.error === undefined ? {} : { error: run.error }),
      diagnostics: [],
      waiting: waiting.map(({ runId: _, ...wait }) => wait),
    };
  }

  async hasEnded(runId: string): Promise<boolean> {
    return (await this.#read(runId)).finishedAt !== undefined;
  }

  /** What the run's nodes with effects did, in the order of their ends. */
  async records(runId: string): Promise<readonly NodeRecord[]> {
    return this.#runs.readNodes(runId);
  }

  /** The events that runs have been announced with. */
  get published(): readonly RunEvent[] {
    return this.#publisher.published;
  }

  /** Lets go of all runs and tears services down. */
  async close(): Promise<void> {
    this.engine.close();
    await this.#relay.flush();
    await this.#resources.close();
  }

  async #read(runId: string): Promise<RunRecord> {
    const run = await this.#runs.read(runId);
    if (run === null) throw new Error(`There is no run ${runId}.`);
    return run;
  }

  /** Results of the pipeline's own nodes; those within composite nodes are theirs. */
  async #results(runId: string): Promise<JsonObject> {
    const run = await this.#read(runId);
    const plan = await this.#stores.plans.load(run.planHash);
    const outcomes = this.engine.outcomes(runId);
    const results = (plan?.nodes ?? []).map(async ({ name }) => {
      const outcome = outcomes.get(name);
      return outcome === undefined ? [] : [[name, await fromPayload(outcome.result, this.#artifacts)] as const];
    });
    return Object.fromEntries((await Promise.all(results)).flat());
  }

  /** Open waits of the run and of its children; those of a child are named by the node that waits for it. */
  async #waiting(runId: string, prefix = ''): Promise<readonly (WaitingNode & { readonly runId: string })[]> {
    const own = (await this.#waits.list(runId)).filter(({ status }) => status === 'open');
    const children = this.#runs.childrenOf(runId).map(({ id, node }) => this.#waiting(id, `${prefix}${node}/`));
    return [
      ...own.map(({ node, eventKey, openedAt, until }) => ({
        runId,
        node: prefix + node,
        eventKey,
        timeoutSeconds: until === undefined ? null : (Date.parse(until) - Date.parse(openedAt)) / 1000,
      })),
      ...(await Promise.all(children)).flat(),
    ];
  }
}

/** Tells of what is recorded, and knows which runs others have started. */
class RecordingRunStore extends MemoryRunStore {
  readonly #onNode: (record: NodeRecord) => void;
  readonly #children: { readonly id: string; readonly parent: string; readonly node: string }[] = [];

  constructor(outboxes: MemoryOutboxStore, onNode: (record: NodeRecord) => void) {
    super(outboxes);
    this.#onNode = onNode;
  }

  override async claim(...args: Parameters<MemoryRunStore['claim']>) {
    const [run] = args;
    const claim = await super.claim(...args);
    if (claim.kind === 'claimed' && run.parent !== undefined) {
      this.#children.push({ id: run.runId, parent: run.parent.runId, node: run.parent.node });
    }
    return claim;
  }

  override async commitNode(...args: Parameters<MemoryRunStore['commitNode']>) {
    const commit = await super.commitNode(...args);
    if (commit.kind === 'committed') this.#onNode(args[0]);
    return commit;
  }

  childrenOf(runId: string) {
    return this.#children.filter(({ parent }) => parent === runId);
  }
}

function lastOfEach<Definition extends { readonly name: string }>(definitions: readonly Definition[]): readonly Definition[] {
  return [...new Map(definitions.map((definition) => [definition.name, definition])).values()];
}
