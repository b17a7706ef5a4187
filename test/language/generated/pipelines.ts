import fc from 'fast-check';
import type { JsonObject, JsonValue } from '../../../src/json.ts';

/** Draws values for a document that is put together piece by piece. */
type Draw = fc.GeneratorValue;

/** Files of a pipeline that looks valid, and what it is run with. */
export interface GeneratedPipeline {
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
  readonly input: JsonValue;
}

const INPUTS: readonly JsonValue[] = [
  ...[
    { x: 1, xs: [1, 2, 3], s: 'a', id: 'o-1', d: { k: { z: 1 } } },
    { x: 7, xs: [], s: 'b', id: 42, v: null },
    { x: -1, s: '', xs: [null, 'q', {}] },
  ],
  ...[{}, { x: 'one', xs: { a: 1, b: [2] }, s: 1, id: '' }, null, 'text', 5, [1, 2]],
];

/** A graph that nodes are being added to. */
interface Graph {
  /** Names of all its nodes, those to come too. */
  readonly names: readonly string[];
  /** How many of them stand before the node that is being made. */
  readonly at: number;
  /** Names that loops around it bind. */
  readonly locals: readonly string[];
  readonly depth: number;
}

export function generatePipeline(draw: Draw): GeneratedPipeline {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, draw(fc.integer, { min: 1, max: 6 }));
  const nodes = graphOf(draw, names, [], 0);
  const withInclude = chance(draw, 8);
  const spec: JsonObject = {
    ports: {
      llm: {
        adapter: 'mock_llm',
        config: { responses: [{ answer: 'yes', score: 0.5 }, 'INVOKE_TOOL: tool_end(output="done")'] },
      },
    },
    services: { orders: { class: 'Orders' } },
    state_machines: {
      order: { initial: 'NEW', transitions: { NEW: [{ to: 'PAID', guard: 'x != 7' }, 'CANCELLED'], PAID: ['NEW'] } },
    },
    ...optional(draw, 'orchestrator', () => ({
      max_concurrent_nodes: draw(fc.integer, { min: 1, max: 3 }),
      ...optional(draw, 'pipeline_timeout', () => pick<JsonValue>(draw, ['1h', 3_600])),
    })),
    ...optional(draw, 'input_schema', () => pick<JsonObject>(draw, [{ x: 'Any' }, { x: 'int?' }, { xs: 'list', s: 'str' }])),
    ...optional(draw, 'output', () => ({
      r: pick(draw, names),
      deep: `${pick(draw, names)}.v.w`,
      one: `${pick(draw, names)}.result`,
    })),
    nodes: [...nodes, ...(withInclude ? [{ '!include': 'shared/steps.yaml#nodes' }] : [])],
  };
  const pipeline = { kind: 'Pipeline', metadata: { name: 't' }, spec };
  return {
    text: [macro(draw), pipeline].map((document) => JSON.stringify(document)).join('\n---\n'),
    files: {
      'child.yaml': JSON.stringify(child(draw)),
      'shared/steps.yaml': JSON.stringify(shared(draw)),
      'body.yaml': body(draw),
    },
    input: pick(draw, INPUTS),
  };
}

function macro(draw: Draw): JsonObject {
  const one = node('expression_node', '{{name}}_one', { expressions: { r: 'x * {{mult}}', w: '{{mult}}' } });
  const two = node(
    pick(draw, ['expression_node', 'expression_node', 'function_node']),
    '{{name}}_two',
    { expressions: { z: '{{name}}_one.r + 1' }, fn: 'show', input_mapping: { q: '{{name}}_one.w' } },
    { dependencies: ['{{name}}_one'] },
  );
  const parameters = [{ name: 'mult', type: 'int', default: 2 }];
  return { kind: 'Macro', metadata: { name: 'scale' }, parameters, nodes: [one, ...(chance(draw, 2) ? [two] : [])] };
}

function child(draw: Draw): JsonObject {
  const nodes = [
    pick(draw, [
      node('function_node', 'k', { fn: 'const' }),
      node('function_node', 'k', { fn: 'boom' }),
      node('wait_node', 'k', { event_key: 'child', timeout: '1h' }),
    ]),
  ];
  return { kind: 'Pipeline', metadata: { name: 'child' }, spec: { nodes, output: { v: 'k.v' } } };
}

function shared(draw: Draw): JsonObject {
  return { nodes: graphOf(draw, ['shared_a', 'shared_b'].slice(0, draw(fc.integer, { min: 1, max: 2 })), [], 2) };
}

function body(draw: Draw): string {
  return JSON.stringify({ kind: 'Pipeline', metadata: { name: 'body' }, spec: { nodes: graphOf(draw, ['y', 'z'], [], 2) } });
}

function graphOf(draw: Draw, names: readonly string[], locals: readonly string[], depth: number): readonly JsonObject[] {
  return names.map((name, at) => anyNode(draw, name, { names, at, locals, depth }));
}

function anyNode(draw: Draw, name: string, graph: Graph): JsonObject {
  const kinds =
    graph.depth < 2 ? [...Object.keys(KINDS), 'composite_node', 'composite_node', 'composite_node'] : Object.keys(KINDS);
  const kind = pick(draw, kinds);
  const own = kind === 'composite_node' ? composite(draw, graph) : (KINDS[kind]?.(draw, graph) ?? {});
  const written = pick(draw, [kind, kind, kind, `core:${kind}`]);
  return node(written, name, { ...own, ...common(draw, graph) }, places(draw, graph));
}

const KINDS: Readonly<Record<string, (draw: Draw, graph: Graph) => JsonObject>> = {
  function_node: (draw) => ({
    fn: pick(draw, [
      'const',
      'echo',
      'show',
      'num',
      'none',
      'nullv',
      'double',
      'boom',
      'kw',
      'flaky',
      'json.dumps',
      'builtins.len',
    ]),
    ...optional(draw, 'unpack_input', () => true),
    ...optional(draw, 'output_schema', () =>
      pick<JsonObject>(draw, [{ v: 'int?' }, { got: 'dict' }, { v: 'trimmed_str', name: 'str?' }]),
    ),
    ...optional(draw, 'input_schema', () =>
      pick<JsonObject>(draw, [{ x: 'int?' }, { s: 'upper_str', x: 'Any' }, { xs: 'list' }]),
    ),
  }),
  expression_node: (draw, graph) => ({
    expressions: {
      v: mixed(draw, graph),
      ...optional(draw, 'w', () => mixed(draw, { ...graph, locals: [...graph.locals, 'v'] })),
    },
    ...optional(draw, 'output_fields', () => pick<JsonValue>(draw, [['v'], ['v', 'x', 'zz'], []])),
    ...optional(draw, 'merge_strategy', () => pick(draw, ['dict', 'list', 'first', 'last'])),
    ...optional(draw, 'extract_field', () => pick(draw, ['v', 'v.w'])),
  }),
  data_node: (draw, graph) => ({ output: { n: 5, t: template(draw, graph), l: [1, { a: template(draw, graph) }], v: null } }),
  llm_node: (draw, graph) => ({
    human_message: template(draw, graph),
    ...optional(draw, 'system_message', () => template(draw, graph)),
    ...optional(draw, 'output_schema', () => pick<JsonObject>(draw, [{ answer: 'str', score: 'float' }, { v: 'int' }])),
    ...optional(draw, 'conversation', () => pick<JsonValue>(draw, [[{ role: 'user', content: 'hi' }], template(draw, graph)])),
  }),
  agent_node: (draw, graph) => ({
    main_prompt: template(draw, graph),
    config: { max_steps: draw(fc.integer, { min: 1, max: 3 }), tools: { lookup: 'const' } },
  }),
  service_call_node: (draw, graph) => ({
    service: pick(draw, ['orders', 'pipeline_memory']),
    method: pick(draw, ['save', 'set', 'get', 'snapshot']),
    ...optional(draw, 'input_mapping', () => ({ key: "'k'", value: expression(draw, graph), order_id: '$input.id' })),
  }),
  api_call_node: (draw, graph) => ({
    method: pick(draw, ['GET', 'post', 'PUT']),
    url: pick(draw, ['https://example.org/x', `https://example.org/${template(draw, graph)}`, '/{{ x }}', '{{ s }}']),
    ...optional(draw, 'headers', () => ({ 'X-A': template(draw, graph) })),
    ...optional(draw, 'json_body', () => ({ k: template(draw, graph), n: 1 })),
    ...optional(draw, 'params', () => ({ q: template(draw, graph), none: null })),
    ...optional(draw, 'output_schema', () => ({ ok: 'bool' })),
  }),
  transition: (draw, graph) => ({
    entity: 'order',
    entity_id: pick(draw, ['$input.id', '{{ id }}', 'o-9', expression(draw, graph)]),
    to_state: pick(draw, ['PAID', 'NEW', 'CANCELLED']),
    ...optional(draw, 'payload', () => ({ who: '$input.id', e: expression(draw, graph) })),
    ...optional(draw, 'reason', () => 'because'),
  }),
  wait_node: (draw, graph) => ({
    event_key: pick(draw, ['go', 'go:{{ x }}', template(draw, graph)]),
    ...optional(draw, 'timeout', () => pick<JsonValue>(draw, ['1d12h', 60, '30d'])),
    ...(later(graph).length > 0 ? optional(draw, 'on_timeout', () => pick(draw, later(graph))) : {}),
    ...optional(draw, 'setup_fn', () => pick(draw, ['const', 'boom'])),
  }),
  pipeline_node: (draw) => ({ pipeline: 'child', ...optional(draw, 'wait', () => draw(fc.boolean)) }),
  macro_invocation: (draw) => ({
    macro: 'scale',
    ...optional(draw, 'config', () => ({ mult: draw(fc.integer, { min: 0, max: 9 }) })),
  }),
};

function composite(draw: Draw, graph: Graph): JsonObject {
  const loop = {
    ...optional(draw, 'collect', () => pick(draw, ['list', 'dict', 'last', 'first'])),
    ...optional(draw, 'error_handling', () => pick(draw, ['fail_fast', 'continue', 'collect'])),
  };
  const targets = later(graph).length > 0 ? later(graph) : graph.names;
  const inside = (locals: readonly string[] = []) => ({ ...graph, locals: [...graph.locals, ...locals] });
  const modes: readonly (() => JsonObject)[] = [
    () => ({
      mode: 'for-each',
      items: pick<JsonValue>(draw, ['$input.xs', 'xs', '[1, 2]', 'range(3)', [1, { a: 2 }], { k: 1 }, expression(draw, graph)]),
      body: inner(draw, inside(['item', '$item', 'index', '$index', '$is_last'])),
      ...optional(draw, 'concurrency', () => draw(fc.integer, { min: 1, max: 4 })),
      ...loop,
    }),
    () => ({
      mode: 'times',
      count: draw(fc.integer, { min: 1, max: 4 }),
      body: inner(draw, inside(['index', '$index'])),
      ...loop,
    }),
    () => ({
      mode: 'while',
      condition: pick(draw, ['state.i < 3', 'iteration < 2', 'state.iteration < 2', 'True', condition(draw, graph)]),
      initial_state: { i: 0 },
      state_update: { i: pick(draw, ['state.i + 1', '$body', expression(draw, graph)]) },
      max_iterations: draw(fc.integer, { min: 1, max: 5 }),
      body: inner(draw, inside(['state', 'iteration', '$index'])),
      ...loop,
    }),
    () => ({
      mode: 'if-else',
      condition: condition(draw, graph),
      ...pick<() => JsonObject>(draw, [
        () => ({ body: inner(draw, inside()) }),
        () => ({ body_pipeline: 'body.yaml' }),
        () => ({}),
      ])(),
      ...optional(draw, 'else_body', () => inner(draw, inside())),
    }),
    () => ({
      mode: 'switch',
      branches: [
        { condition: condition(draw, graph), action: pick(draw, targets), body: inner(draw, inside()) },
        { condition: condition(draw, graph), action: pick(draw, targets) },
      ],
      ...optional(draw, 'else_action', () => pick(draw, targets)),
      ...optional(draw, 'else_body', () => inner(draw, inside())),
      ...optional(draw, 'route_downstream', () => true),
    }),
  ];
  return pick(draw, modes)();
}

function inner(draw: Draw, graph: Graph): JsonValue {
  if (chance(draw, 3)) return pick<JsonValue>(draw, ['show', 'double', 'boom', []]);
  const names = [`in${graph.depth}_q`, `in${graph.depth}_w`].slice(0, draw(fc.integer, { min: 1, max: 2 }));
  return [...graphOf(draw, names, [...graph.locals, ...graph.names.slice(0, graph.at)], graph.depth + 1)];
}

function common(draw: Draw, graph: Graph): JsonObject {
  return {
    ...optional(draw, 'when', () => condition(draw, graph), 5),
    ...optional(draw, 'timeout', () => pick<JsonValue>(draw, [30, '1m', '500s']), 8),
    ...optional(draw, 'max_retries', () => draw(fc.integer, { min: 0, max: 4 }), 6),
    ...optional(draw, 'retry_delay', () => pick<JsonValue>(draw, [0, 0.5, '10s']), 8),
    ...optional(draw, 'critical', () => true, 12),
    ...optional(draw, 'required_inputs', () => [pick(draw, ['x', 'zz'])], 16),
    ...(later(graph).length > 0 ? optional(draw, 'on_error', () => pick(draw, later(graph)), 6) : {}),
    ...optional(draw, 'only_on_error', () => true, 12),
    ...(chance(draw, 5) ? mapped(draw, graph) : {}),
  };
}

function mapped(draw: Draw, graph: Graph): JsonObject {
  const values = { m: mapping(draw, graph), k: [mapping(draw, graph), { z: mapping(draw, graph) }] };
  return { input_mapping: values, ...optional(draw, 'strict_mapping', () => true) };
}

/** Nodes that come after it, for it may lead to those. The last has none. */
function later({ names, at }: Graph): readonly string[] {
  return names.slice(at + 1);
}

function places(draw: Draw, { names, at }: Graph): JsonObject {
  const before = names.slice(0, at);
  return {
    ...optional(draw, 'dependencies', () => before.filter(() => draw(fc.boolean)), 3),
    ...optional(draw, 'wait_for', () => before.slice(0, 1), 8),
  };
}

function expression(draw: Draw, { names, at, locals }: Graph): string {
  const known = [...names.slice(0, at), ...locals, 'x'];
  const name = pick(draw, known);
  return pick(draw, [
    ...[
      name,
      `${name}.v`,
      `${name}.v + 1`,
      `${name}.result`,
      `${name}._error`,
      '$input.x',
      'input.xs',
      'x + 1',
      "'text'",
      's.upper()',
    ],
    ...[
      'len(xs)',
      'xs[0]',
      '[i for i in range(4) if i > 1]',
      "{'a': x}",
      'ctx.node_name',
      'now()',
      '1 / x',
      "default(zz, 'none')",
      'd.k.z',
    ],
    ...[
      'x if s else None',
      'sorted(xs)',
      '2 ** 64',
      "'%s' % x",
      `str(${name})`,
      'sum(xs)',
      '$input',
      '$ctx.run_id',
      'not x',
      'coalesce(v, 1)',
    ],
  ]);
}

function condition(draw: Draw, graph: Graph): string {
  return pick(draw, [
    'x > 0',
    "s == 'a'",
    'True',
    'False',
    'not xs',
    `${expression(draw, graph)} is not None`,
    expression(draw, graph),
  ]);
}

function mapping(draw: Draw, graph: Graph): JsonValue {
  return pick<JsonValue>(draw, [
    expression(draw, graph),
    `${expression(draw, graph)} | default(3)`,
    '$input.q | required',
    5,
    null,
    true,
  ]);
}

function template(draw: Draw, { names, at, locals }: Graph): string {
  const name = pick(draw, [...names.slice(0, at), ...locals, 'x']);
  return pick(draw, [
    'hi',
    'hi {{ x }}',
    `{{ ${name} }}`,
    `{{ ${name}.v }} of {{ $input.s }}`,
    "{{ zz | default('q') | upper }}",
    '{{ xs.0 }}',
  ]);
}

function mixed(draw: Draw, graph: Graph): JsonValue {
  return pick<JsonValue>(draw, [expression(draw, graph), expression(draw, graph), template(draw, graph), 5, null, [1, 2]]);
}

function node(kind: string, name: string, spec: JsonObject, more: JsonObject = {}): JsonObject {
  return { kind, metadata: { name }, spec, ...more };
}

function pick<Value>(draw: Draw, values: readonly Value[]): Value {
  return draw(() => fc.constantFrom(...values));
}

/** Once in so many times. */
function chance(draw: Draw, times: number): boolean {
  return draw(fc.integer, { min: 1, max: times }) === times;
}

/** The key, once in so many times. */
function optional(draw: Draw, key: string, value: () => JsonValue, times = 4): JsonObject {
  return chance(draw, times) ? { [key]: value() } : {};
}
