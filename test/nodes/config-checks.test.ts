import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createRegistries } from '../../src/adapters/create-resources.ts';
import { defineAdapter } from '../../src/nodes/adapters.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineService } from '../../src/nodes/services.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { pipeline, places } from '../pipeline/files.ts';

const steps = new StepRegistry([defineStep('const', () => 1)]);
const registries = createRegistries({
  adapters: [
    defineAdapter('crm', {
      config: z
        .strictObject({
          level: z.int().min(1),
          region: z.enum(['eu', 'us']).optional(),
          key: z
            .string()
            .min(8, { error: ({ input }) => `'${String(input)}' is too short` })
            .optional(),
          nested: z.strictObject({ on: z.boolean().optional() }).optional(),
          hosts: z.array(z.url()).optional(),
        })
        .refine(({ key, region }) => key === undefined || region !== undefined, {
          path: ['region'],
          error: 'A key needs a region.',
        }),
      create: () => ({}),
    }),
  ],
  services: [
    defineService('Orders', {
      config: z.strictObject({ api: z.custom((port) => typeof port === 'object', 'must be a port'), prefix: z.string() }),
      create: () => ({ methods: {} }),
    }),
    defineService('Anything', () => ({ methods: {} })),
  ],
});

const NODE = 'nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: const}}]';

function diagnose(text: string) {
  const catalog = { kinds: nodeKinds(steps).values(), steps, ...registries };
  return compilePipeline(text, 'main.yaml', catalog, { variables: {} });
}

function told(...spec: readonly string[]): readonly string[] {
  return places(diagnose(pipeline(...spec)).diagnostics);
}

describe('the configuration of an adapter', () => {
  it.each([
    ['fits', '{level: 2, region: eu}', []],
    ['lacks a field', '{region: eu}', ['5:37 adapter_config_invalid']],
    ['has a value of the wrong type', '{level: high}', ['5:45 adapter_config_invalid']],
    ['has a value that is not allowed', '{level: 1, region: mars}', ['5:56 adapter_config_invalid']],
    ['has a key that nothing reads', '{level: 1, regoin: eu}', ['5:48 adapter_config_invalid']],
    ['is wrong further in', '{level: 1, nested: {on: 5, of: 1}}', ['5:61 adapter_config_invalid', '5:64 adapter_config_invalid']],
    ['is wrong in a list', '{level: 1, hosts: [nowhere]}', ['5:56 adapter_config_invalid']],
    ['contradicts itself', '{level: 1, key: long-enough}', ['5:37 adapter_config_invalid']],
  ])('%s', (_, config, expected) => {
    const diagnostics = told(NODE, `ports: {x: {adapter: crm, config: ${config}}}`);

    expect(diagnostics).toEqual(expected);
  });

  it.each([
    ['a secret', `{level: "\${LEVEL_KEY}"}`],
    ['a secret with a default', `{level: "\${LEVEL_KEY:high}"}`],
    ['a text with a secret', `{level: 1, hosts: ["no \${HOST_KEY} url"]}`],
    ['a list that holds a secret', `{level: 1, region: ["\${REGION_KEY}"]}`],
  ])('is not checked where it is %s', (_, config) => {
    const diagnostics = told(NODE, `ports: {x: {adapter: crm, config: ${config}}}`);

    expect(diagnostics).toEqual([]);
  });

  it('is told in words, without the value', () => {
    const one = '{level: high-secret, key: short, regoin: eu}';
    const other = '{level: 2, key: long-enough}';

    const { diagnostics } = diagnose(
      pipeline(NODE, `ports: {x: {adapters: [{adapter: crm, config: ${one}}, {adapter: crm, config: ${other}}]}}`),
    );

    const messages = diagnostics.map(({ message }) => message);
    expect(messages).toEqual([
      "'level' of adapter 'crm': Invalid input: expected number, received string.",
      "'key' of adapter 'crm': it is not valid.",
      "'regoin' of adapter 'crm': nothing reads this key; known are level, region, key, nested, hosts.",
      "'region' of adapter 'crm': A key needs a region.",
    ]);
  });

  it('is checked in pools, in kinds and in nodes', () => {
    const wrong = '{adapter: crm, config: {level: no}}';

    const diagnostics = told(
      `ports: {x: {adapters: [${wrong}]}}`,
      `type_ports: {function_node: {x: ${wrong}}}`,
      `nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: const, ports: {x: ${wrong}}}}]`,
    );

    expect(diagnostics).toEqual(['4:57 adapter_config_invalid', '5:66 adapter_config_invalid', '6:114 adapter_config_invalid']);
  });

  it('of an Adapter document is told where each part of it stands', () => {
    const document = 'kind: Adapter\nmetadata: {name: near}\nspec: {class: crm, config: {level: 1, region: mars}}';
    const ports = 'ports: {x: {ref: near, config: {level: no}}, y: {ref: near, config: {region: eu}}}';

    const { diagnostics } = diagnose(`${pipeline(NODE, ports)}\n---\n${document}`);

    expect(places(diagnostics)).toEqual(['5:42 adapter_config_invalid', '9:47 adapter_config_invalid']);
  });

  it('of an Adapter document that nobody uses is left alone, since a use may complete it', () => {
    const { diagnostics } = diagnose(`${pipeline(NODE)}\n---\nkind: Adapter\nmetadata: {name: near}\nspec: {class: crm}`);

    expect(diagnostics).toEqual([]);
  });

  it('of a macro may spell numbers as texts', () => {
    const { plan, diagnostics } = diagnose(
      `${pipeline('nodes: [{kind: macro_invocation, metadata: {name: m}, spec: {macro: m, inputs: {level: 3, region: eu}}}]')}
---
kind: Macro
metadata: {name: m}
parameters: [{name: level}, {name: region}]
nodes:
  - kind: function_node
    metadata: {name: "{{name}}_a"}
    spec: {fn: const, ports: {x: {adapter: crm, config: {level: "{{level}}", region: "{{region}}"}}}}`,
    );

    expect(places(diagnostics)).toEqual([]);
    expect(plan?.nodes[0]?.ports?.['x']?.adapters[0]?.config).toEqual({ level: 3, region: 'eu' });
  });
});

describe('the options of middleware', () => {
  it.each([
    ['fit', '[{timeout: {timeout_seconds: 30s}}]', []],
    ['have the wrong type', '[{timeout: {timeout_seconds: soon}}]', ['5:76 middleware_options_invalid']],
    ['have a key that nothing reads', '[{retry: {max_retires: 3}}]', ['5:57 middleware_options_invalid']],
    ['are wrong in the long form', '[{name: retry, options: {max_retries: 99}}]', ['5:85 middleware_options_invalid']],
  ])('%s', (_, middleware, expected) => {
    const diagnostics = told(NODE, `ports: {x: {adapter: in_memory, middleware: ${middleware}}}`);

    expect(diagnostics.filter((line) => !line.includes('adapter_port_mismatch'))).toEqual(expected);
  });

  it('are checked in a stack', () => {
    const stack = 'kind: Middleware\nmetadata: {name: careful}\nspec: {stack: [{timeout: {timeout: -1}}]}';

    const { diagnostics } = diagnose(`${pipeline(NODE)}\n---\n${stack}`);

    expect(places(diagnostics)).toEqual(['8:36 middleware_options_invalid']);
  });
});

describe('the configuration of a service', () => {
  it.each([
    ['fits', '{class: Orders, config: {api: crm, prefix: EU}}', []],
    ['lacks a field', '{class: Orders, config: {api: crm}}', ['6:41 service_config_invalid']],
    ['names a port that there is not', '{class: Orders, config: {api: dms, prefix: EU}}', ['6:47 service_config_invalid']],
    ['has a key that nothing reads', '{class: Orders, params: {api: crm, prefix: EU, x: 1}}', ['6:64 service_config_invalid']],
    ['is missing', '{class: Orders}', ['6:17 service_config_invalid', '6:17 service_config_invalid']],
    ['is anything where no schema is declared', '{class: Anything, config: {x: 1}}', []],
  ])('%s', (_, service, expected) => {
    const diagnostics = told(NODE, 'ports: {crm: {adapter: crm, config: {level: 1}}}', `services: {s: ${service}}`);

    expect(diagnostics).toEqual(expected);
  });
});
