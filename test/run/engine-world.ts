import type { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import type { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import type { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import type { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import type { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import type { JsonValue } from '../../src/json.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Orchestrations } from '../../src/ports/orchestrations.ts';
import type { NodeRecord, Payload, RunRecord } from '../../src/ports/run-store.ts';
import { type Cancellation, cancelRun } from '../../src/run/cancel-run.ts';
import { type Delivery, deliverEvent } from '../../src/run/deliver-event.ts';
import type { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { fromPayload, toPayload } from '../../src/run/payload.ts';
import { type Retry, retryRun } from '../../src/run/retry-run.ts';
import { wakeEvent } from '../../src/run/wake-event.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { DurableRuns } from './durable-runs.ts';
import { InProcessRuns } from './in-process-runs.ts';
import type { Behaviour } from './plans.ts';

export const RUN_ID = 'run-1';

/** One of the two engines with one run in it, all its stores in memory, and a clock that is moved by hand. */
export interface Engine {
  readonly runs: MemoryRunStore;
  readonly plans: MemoryPlanStore;
  readonly waits: MemoryWaitStore;
  readonly artifacts: MemoryArtifactStore;
  readonly publisher: MemoryPublisher;
  readonly relay: OutboxRelay;
  readonly pipelines: Map<string, StartablePipeline>;
  readonly orchestrations: Orchestrations;
  readonly time: Clock;
  begin(plan: Plan, input: Payload): Promise<void>;
  /** Waits until nothing happens unless the clock moves or somebody sends an event. */
  quiet(): Promise<void>;
  /** Moves to the next alarm up to `limit` (Unix milliseconds), or to `limit` if there is none. Tells whether there was one. */
  moveTo(limit: number): boolean;
  close(): Promise<void>;
}

type OpenEngine = (behaviours: Readonly<Record<string, Behaviour>>) => Promise<Engine>;

/** The durable engine with tasks that break down. */
export function fragileEngine(breaksDown: DurableRuns['breaksDown']): OpenEngine {
  return async (behaviours) => {
    const durable = new DurableRuns(behaviours);
    durable.breaksDown = breaksDown;
    await durable.open();
    const { runs, plans, waits, artifacts, publisher, relay, pipelines, orchestrations, clock } = durable;
    return {
      ...{ runs, plans, waits, artifacts, publisher, relay, pipelines, orchestrations, time: clock },
      begin: (plan, input) => durable.start(plan, input),
      quiet: () => durable.quiet(),
      moveTo: (limit) => {
        const next = clock.next();
        const isDue = next !== undefined && next <= limit;
        clock.advance(Math.max(0, (isDue ? next : limit) - clock.now()));
        return isDue;
      },
      close: () => durable.close(),
    };
  };
}

export function inProcessEngine(behaviours: Readonly<Record<string, Behaviour>> = {}): Engine {
  const local = new InProcessRuns(behaviours);
  const { runs, plans, waits, artifacts, publisher, relay, pipelines, engine, timers } = local;
  return {
    ...{ runs, plans, waits, artifacts, publisher, relay, pipelines, orchestrations: engine, time: timers },
    begin: (plan, input) => local.begin(plan, input),
    quiet: () => engine.settled(),
    moveTo: (limit) => timers.moveTo(limit),
    close: async () => engine.close(),
  };
}

export const ENGINES: Readonly<Record<string, OpenEngine>> = {
  'the durable engine': fragileEngine(() => undefined),
  'the in-process engine': async (behaviours) => inProcessEngine(behaviours),
};

/** What tests do with an engine, whichever it is. */
export class EngineWorld {
  readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** Starts the run and goes on until it has ended or waits for the clock or an event. */
  async start(plan: Plan, input: JsonValue = {}): Promise<RunRecord> {
    const payload = await toPayload(input, `${RUN_ID}/input.json`, this.engine.artifacts);
    await this.engine.begin(plan, payload);
    return this.settled();
  }

  /** Lets time pass, alarm by alarm. */
  async advance(ms: number): Promise<RunRecord> {
    const until = this.engine.time.now() + ms;
    while (this.engine.moveTo(until)) await this.engine.quiet();
    return this.settled();
  }

  /** Lets time pass, alarm by alarm, until nothing is due any more. Tells how many alarms that took. */
  async untilTheEnd(alarms = 10_000): Promise<number> {
    for (let count = 0; count < alarms; count++) {
      if ((await this.run()).finishedAt !== undefined) return count;
      if (!this.engine.moveTo(Number.MAX_SAFE_INTEGER)) throw new Error('The run has not ended, and waits for nothing.');
      await this.engine.quiet();
    }
    throw new Error(`The run has not ended after ${alarms} alarms.`);
  }

  async deliver(eventKey: string, payload: JsonValue = null, runId = RUN_ID): Promise<Delivery> {
    const { runs, waits, artifacts, orchestrations, time: clock } = this.engine;
    const delivery = await deliverEvent(runId, eventKey, payload, { runs, waits, artifacts, orchestrations, clock });
    await this.engine.quiet();
    return delivery;
  }

  /** Tells the run to look at a waiting node although nothing has happened. */
  async wake(node: string): Promise<void> {
    await this.engine.orchestrations.wake(RUN_ID, wakeEvent(node));
    await this.engine.quiet();
  }

  async cancel(reason = 'Enough.', runId = RUN_ID): Promise<Cancellation> {
    const { runs, plans, orchestrations, relay, time: clock } = this.engine;
    const cancellation = await cancelRun(runId, reason, { runs, plans, orchestrations, clock, relay });
    await this.engine.quiet();
    return cancellation;
  }

  /** `meanwhile` happens once the run is read and before anything is changed. */
  async retry(runId = RUN_ID, meanwhile = async () => {}): Promise<Retry> {
    const { runs, plans, waits, orchestrations, relay, time: clock } = this.engine;
    await relay.flush();
    const dependencies = { runs, plans, waits, orchestrations, clock, relay, log: () => {}, retentionDays: 30 };
    const choosePlan = async ({ planHash }: RunRecord) => {
      await meanwhile();
      return planHash;
    };
    const retry = await retryRun(runId, choosePlan, dependencies);
    await this.engine.quiet();
    return retry;
  }

  async suspend(): Promise<void> {
    await this.engine.orchestrations.suspend(RUN_ID, 'A break.');
    await this.engine.quiet();
  }

  async resume(): Promise<RunRecord> {
    await this.engine.orchestrations.resume(RUN_ID, 'On.');
    return this.settled();
  }

  async settled(): Promise<RunRecord> {
    await this.engine.quiet();
    return this.run();
  }

  async run(runId = RUN_ID): Promise<RunRecord> {
    const run = await this.engine.runs.read(runId);
    if (run === null) throw new Error(`There is no run ${runId}.`);
    return run;
  }

  async output(): Promise<JsonValue> {
    const { output } = await this.run();
    return output === undefined ? null : fromPayload(output, this.engine.artifacts);
  }

  /** By path, in the order of their names. */
  async records(): Promise<readonly NodeRecord[]> {
    const records = [...(await this.engine.runs.readNodes(RUN_ID))];
    return records.sort((a, b) => (a.node < b.node ? -1 : 1));
  }

  async paths(): Promise<readonly string[]> {
    return (await this.records()).map(({ node }) => node);
  }
}
