import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import type { JsonValue } from '../../src/json.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { Payload, RunRecord } from '../../src/ports/run-store.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { fromPayload } from '../../src/run/payload.ts';
import { wakeEvent } from '../../src/run/wake-event.ts';
import { InProcessEngine } from '../../src/testing/in-process-engine.ts';
import { VirtualTimers } from '../../src/testing/timers.ts';
import { childRuns } from '../../src/triggers/child-runs.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { type Behaviour, kinds } from './plans.ts';

const RUN_ID = 'run-1';

/** Runs of plans in this process, with everything in memory and a clock that is moved by hand. */
export class InProcessRuns {
  readonly timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  readonly runs = new MemoryRunStore();
  readonly waits = new MemoryWaitStore();
  readonly plans = new MemoryPlanStore();
  readonly artifacts = new MemoryArtifactStore();
  readonly publisher = new MemoryPublisher();
  /** Pipelines that runs may start as their children. */
  readonly pipelines = new Map<string, StartablePipeline>();
  readonly engine: InProcessEngine;

  constructor(behaviours: Readonly<Record<string, Behaviour>> = {}) {
    const { runs, waits, plans, artifacts, timers } = this;
    const log = () => {};
    const stores = { runs, waits, plans, artifacts, clock: timers };
    const children = childRuns({ ...stores, pipelines: this.pipelines });
    const relay = new OutboxRelay(this.publisher, runs, log);
    const resources = { of: () => NO_RESOURCES };
    const dependencies = { ...stores, children, relay, resources, kinds: kinds(behaviours), log, processStartedAt: 0 };
    this.engine = new InProcessEngine(dependencies, timers);
  }

  /** Starts the one run, and goes on until nothing happens by itself. */
  async start(plan: Plan, input: JsonValue = {}): Promise<RunRecord> {
    await this.begin(plan, { value: input });
    return this.settled();
  }

  /** Claims and starts the one run. */
  async begin(plan: Plan, input: Payload): Promise<void> {
    await this.plans.save('hash', plan);
    const run: RunRecord = {
      ...{ runId: RUN_ID, pipeline: plan.pipeline, planHash: 'hash', trigger: 'test', eventKey: 'A-1', input },
      ...{ eventType: 'order', eventSource: '/test', payloadHash: 'payload' },
      status: 'accepted',
      acceptedAt: new Date(this.timers.now()).toISOString(),
    };
    await this.runs.claim(run);
    await this.engine.start({
      runId: RUN_ID,
      pipeline: plan.pipeline,
      planHash: 'hash',
      eventKey: 'A-1',
      input: run.input,
      recovering: false,
    });
  }

  /** Moves the clock, alarm by alarm, and goes on until nothing happens by itself. */
  async advance(ms: number): Promise<RunRecord> {
    const until = this.timers.now() + ms;
    while (this.timers.moveTo(until)) await this.engine.settled();
    return this.settled();
  }

  async deliver(node: string, payload: JsonValue): Promise<RunRecord> {
    const decidedAt = new Date(this.timers.now()).toISOString();
    await this.waits.decide(RUN_ID, node, { status: 'decided', decidedAt, payload: { value: payload }, payloadHash: 'hash' });
    await this.engine.wake(RUN_ID, wakeEvent(node));
    return this.settled();
  }

  async settled(): Promise<RunRecord> {
    await this.engine.settled();
    for (let at = this.engine.nextRetry(); at !== undefined; at = this.engine.nextRetry()) {
      this.timers.moveTo(at);
      await this.engine.settled();
    }
    const run = await this.runs.read(RUN_ID);
    if (run === null) throw new Error('The run is gone.');
    return run;
  }

  async output(run: RunRecord): Promise<JsonValue> {
    return run.output === undefined ? null : fromPayload(run.output, this.artifacts);
  }
}
