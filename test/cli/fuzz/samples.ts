import type { JsonObject, JsonValue } from '../../../src/json.ts';

function node(kind: string, name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  return { kind, metadata: { name }, spec, ...more };
}

function pipeline(name: string, nodes: readonly JsonValue[], more: JsonObject = {}): JsonObject {
  return { apiVersion: 'hexdag/v1', kind: 'Pipeline', metadata: { name }, spec: { ...more, nodes: [...nodes] } };
}

const DATA_FLOW = pipeline(
  'data-flow',
  [
    node('function_node', 'first', { fn: 'copy.deepcopy', timeout: '30s', max_retries: 1, retry_delay: 1, retry_backoff: 2 }),
    node('function_node', 'second', {
      fn: 'json.dumps',
      input_mapping: { a: 'first.v', b: '$input.x', c: 'len(first) + 1', d: "x | default('none')", e: "'text'" },
      strict_mapping: true,
      when: 'first.v > 0 and $input.x is not None',
      on_error: 'third',
    }),
    node('function_node', 'third', { fn: 'copy.copy', output_schema: { v: 'int', 'w?': 'str', when: 'trimmed_str' } }),
    node('expression_node', 'sums', { expressions: { s: 'first.v * 100', t: 'hi {{ x }}', n: '[i * 2 for i in range(3)]' } }),
    node(
      'expression_node',
      'merged',
      { merge_strategy: 'reduce', reducer: 'statistics.mean', extract_field: 'v' },
      { dependencies: ['first', 'sums'], wait_for: ['third'] },
    ),
    node('data_node', 'constants', { output: { n: 5, list: [1, { a: '{{ x }}' }], none: null } }, { dependencies: [] }),
  ],
  {
    input_schema: { x: 'int', name: 'str' },
    output: { total: 'sums.s', all: 'merged' },
    custom_types: { money: { base: 'float', strip: '$,', clamp: [0, 100], nulls: 'common' } },
    orchestrator: { max_concurrent_nodes: 4, pipeline_timeout: '10m', default_node_timeout: 20 },
    variables: { region: 'eu' },
  },
);

const CONTROL = pipeline('control', [
  node('composite_node', 'each', {
    mode: 'for-each',
    items: '$input.xs',
    item_var: 'it',
    concurrency: 3,
    collect: 'dict',
    key_field: 'k',
    error_handling: 'continue',
    body: [node('expression_node', 'inner', { expressions: { k: 'it', v: '$index + 1' } })],
  }),
  node('composite_node', 'loop', {
    mode: 'while',
    condition: 'state.i < 3',
    initial_state: { i: 0 },
    state_update: { i: 'state.i + 1' },
    max_iterations: 7,
    body: 'copy.copy',
  }),
  node('composite_node', 'route', {
    mode: 'switch',
    branches: [
      { condition: "s == 'a'", action: 'left' },
      { condition: "s == 'b'", action: 'right', body: [] },
    ],
    else_action: 'right',
    route_downstream: true,
  }),
  node('function_node', 'left', { fn: 'copy.copy' }, { dependencies: ['route'] }),
  node('function_node', 'right', { fn: 'copy.copy' }, { dependencies: ['route'] }),
  node('composite_node', 'choice', { mode: 'if-else', condition: 'x > 1', then_body: 'copy.copy', else_body: [] }),
  node('composite_node', 'times', { mode: 'times', count: 2, body: 'copy.copy', collect: 'last' }),
  node(
    'wait_node',
    'approval',
    { event_key: 'order:{{ $input.x }}', timeout: '1d12h', on_timeout: 'left' },
    { dependencies: [] },
  ),
]);

const OUTSIDE = pipeline(
  'outside',
  [
    node('llm_node', 'ask', {
      human_message: 'Say {{ x }}',
      system_message: 'Be brief.',
      output_schema: { answer: 'str', score: 'float' },
      examples: [{ input: 'a', output: 'b' }],
    }),
    node('agent_node', 'agent', { main_prompt: 'Do {{ ask }}', config: { max_steps: 3, tools: { copy: 'copy.copy' } } }),
    node('service_call_node', 'save', { service: 'memory', method: 'set', input_mapping: { key: "'k'", value: 'ask' } }),
    node('api_call_node', 'call', {
      method: 'POST',
      url: 'https://example.org/{{ x }}',
      headers: { 'X-A': '1' },
      json_body: { a: 1 },
    }),
    node('transition', 'pay', { entity: 'order', entity_id: '$input.id', to_state: 'PAID', payload: { who: 'x' } }),
    node('pipeline_node', 'child', { pipeline: 'data-flow', wait: false }),
  ],
  {
    ports: { llm: { adapter: 'mock_llm', config: { responses: [`\${REPLY:hello}`] } } },
    services: { memory: { class: 'PipelineMemory', config: {} } },
    state_machines: { order: { initial: 'NEW', transitions: { NEW: ['PAID'], PAID: [] } } },
    environments: { prod: { ports: { llm: { adapter: 'mock_llm' } }, node_overrides: { ask: { spec: { timeout: 5 } } } } },
    aliases: { ours: 'function_node' },
  },
);

const MACRO: JsonObject = {
  kind: 'Macro',
  metadata: { name: 'twice' },
  parameters: [
    { name: 'mult', type: 'int', default: 2 },
    { name: 'mode', type: 'str', required: true, enum: ['a', 'b'] },
  ],
  nodes: [
    node('expression_node', '{{name}}_one', { expressions: { r: 'x * {{mult}}', m: "'{{mode}}'" } }),
    node('expression_node', '{{name}}_two', { expressions: { z: '{{name}}_one.r + 1' } }, { dependencies: ['{{name}}_one'] }),
  ],
};

const WITH_MACRO = pipeline('with-macro', [
  node('macro_invocation', 'mm', { macro: 'twice', config: { mult: 3, mode: 'a' } }),
  { '!include': 'shared/steps.yaml#nodes' },
  node('function_node', 'show', { fn: 'copy.copy' }, { dependencies: ['mm'] }),
]);

const TRIGGER: JsonObject = {
  apiVersion: 'hexdag/v1',
  kind: 'Trigger',
  metadata: { name: 'orders' },
  spec: {
    type: 'service_bus',
    pipeline: 'main.yaml',
    config: { connection: 'SERVICE_BUS', queue_name: 'orders', max_concurrent_calls: 4 },
    input: { x: '$event.data.x' },
  },
};

const DEFINITIONS: readonly JsonObject[] = [
  { kind: 'Adapter', metadata: { name: 'model' }, spec: { class: 'mock_llm', config: { responses: ['x'] } } },
  { kind: 'Middleware', metadata: { name: 'stack' }, spec: { stack: ['timeout'] } },
  { kind: 'Config', metadata: { name: 'config' }, spec: { orchestrator: { max_concurrent_nodes: 3 } } },
];

/** Documents that belong together in one file, each valid or nearly. */
export const SAMPLES: readonly (readonly JsonObject[])[] = [
  [DATA_FLOW],
  [CONTROL],
  [OUTSIDE],
  [MACRO, WITH_MACRO],
  [TRIGGER],
  [...DEFINITIONS, DATA_FLOW],
  [DATA_FLOW, TRIGGER],
];

/** Those that call nobody. */
export const RUNNABLE_SAMPLES: readonly (readonly JsonObject[])[] = [[DATA_FLOW], [CONTROL], [...DEFINITIONS, DATA_FLOW]];
