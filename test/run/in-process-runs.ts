import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryIncomingBlobs } from '../../src/adapters/mock/memory-incoming-blobs.ts';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import { NO_RESOURCES } from '../../src/nodes/node-resources.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { Payload, RunRecord } from '../../src/ports/run-store.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { InProcessEngine } from '../../src/testing/in-process-engine.ts';
import { VirtualTimers } from '../../src/testing/timers.ts';
import { childRuns } from '../../src/triggers/child-runs.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { type Behaviour, kinds } from './plans.ts';

const RUN_ID = 'run-1';

/** Runs of plans in this process, with everything in memory and a clock that is moved by hand. */
export class InProcessRuns {
  readonly timers = new VirtualTimers(Date.UTC(2026, 0, 1));
  readonly outboxes = new MemoryOutboxStore();
  readonly runs = new MemoryRunStore(this.outboxes);
  readonly waits = new MemoryWaitStore(this.outboxes);
  readonly plans = new MemoryPlanStore();
  readonly artifacts = new MemoryArtifactStore();
  readonly publisher = new MemoryPublisher();
  readonly relay = new OutboxRelay({ publisher: this.publisher, outboxes: this.outboxes, log: () => {} });
  /** Pipelines that runs may start as their children. */
  readonly pipelines = new Map<string, StartablePipeline>();
  readonly engine: InProcessEngine;

  constructor(behaviours: Readonly<Record<string, Behaviour>> = {}) {
    const { runs, waits, plans, artifacts, relay, timers } = this;
    const log = () => {};
    const stores = { runs, waits, plans, artifacts, incoming: new MemoryIncomingBlobs(), relay, clock: timers };
    const children = childRuns({ ...stores, pipelines: this.pipelines });
    const resources = { of: () => NO_RESOURCES };
    const dependencies = { ...stores, children, resources, kinds: kinds(behaviours), log, processStartedAt: 0 };
    this.engine = new InProcessEngine(dependencies, timers);
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
}
