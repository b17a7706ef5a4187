import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRegistries, createResources, type Definitions } from '../../src/adapters/create-resources.ts';
import { MemoryEntityStore } from '../../src/adapters/mock/memory-entity-store.ts';
import type { JsonObject } from '../../src/json.ts';
import { defineAdapter } from '../../src/nodes/adapters.ts';
import { missingSecretsOf } from '../../src/nodes/secret-references.ts';
import { defineService } from '../../src/nodes/services.ts';
import type { Plan, PlanNode } from '../../src/pipeline/plan.ts';
import { isHttpClient } from '../../src/ports/http-client.ts';
import { isLlm } from '../../src/ports/llm.ts';
import { ManualClock } from '../helpers/manual-clock.ts';
import { stepContext } from './step-context.ts';

const made: unknown[] = [];
const probe = defineAdapter('probe', {
  aliases: ['Probe'],
  config: z.looseObject({ level: z.int().optional() }),
  create: (config) => {
    made.push(config);
    return { config, ask: async (text: string) => `${String(config['name'] ?? 'probe')}: ${text}` };
  },
});

const flaky = defineAdapter('flaky', {
  config: z.looseObject({}),
  create: ({ name }) => ({
    ask: async () => {
      throw new RangeError(`${String(name)} is down`);
    },
  }),
});

interface Setting extends Definitions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
  readonly lines?: string[];
}

function factoryOf({ environment = {}, overrides = {}, lines = [], ...definitions }: Setting = {}) {
  return createResources(createRegistries({ adapters: [probe, flaky], ...definitions }), {
    environment,
    overrides,
    entities: new MemoryEntityStore(),
    clock: new ManualClock(),
    log: (level, message, properties) => lines.push(JSON.stringify([level, message, properties])),
  });
}

function planOf(change: Partial<Plan>): Plan {
  return { format: 1, pipeline: 't', nodes: [], ...change };
}

function portOf(config: JsonObject = {}, adapter = 'probe') {
  return { adapters: [{ adapter, config }], middleware: [] };
}

function nodeOf(name: string): PlanNode {
  return {
    name,
    kind: 'function_node',
    dependencies: [],
    waitFor: [],
    critical: false,
    requiredInputs: [],
    strictMapping: false,
    timeoutMs: 0,
    retry: { maxAttempts: 1, delayMs: 0, backoff: 1, maxDelayMs: 0 },
    onlyOnError: false,
    spec: {},
  };
}

function ask(port: unknown, text: string): Promise<unknown> {
  const shape = z.looseObject({ ask: z.custom<(text: string) => Promise<unknown>>((value) => typeof value === 'function') });
  return shape.parse({ ask: Reflect.get(Object(port), 'ask') }).ask(text);
}

describe('a port', () => {
  it('is made when it is first used, once for its plan', () => {
    made.length = 0;
    const factory = factoryOf();
    const plan = planOf({ ports: { api: portOf({ level: 2 }) } });

    const before = made.length;
    const first = factory.of(plan).port('api');
    const second = factory.of(plan).port('api');

    expect(before).toBe(0);
    expect(second).toBe(first);
    expect(made).toEqual([{ level: 2 }]);
  });

  it('is undefined if the pipeline declares none and there is no default', () => {
    const port = factoryOf().of(planOf({})).port('llm');

    expect(port).toBeUndefined();
  });

  it('need not be declared to call HTTP', () => {
    const port = factoryOf().of(planOf({})).port('api_call');

    expect(isHttpClient(port)).toBe(true);
  });

  it.each(['mock_llm', 'llm:mock', 'plugin:mock_llm', 'hexdag.stdlib.adapters.mock.MockLLM'])('llm may be %s', (adapter) => {
    const port = factoryOf()
      .of(planOf({ ports: { llm: portOf({}, adapter) } }))
      .port('llm');

    expect(isLlm(port)).toBe(true);
  });

  it.each([
    ['azure_openai', 'adapter_unavailable', 'known but not available in this build'],
    ['hexdag_plugins.azure.AzureOpenAIAdapter', 'adapter_unavailable', 'known but not available in this build'],
    ['nonsense', 'adapter_unknown', "defineAdapter('nonsense', …)"],
  ])('of the adapter %s is refused', (adapter, code, message) => {
    const resources = factoryOf().of(planOf({ ports: { llm: portOf({}, adapter) } }));

    expect(() => resources.port('llm')).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });

  it('may be an adapter of the user that has a built-in one’s name', () => {
    const own = defineAdapter('mock_llm', { config: z.looseObject({}), create: () => ({ own: true }) });
    const resources = factoryOf({ adapters: [own] }).of(planOf({ ports: { llm: portOf({}, 'mock_llm') } }));

    expect(resources.port('llm')).toEqual({ own: true });
  });

  it('is what the caller gives in its place, as it is', () => {
    const given = { ask: 'anything' };
    const plan = planOf({ ports: { api: { ...portOf(), middleware: [{ name: 'timeout', options: {} }] } } });

    const port = factoryOf({ overrides: { api: given } })
      .of(plan)
      .port('api');

    expect(port).toBe(given);
  });

  it('has its secrets filled in, as text and at any depth', () => {
    made.length = 0;
    const environment = { API_KEY: '007', DB_PASSWORD: 'pw' };
    const config = {
      key: `\${API_KEY}`,
      url: `x:\${DB_PASSWORD}@\${HOST_TOKEN:local}`,
      list: [{ k: `\${API_KEY}` }],
      lower: `\${low}`,
    };

    factoryOf({ environment })
      .of(planOf({ ports: { api: portOf(config) } }))
      .port('api');

    expect(made).toEqual([{ key: '007', url: 'x:pw@local', list: [{ k: '007' }], lower: `\${low}` }]);
  });

  it('tells all of its missing secrets at once, and can be made when they are there', () => {
    const environment: Record<string, string> = { A_TOKEN: 'known-value', C_TOKEN: '' };
    const plan = planOf({ ports: { api: portOf({ a: `\${A_TOKEN}`, b: [`\${B_TOKEN}`], c: `\${C_TOKEN}\${B_TOKEN}` }) } });
    const resources = factoryOf({ environment }).of(plan);

    expect(() => resources.port('api')).toThrow("port 'api' refers to secrets that are not set: B_TOKEN, C_TOKEN.");
    Object.assign(environment, { B_TOKEN: 'b', C_TOKEN: 'c' });
    expect(resources.port('api')).toMatchObject({ config: { c: 'cb' } });
  });

  it('tells the missing secrets of all members of a pool', () => {
    const adapters = ['A_TOKEN', 'B_TOKEN'].map((name) => ({ adapter: 'probe', config: { key: `\${${name}}` } }));
    const resources = factoryOf().of(planOf({ ports: { api: { adapters, middleware: [] } } }));

    expect(() => resources.port('api')).toThrow('not set: A_TOKEN, B_TOKEN.');
  });

  it('never shows a secret that its adapter cannot take', () => {
    const plan = planOf({ ports: { api: portOf({ level: `\${A_TOKEN}` }) } });
    const lines: string[] = [];
    const resources = factoryOf({ environment: { A_TOKEN: 'very-secret' }, lines }).of(plan);

    expect(() => resources.port('api')).toThrow("adapter 'probe' of port 'api' is not valid at: level (invalid_type)");
    expect(lines.join()).not.toContain('very-secret');
  });
});

describe('a port of a node', () => {
  const plan = planOf({ ports: { api: portOf({ name: 'shared' }) } });
  const nodeWith = (config: JsonObject, ofKind?: string) => ({
    ports: { api: { ...portOf(config), ...(ofKind === undefined ? {} : { ofKind }) } },
  });

  it('comes before that of the pipeline, and only for the node', async () => {
    const factory = factoryOf();

    const own = await ask(factory.of(plan, nodeWith({ name: 'own' })).port('api'), '1');
    const other = await ask(factory.of(plan, {}).port('api'), '2');

    expect([own, other]).toEqual(['own: 1', 'shared: 2']);
  });

  it('leaves the node the other ports, and services with the ports of the pipeline', async () => {
    const Orders = defineService('Orders', (config, ports) => ({
      methods: { same: { run: () => [config['api'] === ports('api'), ports('api') === factory.of(plan).port('api')] } },
    }));
    const services = { orders: { class: 'Orders', config: { api: 'api' } } };
    const factory = factoryOf({ services: [Orders] });
    const plan = planOf({ ports: { api: portOf(), crm: portOf({ name: 'crm' }) }, services });
    const resources = factory.of(plan, nodeWith({ name: 'own' }));

    const crm = await ask(resources.port('crm'), '1');
    const same = await resources.service('orders')?.methods.get('same')?.call({}, stepContext('n'));

    expect(crm).toBe('crm: 1');
    expect(same).toEqual([true, true]);
    expect(resources.services).toEqual(['orders', 'pipeline_memory']);
    expect(isHttpClient(resources.port('api_call'))).toBe(true);
  });

  it('is made once for the node, and is not that of another which declares the same', () => {
    const factory = factoryOf();
    const node = nodeWith({ name: 'own' });

    const first = factory.of(plan, node).port('api');
    const again = factory.of(plan, { ...node }).port('api');
    const other = factory.of(plan, nodeWith({ name: 'own' })).port('api');

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });

  it('is shared by the nodes of a kind if it is declared for the kind', () => {
    const factory = factoryOf();

    const first = factory.of(plan, nodeWith({}, 'llm_node')).port('api');
    const second = factory.of(plan, nodeWith({}, 'llm_node')).port('api');
    const ofOtherKind = factory.of(plan, nodeWith({}, 'agent_node')).port('api');

    expect(second).toBe(first);
    expect(ofOtherKind).not.toBe(first);
  });

  it('gives way to an object that stands in for the port', () => {
    const resources = factoryOf({ overrides: { api: 'mine' } }).of(plan, nodeWith({ name: 'own' }));

    const port = resources.port('api');

    expect(port).toBe('mine');
  });
});

describe('missing secrets of a plan', () => {
  it('are those of the ports of its nodes too, however deep', () => {
    const node = (name: string, config: JsonObject, bodies = {}) => ({ ...nodeOf(name), ports: { api: portOf(config) }, bodies });
    const inner = { nodes: [node('b', { x: `\${B_TOKEN}` })], result: 'last', maxConcurrentNodes: 1 };

    const missing = missingSecretsOf(planOf({ nodes: [node('a', { x: `\${A_TOKEN}` }, { body: inner })] }), {
      get: () => undefined,
    });

    expect(missing).toEqual(['A_TOKEN', 'B_TOKEN']);
  });

  it('are those of all its ports and services', () => {
    const ports = { a: portOf({ x: `\${A_TOKEN}` }), b: portOf({ x: `\${B_TOKEN}`, y: `\${D_TOKEN:d}` }) };
    const services = { s: { class: 'S', config: { x: `\${C_TOKEN}`, again: `\${A_TOKEN}` } } };

    const missing = missingSecretsOf(planOf({ ports, services }), { get: (name) => (name === 'B_TOKEN' ? 'b' : undefined) });

    expect(missing).toEqual(['A_TOKEN', 'C_TOKEN']);
  });
});

describe('a pool', () => {
  function poolOf(names: readonly string[], strategy?: 'round_robin' | 'failover'): unknown {
    const adapters = names.map((name) => ({ adapter: name.startsWith('-') ? 'flaky' : 'probe', config: { name } }));
    const port = { adapters, middleware: [], ...(strategy === undefined ? {} : { strategy }) };
    return factoryOf()
      .of(planOf({ ports: { api: port } }))
      .port('api');
  }

  it('takes turns', async () => {
    const pool = poolOf(['a', 'b', 'c'], 'round_robin');

    const answers = [await ask(pool, '1'), await ask(pool, '2'), await ask(pool, '3'), await ask(pool, '4')];

    expect(answers).toEqual(['a: 1', 'b: 2', 'c: 3', 'a: 4']);
  });

  it('asks the next when one fails', async () => {
    const pool = poolOf(['a', '-b', 'c'], 'round_robin');

    const answers = [await ask(pool, '1'), await ask(pool, '2'), await ask(pool, '3')];

    expect(answers).toEqual(['a: 1', 'c: 2', 'c: 3']);
  });

  it.each(['failover', undefined] as const)('of strategy %s begins with the first', async (strategy) => {
    const pool = poolOf(['-a', 'b', 'c'], strategy);

    const answers = [await ask(pool, '1'), await ask(pool, '2')];

    expect(answers).toEqual(['b: 1', 'b: 2']);
  });

  it('fails with the last one’s error if all fail', async () => {
    const pool = poolOf(['-a', '-b'], 'failover');

    await expect(ask(pool, '1')).rejects.toThrow('-b is down');
  });
});

describe('a service', () => {
  const context = stepContext('n');

  it('is given its configuration, with ports in place of their names and secrets filled in', async () => {
    const Orders = defineService('Orders', (config, ports) => ({
      methods: { look: { run: () => ({ keys: Object.keys(config), key: config['key'], same: config['api'] === ports('api') }) } },
    }));
    const services = { orders: { class: 'Orders', config: { api: 'api', key: `\${API_KEY}` } } };
    const plan = planOf({ ports: { api: portOf() }, services });
    const resources = factoryOf({ services: [Orders], environment: { API_KEY: 'k' } }).of(plan);

    const result = await resources.service('orders')?.methods.get('look')?.call({}, context);

    expect(result).toEqual({ keys: ['api', 'key'], key: 'k', same: true });
  });

  it('reads its configuration by its schema, and never shows what does not fit', async () => {
    const Orders = defineService('Orders', {
      config: z.object({ region: z.enum(['eu', 'us']).default('eu'), key: z.string().max(3).optional() }),
      create: (config) => ({ methods: { look: { run: () => config } } }),
    });
    const services = { fine: { class: 'Orders', config: {} }, wrong: { class: 'Orders', config: { key: `\${API_KEY}` } } };
    const resources = factoryOf({ services: [Orders], environment: { API_KEY: 'very-secret' } }).of(planOf({ services }));

    const result = await resources.service('fine')?.methods.get('look')?.call({}, context);

    expect(result).toEqual({ region: 'eu' });
    expect(() => resources.service('wrong')).toThrow("of the service 'Orders' is not valid at: key (too_big)");
  });

  it('is set up once before its first call and torn down once at the end', async () => {
    const events: string[] = [];
    const Orders = defineService('Orders', () => ({
      setup: async () => void events.push('setup'),
      teardown: () => events.push('teardown'),
      methods: { save: { run: () => events.push('save') } },
    }));
    const factory = factoryOf({ services: [Orders] });
    const save = factory
      .of(planOf({ services: { orders: { class: 'Orders', config: {} } } }))
      .service('orders')
      ?.methods.get('save');

    await Promise.all([save?.call({}, context), save?.call({}, context)]);
    await factory.close();
    await factory.close();

    expect(events).toEqual(['setup', 'save', 'save', 'teardown']);
  });

  it('is set up again if that failed', async () => {
    let attempts = 0;
    const Orders = defineService('Orders', () => ({
      setup: () => {
        attempts += 1;
        if (attempts === 1) throw new RangeError('not yet');
      },
      methods: { save: { run: () => 'saved' } },
    }));
    const resources = factoryOf({ services: [Orders] }).of(planOf({ services: { orders: { class: 'Orders', config: {} } } }));
    const save = resources.service('orders')?.methods.get('save');

    const first = save?.call({}, context);
    await expect(first).rejects.toThrow('not yet');
    const second = await save?.call({}, context);

    expect(second).toBe('saved');
  });

  it('of a class that is not registered is refused', () => {
    const resources = factoryOf().of(planOf({ services: { orders: { class: 'Orders', config: {} } } }));

    expect(() => resources.service('orders')).toThrow(expect.objectContaining({ code: 'service_class_unknown' }));
  });

  it('lends its tools to agents by bare name, the first of a name first', async () => {
    const tool = (result: string) => ({ tool: true, params: ['q'], description: 'Finds.', run: () => result });
    const A = defineService('A', () => ({ methods: { find: tool('a'), own: { run: () => 1 } } }));
    const B = defineService('B', () => ({ methods: { find: tool('b'), list: tool('b') } }));
    const services = { a: { class: 'A', config: {} }, b: { class: 'B', config: {} } };
    const resources = factoryOf({ services: [A, B] }).of(planOf({ services }));

    const tools = resources.tools();

    expect([...tools.keys()]).toEqual(['find', 'list', 'get', 'set', 'update', 'snapshot']);
    expect(tools.get('find')).toMatchObject({ service: 'a', params: ['q'], description: 'Finds.' });
    expect(await tools.get('find')?.call({}, context)).toBe('a');
  });
});

describe('pipeline_memory', () => {
  const memory = () => factoryOf().of(planOf({})).service('pipeline_memory')?.methods;

  it('keeps values for the nodes of a run', async () => {
    const methods = memory();

    const set = await methods?.get('set')?.call({ key: 'a', value: [1] }, stepContext('n'));
    const update = await methods?.get('update')?.call({ data: { b: 2, c: null } }, stepContext('m'));
    const got = await methods?.get('get')?.call({ key: 'a' }, stepContext('o'));
    const missing = await methods?.get('get')?.call({ key: 'zz', default: 7 }, stepContext('o'));
    const all = await methods?.get('snapshot')?.call({}, stepContext('o'));

    expect([set, update]).toEqual([{ key: 'a', stored: true }, { keys_updated: 2 }]);
    expect([got, missing, all]).toEqual([[1], 7, { a: [1], b: 2, c: null }]);
  });

  it('keeps runs apart', async () => {
    const methods = memory();
    await methods?.get('set')?.call({ key: 'a', value: 1 }, stepContext('n'));

    const other = await methods?.get('snapshot')?.call({}, { ...stepContext('n'), runId: 'run-2' });

    expect(other).toEqual({});
  });

  it('loses nothing that is set at the same time', async () => {
    const methods = memory();
    const keys = Array.from({ length: 5 }, (_, index) => `k${index}`);

    await Promise.all(keys.map((key) => methods?.get('set')?.call({ key, value: key }, stepContext('n'))));

    const all = await methods?.get('snapshot')?.call({}, stepContext('n'));
    expect(Object.keys(Object(all)).sort()).toEqual(keys);
  });

  it.each([
    ['set', { value: 1 }],
    ['get', { key: 7 }],
    ['update', { data: 'text' }],
  ])('refuses %s with %j', async (method, input) => {
    const result = memory()?.get(method)?.call(input, stepContext('n'));

    await expect(result).rejects.toMatchObject({ code: 'arguments_invalid' });
  });

  it('has an end', async () => {
    const result = memory()
      ?.get('set')
      ?.call({ key: 'a', value: 'x'.repeat(300_000) }, stepContext('n'));

    await expect(result).rejects.toMatchObject({ code: 'memory_full' });
  });
});
