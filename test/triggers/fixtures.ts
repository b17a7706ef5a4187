import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import { MemoryCallbackStore } from '../../src/adapters/mock/memory-callback-store.ts';
import { MemoryClaimCheckStore } from '../../src/adapters/mock/memory-claim-check-store.ts';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPlanStore } from '../../src/adapters/mock/memory-plan-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { MemoryRunStore } from '../../src/adapters/mock/memory-run-store.ts';
import { MemoryWaitStore } from '../../src/adapters/mock/memory-wait-store.ts';
import type { JsonValue } from '../../src/json.ts';
import type { LogLevel } from '../../src/ports/log.ts';
import type { OrchestrationState, Orchestrations, RunStart } from '../../src/ports/orchestrations.ts';
import type { MessageCopy, Redelivery } from '../../src/ports/redelivery.ts';
import type { LockedMessage, Settler } from '../../src/ports/settler.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import type { ServiceBusMessage } from '../../src/triggers/service-bus/message-metadata.ts';
import type { ServiceBusSource } from '../../src/triggers/service-bus/source.ts';
import type { StartablePipeline, Trigger } from '../../src/triggers/trigger.ts';
import { ManualClock } from '../helpers/manual-clock.ts';

/** Orchestrations that start and then do nothing, so that tests say what state they are in. */
export class IdleOrchestrations implements Orchestrations {
  readonly started: RunStart[] = [];
  readonly states = new Map<string, OrchestrationState>();
  /** Thrown by the next starts, one each. */
  readonly failures: Error[] = [];

  async start(run: RunStart): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    if (this.states.get(run.runId) === 'active') return;
    this.started.push(run);
    this.states.set(run.runId, 'active');
  }

  async state(runId: string): Promise<OrchestrationState> {
    return this.states.get(runId) ?? 'unknown';
  }

  async wake(): Promise<void> {}

  async terminate(runId: string): Promise<void> {
    this.states.set(runId, 'ended');
  }

  async suspend(): Promise<void> {}

  async resume(): Promise<void> {}
}

export interface Refusal {
  readonly lockToken: string;
  readonly reason: string;
  readonly description: string;
}

export class RecordingSettler implements Settler {
  readonly refusals: Refusal[] = [];

  async refuse({ lockToken }: LockedMessage, reason: string, description: string): Promise<void> {
    this.refusals.push({ lockToken, reason, description });
  }
}

/** Keeps the copies; `failures` are thrown by the next calls, one each. */
export class RecordingRedelivery implements Redelivery {
  readonly copies: MessageCopy[] = [];
  readonly failures: Error[] = [];

  async schedule(copy: MessageCopy): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.copies.push(copy);
  }
}

export interface LogLine {
  readonly level: LogLevel;
  readonly message: string;
  readonly properties: Readonly<Record<string, JsonValue>> | undefined;
}

/** Everything the use cases need, in memory, with a clock that stands at 2026-01-01. */
export function createWorld() {
  const lines: LogLine[] = [];
  const pauses: number[] = [];
  const clock = new ManualClock();
  const outboxes = new MemoryOutboxStore();
  const publisher = new MemoryPublisher();
  const log = (level: LogLevel, message: string, properties?: Readonly<Record<string, JsonValue>>) => {
    lines.push({ level, message, properties });
  };
  return {
    outboxes,
    runs: new MemoryRunStore(outboxes),
    waits: new MemoryWaitStore(outboxes),
    callbacks: new MemoryCallbackStore(),
    relay: new OutboxRelay({ publisher, outboxes, log }),
    plans: new MemoryPlanStore(),
    artifacts: new MemoryArtifactStore(clock),
    claimChecks: new MemoryClaimCheckStore(),
    publisher,
    orchestrations: new IdleOrchestrations(),
    settler: new RecordingSettler(),
    redelivery: new RecordingRedelivery(),
    pauses,
    pause: async (ms: number) => void pauses.push(ms),
    clock,
    log,
    lines,
    maxDeliveryCount: 10,
    retentionDays: 30,
  };
}

export type World = ReturnType<typeof createWorld>;

export const orderPipeline: StartablePipeline = {
  name: 'order',
  file: 'pipelines/order.yaml',
  planHash: 'a'.repeat(64),
  plan: { format: 1, pipeline: 'order', nodes: [] },
};

export function createTrigger(overrides: Partial<Trigger<ServiceBusSource>> = {}): Trigger<ServiceBusSource> {
  return {
    name: 'orders',
    source: { type: 'service_bus', connection: 'SB', queue: 'orders' },
    pipeline: orderPipeline,
    ...overrides,
  };
}

/** A message as the host hands it to a function with `dataType: 'binary'`. */
export function createMessage(body: Uint8Array | string, metadata: Readonly<Record<string, unknown>> = {}): ServiceBusMessage {
  return {
    body: typeof body === 'string' ? Buffer.from(body) : body,
    metadata: {
      messageId: 'm-1',
      lockToken: '00000000-0000-0000-0000-000000000001',
      deliveryCount: 1,
      applicationProperties: {},
      ...metadata,
    },
  };
}

/** The copy that was scheduled first, as the host hands it over when its time has come. */
export function nextCopy({ redelivery }: Pick<World, 'redelivery'>): ServiceBusMessage {
  const copy = redelivery.copies.shift();
  if (copy === undefined) throw new Error('There is no copy.');
  const { body, messageId, fields, properties } = copy;
  return createMessage(body, { messageId, ...fields, applicationProperties: properties });
}
