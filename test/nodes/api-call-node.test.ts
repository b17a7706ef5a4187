import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createRegistries, createResources } from '../../src/adapters/create-resources.ts';
import { MemoryEntityStore } from '../../src/adapters/mock/memory-entity-store.ts';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { apiCallNode } from '../../src/nodes/api-call-node.ts';
import type { PlanPort } from '../../src/pipeline/plan.ts';
import { json, TestHttpServer } from '../adapters/http/http-server.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { resolveNode, runNode } from './run-node.ts';

let server: TestHttpServer;

beforeAll(async () => {
  server = await TestHttpServer.start(({ url }, response) => json(response, { url, total: '12.5' }));
});

afterEach(() => {
  server.requests.length = 0;
});

afterAll(() => server.close());

type Ports = Readonly<Record<string, PlanPort>>;

/** May call this machine. */
const LOCAL: Ports = { api_call: { adapters: [{ adapter: 'http_client', config: { allow_private: true } }], middleware: [] } };

function call(spec: JsonObject, names: JsonObject = {}, ports = LOCAL): Promise<JsonValue> {
  const factory = createResources(createRegistries({}), {
    environment: { API_TOKEN: 't-4711' },
    entities: new MemoryEntityStore(),
    clock: new ManualClock(),
    log: () => undefined,
  });
  const resources = factory.of({ format: 1, pipeline: 't', nodes: [], ports });
  return runNode(apiCallNode, { url: `${server.origin}/x`, ...spec }, { names, context: { resources } });
}

describe('an api_call_node', () => {
  it('gives the body of the answer', async () => {
    const result = await call({ url: `${server.origin}/x/{{id}}` }, { id: 7 });

    expect(result).toEqual({ url: '/x/7', total: '12.5' });
  });

  it('renders templates at every leaf', async () => {
    const spec = {
      method: 'post',
      headers: { 'X-Id': 'id-{{id}}' },
      params: { q: ['{{id}}', 1] },
      json_body: { k: '{{id}}', deep: [{ n: 2, t: 'no {{id}}' }] },
    };

    await call(spec, { id: 7 });

    const [seen] = server.requests;
    expect(seen).toMatchObject({ method: 'POST', url: '/x?q=7&q=1', headers: { 'x-id': 'id-7' } });
    expect(JSON.parse(seen?.body ?? '')).toEqual({ k: '7', deep: [{ n: 2, t: 'no 7' }] });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])('sends the idempotency key with %s', async (method) => {
    await call({ method });

    expect(server.requests[0]?.headers['idempotency-key']).toBe('run-1/n');
  });

  it('sends no idempotency key with GET', async () => {
    await call({});

    expect(server.requests[0]?.headers['idempotency-key']).toBeUndefined();
  });

  it('sends the key that the pipeline writes instead of its own', async () => {
    await call({ method: 'POST', headers: { 'Idempotency-Key': '{{id}}' } }, { id: 'order-7' });

    expect(server.requests[0]?.headers['idempotency-key']).toBe('order-7');
  });

  it('calls through a declared port, whose secrets are filled in', async () => {
    const api: PlanPort = {
      adapters: [{ adapter: 'http_client', config: { base_url: server.origin, bearer_token: `\${API_TOKEN}` } }],
      middleware: [{ name: 'retry_with_backoff', options: {} }],
    };

    const result = await call({ url: '/orders', port: 'api' }, {}, { api });

    expect(result).toMatchObject({ url: '/orders' });
    expect(server.requests[0]?.headers.authorization).toBe('Bearer t-4711');
  });

  it('does not leave the origin of its port because a value says so', async () => {
    const api: PlanPort = { adapters: [{ adapter: 'http_client', config: { base_url: 'http://127.0.0.1:9' } }], middleware: [] };

    const result = call({ url: '{{next}}', port: 'api' }, { next: `${server.origin}/x` }, { api });

    await expect(result).rejects.toMatchObject({ code: 'http_request_invalid' });
    expect(server.requests).toEqual([]);
  });

  it('leaves the origin of its port if the pipeline says so', async () => {
    const api: PlanPort = { adapters: [{ adapter: 'http_client', config: { base_url: 'http://127.0.0.1:9' } }], middleware: [] };

    const result = await call({ url: `${server.origin}/x`, port: 'api' }, {}, { api });

    expect(result).toMatchObject({ url: '/x' });
  });

  it('follows a value within the origin of its port, such as the address of a next page', async () => {
    const api: PlanPort = {
      adapters: [{ adapter: 'http_client', config: { base_url: `${server.origin}/v1` } }],
      middleware: [],
    };

    const result = await call({ url: '{{next}}', port: 'api' }, { next: `${server.origin}/v1/x?page=2` }, { api });

    expect(result).toMatchObject({ url: '/v1/x?page=2' });
  });

  it('reads the answer by its output schema', async () => {
    const result = await call({ output_schema: { total: 'float', note: 'str?' } });

    expect(result).toMatchObject({ total: 12.5, note: null });
  });

  it('fails for good if the answer does not fit', async () => {
    const result = call({ output_schema: { amount: 'int' } });

    await expect(result).rejects.toMatchObject({ code: 'output_schema_violation', retryable: false });
  });

  it('fails if the port is not declared', async () => {
    const result = call({ port: 'billing' });

    await expect(result).rejects.toMatchObject({ code: 'port_missing' });
    await expect(result).rejects.toThrow("the port 'billing', which is not declared");
  });

  it('EX13 calls no address of the platform because a value says so', async () => {
    const result = call({ url: 'https://{{host}}/' }, { host: '169.254.169.254' }, {});

    await expect(result).rejects.toMatchObject({ code: 'url_not_allowed', retryable: false });
  });

  it('calls no address of this machine through a client that is not declared', async () => {
    const result = call({ url: `${server.origin}/x` }, {}, {});

    await expect(result).rejects.toMatchObject({ code: 'url_not_allowed' });
    expect(server.requests).toEqual([]);
  });

  it('fails if a template leads to nothing', async () => {
    const result = call({ url: `${server.origin}/{{nowhere}}` });

    await expect(result).rejects.toMatchObject({ code: 'variable_undefined' });
  });
});

describe('compiling an api_call_node', () => {
  it.each(['HEAD', 'options', 'FETCH'])('refuses the method %s', (method) => {
    const parsed = apiCallNode.schema.safeParse({ url: '/x', method });

    expect(parsed.success).toBe(false);
  });

  it.each(['GET', 'delete'])('warns of a body that %s does not send', (method) => {
    const { problems } = resolveNode(apiCallNode, { url: '/x', method, json_body: { a: 1 } });

    expect(problems).toEqual([{ code: 'body_ignored', path: ['json_body'], severity: 'warning' }]);
  });
});
