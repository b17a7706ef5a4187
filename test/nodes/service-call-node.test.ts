import { describe, expect, it } from 'vitest';
import { createRegistries, createResources } from '../../src/adapters/create-resources.ts';
import { MemoryEntityStore } from '../../src/adapters/mock/memory-entity-store.ts';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import type { NodeResources } from '../../src/nodes/node-resources.ts';
import { serviceCallNode } from '../../src/nodes/service-call-node.ts';
import { defineService, type Service } from '../../src/nodes/services.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { runNode } from './run-node.ts';

function resourcesWith(service: Service): NodeResources {
  const registries = createRegistries({ services: [defineService('Orders', () => service)] });
  const factory = createResources(registries, {
    environment: {},
    entities: new MemoryEntityStore(),
    clock: new ManualClock(),
    log: () => undefined,
  });
  return factory.of({ format: 1, pipeline: 't', nodes: [], services: { orders: { class: 'Orders', config: {} } } });
}

const orders: Service = {
  methods: {
    save: { params: ['order_id', 'qty'], run: (input) => input },
    echo: { run: (input) => input },
    hint: { tool: true, run: () => 'a tool' },
    both: { tool: true, step: true, run: () => 'both' },
    odd: { run: () => ({ when: new Date(0) }) },
  },
};

function call(method: string, input: JsonValue, names: JsonObject = {}, service = 'orders'): Promise<JsonValue> {
  return runNode(serviceCallNode, { service, method }, { input, names, context: { resources: resourcesWith(orders) } });
}

describe('a service_call_node', () => {
  it('gives the step the parameters it declares and nothing else', async () => {
    const result = await call('save', { order_id: 'o-1', qty: 5, extra: true });

    expect(result).toEqual({ order_id: 'o-1', qty: 5 });
  });

  it('leaves a parameter out that it finds nowhere', async () => {
    const result = await call('save', { order_id: 'o-1' });

    expect(result).toEqual({ order_id: 'o-1' });
  });

  it('takes a parameter from the only dependency that has it', async () => {
    const result = await call('save', { first: { order_id: 'o-1' }, second: { qty: 2 } });

    expect(result).toEqual({ order_id: 'o-1', qty: 2 });
  });

  it('prefers what a dependency gave to what the run was given', async () => {
    const input = { first: { order_id: 'o-1' }, second: { qty: 2 }, qty: 9 };

    const result = await call('save', input, { $input: { qty: 9 } });

    expect(result).toEqual({ order_id: 'o-1', qty: 2 });
  });

  it('falls back to the run’s input if several dependencies have the parameter', async () => {
    const input = { first: { order_id: 'a' }, second: { order_id: 'b' }, order_id: 'run' };

    const result = await call('save', input, { $input: { order_id: 'run' } });

    expect(result).toEqual({ order_id: 'run' });
  });

  it('gives everything to a step that declares no parameters', async () => {
    const result = await call('echo', { a: 1, b: 2 });

    expect(result).toEqual({ a: 1, b: 2 });
  });

  it('may call what is both a tool and a step', async () => {
    const result = await call('both', {});

    expect(result).toBe('both');
  });

  it('names the steps there are if the method is none', async () => {
    const result = call('hint', {});

    await expect(result).rejects.toMatchObject({ code: 'service_method_unknown', retryable: false });
    await expect(result).rejects.toThrow('Available steps: save, echo, both, odd.');
  });

  it('suggests the method that was probably meant', async () => {
    const result = call('saev', {});

    await expect(result).rejects.toThrow("Did you mean 'save'?");
  });

  it('names the services there are if the service is none', async () => {
    const result = call('save', {}, {}, 'nothing');

    await expect(result).rejects.toMatchObject({ code: 'service_unknown' });
    await expect(result).rejects.toThrow('Available services: orders, pipeline_memory.');
  });

  it('refuses an input that is no mapping', async () => {
    const result = call('save', 'text');

    await expect(result).rejects.toMatchObject({ code: 'input_not_a_mapping' });
  });

  it('refuses a result that JSON cannot hold', async () => {
    const result = call('odd', {});

    await expect(result).rejects.toMatchObject({ code: 'output_not_serialisable' });
  });
});
