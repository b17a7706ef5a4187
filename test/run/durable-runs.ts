import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { InvocationContext } from '@azure/functions';
import { app, DummyOrchestrationContext, type DurableClient, getClient, input, type Task } from 'durable-functions';
import { DurableExtension } from '../../local/durable/extension.ts';
import type { InvocationOutcome, RegisteredFunction } from '../../local/functions-host/extension.ts';
import { DurableOrchestrations } from '../../src/adapters/azure/durable-orchestrations.ts';
import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryIncomingBlobs } from '../../src/adapters/mock/memory-incoming-blobs.ts';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { NodeRecord, Payload } from '../../src/ports/run-store.ts';
import { advance } from '../../src/run/advance.ts';
import type { AdvanceTask } from '../../src/run/advance-task.ts';
import { orchestrator } from '../../src/run/orchestrator.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { carryOut, type Signal } from '../../src/run/signal.ts';
import { childRuns } from '../../src/triggers/child-runs.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { type Behaviour, kinds } from './plans.ts';

const RUN_ID = 'run-1';

/** The engine stores what follows from an outcome within two turns of the event loop, and then begins it. */
const CALM_TURNS = 8;

/** A replay asked for something else than the episodes before it. */
class DriftError extends Error {}

const advanceActivity = app.activity('advance', { handler: () => undefined });
const signalActivity = app.activity('signal', { handler: () => undefined });
const activities = {
  advance: (task: AdvanceTask): Task => advanceActivity(task),
  signal: (signal: Signal): Task => signalActivity(signal),
};

/** What the SDK makes of an orchestrator when it is registered. Outside a host there is no other way to it. */
const sdk: {
  createOrchestrator(
    run: ReturnType<typeof orchestrator>,
  ): (payload: Payloaded, context: InvocationContext) => Promise<{ readonly actions: readonly (readonly unknown[])[] }>;
} = createRequire(import.meta.url)('durable-functions/lib/src/util/testingUtils.js');

/** Runs of one plan with the real orchestrator in the real SDK on the local Durable engine; everything else in memory. */
export class DurableRuns {
  readonly clock = new ManualClock();
  readonly outboxes = new MemoryOutboxStore();
  readonly runs = new MemoryRunStore(this.outboxes);
  readonly waits = new MemoryWaitStore(this.outboxes);
  /** Pipelines that runs may start as their children. */
  readonly pipelines = new Map<string, StartablePipeline>();
  readonly plans = new MemoryPlanStore();
  readonly artifacts = new MemoryArtifactStore();
  readonly publisher = new MemoryPublisher();
  readonly relay = new OutboxRelay({ publisher: this.publisher, outboxes: this.outboxes, log: () => {} });
  /** Every task that was given, in the order of their beginning. */
  readonly tasks: AdvanceTask[] = [];
  /** Thrown by the next tasks, one each, instead of doing anything. */
  readonly breakdowns: Error[] = [];
  /** Whether the task of this number breaks down, before it has done anything or after all of it. */
  breaksDown: (task: number) => 'before' | 'after' | undefined = () => undefined;
  readonly #kinds;
  readonly #extension = new DurableExtension({ databasePath: ':memory:', systemKey: 'key' });
  readonly #server = createServer((request, response) => {
    void this.#extension.handleHttp(request, response, new URL(request.url ?? '', 'http://engine'));
  });
  /** Of each execution, the actions that its last episode returned. */
  readonly #actions = new Map<string, readonly string[]>();
  #drift: DriftError | undefined;
  #atWork = 0;
  #begun = 0;

  constructor(behaviours: Readonly<Record<string, Behaviour>> = {}) {
    this.#kinds = kinds(behaviours);
  }

  async open(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
    const run = sdk.createOrchestrator(orchestrator(this.#kinds, activities));
    await this.#extension.start({
      clock: this.clock,
      log: () => {},
      functions: [
        registered('run', 'orchestrationTrigger'),
        registered('advance', 'activityTrigger'),
        registered('signal', 'activityTrigger'),
      ],
      origin: `http://127.0.0.1:${address.port}`,
      innerOrigin: `http://127.0.0.1:${address.port}`,
      setting: () => undefined,
      hostSection: () => ({}),
      resolve: (text) => text,
      invoke: async ({ name }, { trigger }) => {
        const payload = JSON.parse(trigger.json ?? trigger.string ?? 'null');
        this.#begun += 1;
        this.#atWork += 1;
        try {
          if (name === 'advance') return outcome(await this.#advance(payload));
          if (name === 'signal') return outcome(await carryOut(payload, this.orchestrations));
          const state = await run(payload, new DummyOrchestrationContext('run', '1', () => {}));
          this.#compare(payload, state.actions);
          return outcome(state);
        } catch (error) {
          this.#noteDrift(error);
          throw error;
        } finally {
          this.#atWork -= 1;
        }
      },
    });
  }

  /** The engine, as the app's use cases see it. */
  get orchestrations(): DurableOrchestrations {
    return new DurableOrchestrations(this.#client());
  }

  /** Waits until nothing happens unless the clock moves or somebody sends an event. */
  async quiet(): Promise<void> {
    let begun = -1;
    for (let turns = 0; turns < CALM_TURNS; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#atWork === 0 && this.#begun === begun) continue;
      begun = this.#begun;
      turns = 0;
    }
    if (this.#drift !== undefined) throw this.#drift;
  }

  async close(): Promise<void> {
    await this.#extension.drain();
    await this.#extension.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** Claims and starts the one run; with `records`, as one that recovers after those nodes were done. */
  async start(plan: Plan, runInput: Payload = { value: {} }, records: readonly NodeRecord[] = []): Promise<void> {
    await this.plans.save('hash', plan);
    const run = { runId: RUN_ID, pipeline: plan.pipeline, planHash: 'hash', eventKey: 'A-1', input: runInput };
    const event = { trigger: 'orders', eventType: 'order', eventSource: '/test', payloadHash: 'payload' };
    const acceptedAt = new Date(this.clock.now()).toISOString();
    await this.runs.claim({ ...run, ...event, status: 'accepted', acceptedAt });
    for (const record of records) await this.runs.commitNode(record);
    await this.orchestrations.start({ ...run, recovering: records.length > 0 });
  }

  /** How the orchestration ended. */
  async ended(): Promise<{ readonly status: string; readonly output: unknown }> {
    return this.#until(({ runtimeStatus }) => runtimeStatus === 'Completed' || runtimeStatus === 'Failed');
  }

  /** Waits until the world was told how the run ended, which the orchestration may outlast. */
  async announced(): Promise<void> {
    await this.#until(() => this.publisher.published.some(({ type }) => type !== 'hexdag.run.waiting'));
  }

  /** Waits until that many timers have been set, and moves time on. */
  async afterTimers(count: number, advanceMs: number): Promise<void> {
    await this.#until(() => [...this.#actions.values()].flat().filter(isTimer).length >= count);
    this.clock.advance(advanceMs);
  }

  async #until(
    holds: (status: Awaited<ReturnType<DurableClient['getStatus']>>) => boolean,
  ): Promise<{ status: string; output: unknown }> {
    const client = this.#client();
    for (;;) {
      await this.quiet();
      const status = await client.getStatus(RUN_ID, { showInput: false });
      if (holds(status)) return { status: status.runtimeStatus, output: status.output };
    }
  }

  #client(): DurableClient {
    const binding = input.durableClient();
    const context = new InvocationContext({ options: { extraInputs: [binding] } });
    const data = this.#extension.inputData({ type: 'durableClient', direction: 'in' });
    context.extraInputs.set(binding, JSON.parse(data?.string ?? '{}'));
    return getClient(context);
  }

  async #advance(task: AdvanceTask): Promise<unknown> {
    this.tasks.push(task);
    const breakdown = this.breakdowns.shift();
    if (breakdown !== undefined) throw breakdown;
    const moment = this.breaksDown(this.tasks.length);
    if (moment === 'before') throw new Error('It broke down before it did anything.');
    const log = () => {};
    const { runs, waits, plans, artifacts, relay, clock } = this;
    const children = childRuns({ runs, plans, artifacts, relay, clock, pipelines: this.pipelines });
    const resources = { of: () => NO_RESOURCES };
    const stores = { runs, waits, plans, artifacts, incoming: new MemoryIncomingBlobs(), children, resources };
    const result = await advance(task, { ...stores, relay, kinds: this.#kinds, clock, log, processStartedAt: 0 });
    if (moment === 'after') throw new Error('It broke down before it could tell what it did.');
    return result;
  }

  #noteDrift(error: unknown): void {
    if (error instanceof DriftError) this.#drift ??= error;
  }

  /** Every replay must repeat all that the episodes before it have asked for, down to the tasks' inputs. */
  #compare({ history }: Payloaded, actions: readonly (readonly unknown[])[]): void {
    const execution =
      history.find(({ OrchestrationInstance }) => OrchestrationInstance)?.OrchestrationInstance?.ExecutionId ?? '';
    const before = this.#actions.get(execution) ?? [];
    // Timers may be cancelled later on.
    const now = actions.flat().map((action) => JSON.stringify(action).replaceAll('"isCanceled":true', '"isCanceled":false'));
    for (const [index, action] of before.entries()) {
      if (now[index] !== action) throw new DriftError(`Action ${index} was ${action} and is now ${now[index]}.`);
    }
    this.#actions.set(execution, now);
  }
}

interface Payloaded {
  readonly history: readonly { readonly OrchestrationInstance?: { readonly ExecutionId: string } }[];
}

function isTimer(action: string): boolean {
  return action.includes('"fireAt"');
}

function registered(name: string, type: string): RegisteredFunction {
  const binding = { type, direction: 'in' as const };
  return { id: name, name, trigger: { name: 'trigger', binding }, bindings: { trigger: binding } };
}

function outcome(value: unknown): InvocationOutcome {
  return { returnValue: { json: JSON.stringify(value ?? null) }, outputData: [] };
}
