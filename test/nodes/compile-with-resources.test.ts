import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRegistries } from '../../src/adapters/create-resources.ts';
import { defineAdapter } from '../../src/nodes/adapters.ts';
import { defineHandler } from '../../src/nodes/handlers.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineService } from '../../src/nodes/services.ts';
import { StepRegistry } from '../../src/nodes/steps.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';

const steps = new StepRegistry([]);
const registries = createRegistries({
  adapters: [defineAdapter('crm', { config: z.object({}), create: () => ({}) })],
  services: [defineService('Orders', () => ({ methods: {} }))],
  handlers: [defineHandler('tell', () => null)],
});

function compile(spec: string) {
  const text = `apiVersion: hexdag/v1\nkind: Pipeline\nmetadata: {name: orders}\nspec:\n${spec}`;
  const { plan, diagnostics } = compilePipeline(text, 'orders.yaml', { kinds: nodeKinds(steps).values(), steps, ...registries });
  return { plan, codes: diagnostics.map(({ code }) => code) };
}

describe('a pipeline that uses ports, services and state machines', () => {
  it('compiles to a plan that resources can be made of', () => {
    const { plan, codes } = compile(`
  ports:
    crm: {adapter: crm}
    llm: {adapter: 'llm:mock', middleware: [hexdag.stdlib.middleware.Timeout, {retry_with_backoff: {max_retries: 2}}]}
  services:
    orders: {class: Orders, config: {api: crm}}
  state_machines:
    order: {initial: NEW, transitions: {NEW: [PAID]}, handlers: {on_transition: tell}}
  nodes:
    - {kind: data_node, metadata: {name: a}, spec: {output: {id: 7}}}
    - {kind: service_call_node, metadata: {name: b}, spec: {service: orders, method: save}}
    - {kind: api_call_node, metadata: {name: c}, spec: {method: post, url: 'https://x/{{a.id}}', json_body: {k: '{{b.id}}'}}}
    - kind: transition
      metadata: {name: d}
      spec: {entity: order, entity_id: a.id, to_state: PAID, reason: v1.2 shipped, payload: {who: $input.id, got: c.k}}
`);

    expect(codes).toEqual([]);
    expect(plan?.nodes.map(({ name, dependencies }) => [name, dependencies])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a', 'b']],
      ['d', ['a', 'c']],
    ]);
    expect(plan?.services).toEqual({ orders: { class: 'Orders', config: { api: 'crm' } } });
    expect(plan?.stateMachines).toMatchObject({ order: { initial: 'NEW', onTransition: ['tell'] } });
  });

  it('is told of nodes that use what it does not declare', () => {
    const { codes } = compile(`
  services:
    orders: {class: Orders}
  state_machines:
    order: {initial: NEW, transitions: {NEW: [PAID]}}
    broken: 7
  nodes:
    - {kind: service_call_node, metadata: {name: a}, spec: {service: ordres, method: save}}
    - {kind: service_call_node, metadata: {name: b}, spec: {service: pipeline_memory, method: snapshot}}
    - {kind: transition, metadata: {name: c}, spec: {entity: invoice, entity_id: 1, to_state: PAID}}
    - {kind: transition, metadata: {name: d}, spec: {entity: order, entity_id: 1, to_state: PAYD}}
    - {kind: transition, metadata: {name: e}, spec: {entity: order, entity_id: 1, to_state: '{{x}}'}}
    - {kind: transition, metadata: {name: f}, spec: {entity: broken, entity_id: 1, to_state: PAID}}
`);

    expect(codes).toEqual(['type_mapping', 'service_unknown', 'entity_unknown', 'state_unknown']);
  });

  it('is told of every name that nothing is registered under', () => {
    const { codes } = compile(`
  ports:
    llm: {adapter: azure_openai}
    crm: {adapter: crn}
    api: {adapter: http_client, middleware: [retyr]}
  services:
    orders: {class: Ordres}
  state_machines:
    order: {initial: NEW, transitions: {NEW: [PAID]}, handlers: {on_transition: tel}}
  nodes:
    - {kind: data_node, metadata: {name: a}, spec: {output: {id: 7}}}
`);

    expect(codes).toEqual(
      expect.arrayContaining([
        'adapter_unavailable',
        'adapter_unknown',
        'middleware_unknown',
        'service_class_unknown',
        'handler_unknown',
      ]),
    );
  });
});
