import { randomUUID } from 'node:crypto';
import type { RunEvent } from '../../src/ports/event-publisher.ts';
import type { NodeRecord, RunFinish, RunRecord } from '../../src/ports/run-store.ts';
import type { WaitRecord } from '../../src/ports/wait-store.ts';

/** Minute `minute` of the day on which all tests happen. */
export function at(minute: number): string {
  return new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
}

export function runRecord(change: Partial<RunRecord> = {}): RunRecord {
  const runId = change.runId ?? randomUUID();
  return {
    runId,
    pipeline: 'orders',
    planHash: 'plan-1',
    trigger: 'orders-queue',
    eventKey: `order-${runId}`,
    eventType: 'order.placed',
    eventSource: '/queues/orders',
    payloadHash: 'payload-1',
    input: { value: { id: 42, items: ['a', 'b'] } },
    status: 'accepted',
    acceptedAt: at(0),
    ...change,
  };
}

export function nodeRecord(runId: string, change: Partial<NodeRecord> = {}): NodeRecord {
  return {
    runId,
    node: 'charge',
    kind: 'function_node',
    status: 'completed',
    result: { value: { charged: true } },
    attempt: 1,
    startedAt: at(1),
    finishedAt: at(2),
    ...change,
  };
}

export function runEvent(runId: string, change: Partial<RunEvent> = {}): RunEvent {
  return {
    id: `${runId}:completed`,
    type: 'hexdag.run.completed',
    source: '/pipelines/orders',
    subject: runId,
    time: at(3),
    data: { pipeline: 'orders', status: 'completed' },
    ...change,
  };
}

export function runFinish(runId: string, change: Partial<RunFinish> = {}): RunFinish {
  return { status: 'completed', finishedAt: at(3), output: { value: { total: 12.5 } }, outbox: [runEvent(runId)], ...change };
}

export function waitRecord(runId: string, change: Partial<WaitRecord> = {}): WaitRecord {
  return { runId, node: 'approval', eventKey: 'approve:42', openedAt: at(1), until: at(60), status: 'open', ...change };
}
