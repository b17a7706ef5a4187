import type { ApiRequest } from '../../src/api/api-message.ts';
import type { NodeRecord, RunRecord } from '../../src/ports/run-store.ts';

interface RequestParts {
  readonly method?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export function createRequest({
  method = 'GET',
  params = {},
  query = '',
  headers = {},
  body = '',
}: RequestParts = {}): ApiRequest {
  return { method, params, query: new URLSearchParams(query), headers: new Headers(headers), body: Buffer.from(body) };
}

export function createRun(overrides: Partial<RunRecord> = {}): RunRecord {
  return {
    runId: 'run-1',
    pipeline: 'order',
    planHash: 'a'.repeat(64),
    trigger: 'orders',
    eventKey: 'A1',
    eventType: 'order.placed',
    eventSource: '/service-bus/orders',
    payloadHash: 'b'.repeat(64),
    input: { value: { card: 'secret' } },
    status: 'accepted',
    acceptedAt: '2026-01-01T00:00:00.000Z',
    ...overrides,
  };
}

export function createNode(overrides: Partial<NodeRecord> = {}): NodeRecord {
  return {
    runId: 'run-1',
    node: 'charge',
    kind: 'function_node',
    status: 'completed',
    result: { value: { ok: true } },
    attempt: 1,
    startedAt: '2026-01-01T00:00:01.000Z',
    finishedAt: '2026-01-01T00:00:01.250Z',
    ...overrides,
  };
}
