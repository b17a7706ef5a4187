import { describe, expect, it } from 'vitest';
import type { Files } from './files.ts';
import { compileFiles, NODE, pipeline, places } from './files.ts';

function planOf(files: Files) {
  const { plan, diagnostics } = compileFiles(files);
  return { plan, diagnostics: places(diagnostics) };
}

describe('a plan carries', () => {
  it('the version, as text', () => {
    const { plan } = planOf({ 'main.yaml': pipeline(NODE).replace('name: orders', 'name: orders, version: 3') });

    expect(plan?.version).toBe('3');
  });

  it('limits of the run: the pipeline comes before the Config document, key by key', () => {
    const config = 'kind: Config\nspec: {orchestrator: {max_concurrent_nodes: 3, pipeline_timeout: 1h, default_node_timeout: 9}}';
    const own = pipeline(NODE, 'orchestrator: {pipeline_timeout: 90, default_node_timeout: null}');

    const { plan } = planOf({ 'main.yaml': `${config}\n---\n${own}` });

    expect(plan).toMatchObject({ maxConcurrentNodes: 3, timeoutMs: 90_000, nodes: [{ timeoutMs: 9_000 }] });
  });

  it('nothing of what is not declared', () => {
    const { plan } = planOf({ 'main.yaml': pipeline(NODE) });

    expect(Object.keys(plan ?? {})).toEqual(['format', 'pipeline', 'nodes']);
  });

  it('ports with their adapters, pools and middleware', () => {
    const definitions = [
      'kind: Adapter\nmetadata: {name: gpt}\nspec: {class: mock_llm, config: {model: a, temperature: 0}}',
      'kind: Middleware\nmetadata: {name: careful}\nspec: {stack: [retry, {timeout: {timeout_seconds: 5}}]}',
    ];
    const ports = [
      'ports:',
      '  llm: {ref: gpt, config: {model: b}, middleware: careful}',
      '  other: {name: in_memory, params: {size: 5}, middleware: [careful, {name: cache, options: {ttl: 3}}, log]}',
      '  pool: {adapters: [{adapter: one}, {ref: gpt}], strategy: round_robin}',
    ];

    const { plan, diagnostics } = planOf({ 'main.yaml': [...definitions, pipeline(NODE, ...ports)].join('\n---\n') });

    const careful = [
      { name: 'retry', options: {} },
      { name: 'timeout', options: { timeout_seconds: 5 } },
    ];
    expect(diagnostics).toEqual([]);
    expect(plan?.ports).toEqual({
      llm: { adapters: [{ adapter: 'mock_llm', config: { model: 'b', temperature: 0 } }], middleware: careful },
      other: {
        adapters: [{ adapter: 'in_memory', config: { size: 5 } }],
        middleware: [...careful, { name: 'cache', options: { ttl: 3 } }, { name: 'log', options: {} }],
      },
      pool: {
        adapters: [
          { adapter: 'one', config: {} },
          { adapter: 'mock_llm', config: { model: 'a', temperature: 0 } },
        ],
        middleware: [],
        strategy: 'round_robin',
      },
    });
  });

  it('an adapter whose document leaves its configuration empty', () => {
    const adapter = 'kind: Adapter\nmetadata: {name: gpt}\nspec:\n  class: mock_llm\n  config:';

    const { plan, diagnostics } = planOf({ 'main.yaml': `${adapter}\n---\n${pipeline(NODE, 'ports: {llm: {ref: gpt}}')}` });

    expect(diagnostics).toEqual([]);
    expect(plan?.ports).toEqual({ llm: { adapters: [{ adapter: 'mock_llm', config: {} }], middleware: [] } });
  });

  it('services and state machines', () => {
    const { plan, diagnostics } = planOf({
      'main.yaml': pipeline(
        NODE,
        'services: {orders: {class: Orders, config: {db: x}}}',
        'state_machines:',
        '  order:',
        '    initial: NEW',
        '    transitions: {NEW: [PAID, {to: DEAD, guard: "payload.x > 1"}], PAID: DONE, DONE: []}',
        '    handlers: {on_transition: notify}',
      ),
    });

    expect(diagnostics).toEqual([]);
    expect(plan?.services).toEqual({ orders: { class: 'Orders', config: { db: 'x' } } });
    expect(plan?.stateMachines).toEqual({
      order: {
        initial: 'NEW',
        transitions: { NEW: [{ to: 'PAID' }, { to: 'DEAD', guard: 'payload.x > 1' }], PAID: [{ to: 'DONE' }], DONE: [] },
        onTransition: ['notify'],
      },
    });
  });

  it('outputs as paths, those in braces too, or as templates', () => {
    const { plan } = planOf({
      'main.yaml': pipeline(NODE, 'output: {all: a, v: "{{ a.v }}", t: "v={{ a.v }}!", u: "{{ a.v | upper }}"}'),
    });

    expect(plan?.output).toEqual({ all: 'a', v: 'a.v', t: 'v={{ a.v }}!', u: '{{ a.v | upper }}' });
  });
});

describe('a kind of node', () => {
  it.each([
    ['core:function_node', ''],
    ['hexdag.builtin.nodes.FunctionNode', ''],
    ['work', 'aliases: {work: function_node}'],
    ['work', 'aliases: {work: "core:function_node"}'],
    ['work', 'aliases: {work: hexdag.builtin.nodes.function_node.FunctionNode}'],
    ['expression_node', 'aliases: {expression_node: function_node}'],
  ])('is found as %s with %j', (kind, aliases) => {
    const node = `nodes: [{kind: "${kind}", metadata: {name: a}, spec: {fn: const}}]`;

    const { plan, diagnostics } = planOf({ 'main.yaml': pipeline(node, aliases) });

    expect(diagnostics).toEqual([]);
    expect(plan?.nodes[0]?.kind).toBe('function_node');
  });
});

describe('a build-time template', () => {
  it('is rendered in all texts but those that the run reads', () => {
    const { plan, diagnostics } = planOf({
      'main.yaml': pipeline(
        'variables: {region: eu, size: 5}',
        'nodes: [{kind: function_node, metadata: {name: "a_{{ spec.variables.region }}"}, spec: {fn: const, input_mapping: {t: "\'{{ x }}\'"}}}]',
        'ports: {llm: {adapter: mock_llm, config: {size: "{{ spec.variables.size * 2 }}", name: "{{ metadata.name | upper }}"}}}',
        'output: {v: "{{ a_eu.v }}"}',
      ),
    });

    expect(diagnostics).toEqual([]);
    expect(plan?.nodes[0]).toMatchObject({ name: 'a_eu', inputMapping: { t: "'{{ x }}'" } });
    expect(plan?.ports?.['llm']?.adapters[0]?.config).toEqual({ size: 10, name: 'ORDERS' });
    expect(plan?.output).toEqual({ v: 'a_eu.v' });
  });

  it('that fails is told where it stands', () => {
    const { diagnostics } = planOf({
      'main.yaml': pipeline(NODE, 'variables: {a: "{{ nope.x }}", b: "{% if %}", c: "{{ 1 | nope }}"}'),
    });

    expect(diagnostics).toEqual(['5:22 variable_undefined', '5:43 template_syntax', '5:56 filter_unknown']);
  });
});

describe('a body in another file', () => {
  const loop = (file: string) =>
    `nodes: [{kind: composite_node, metadata: {name: loop}, spec: {mode: times, count: 2, body_pipeline: ${file}}}]`;

  it('is compiled from that file, with its includes, its aliases and its own limits', () => {
    const { plan, diagnostics } = planOf({
      'main.yaml': pipeline(loop('bodies/work.yaml')),
      'bodies/work.yaml': pipeline(
        'nodes: [!include step.yaml]',
        'orchestrator: {max_concurrent_nodes: 2}',
        'aliases: {work: function_node}',
      ),
      'bodies/step.yaml': '{kind: work, metadata: {name: inner}, spec: {fn: const}}',
    });

    expect(diagnostics).toEqual([]);
    expect(plan?.nodes[0]?.bodies?.['body']).toMatchObject({ result: 'map', maxConcurrentNodes: 2, nodes: [{ name: 'inner' }] });
  });

  it.each([
    ['missing.yaml', {}, ['4:103 body_not_found']],
    ['../other.yaml', {}, ['4:103 path_outside_root']],
    ['main.yaml', {}, ['4:103 body_cycle']],
    ['list.yaml', { 'list.yaml': '- a' }, ['4:103 body_invalid', 'list.yaml:1:1 not_a_mapping']],
    [
      'work.yaml',
      { 'work.yaml': pipeline('nodes: [{kind: function_node, metadata: {name: b}, spec: {fn: nope}}]') },
      ['work.yaml:4:65 step_unknown'],
    ],
  ])('that is %s is told as it should', (file, files, expected) => {
    const { diagnostics } = planOf({ 'main.yaml': pipeline(loop(file)), ...files });

    expect(diagnostics).toEqual(expected);
  });
});
