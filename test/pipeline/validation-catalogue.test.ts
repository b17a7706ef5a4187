import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/pipeline/catalog.ts';
import { catalog as base } from './catalog.ts';
import { compileFiles, NODE, pipeline, places } from './files.ts';

const names = (...known: readonly string[]) => ({ has: (name: string) => known.includes(name), names: () => known });

const catalog: Catalog = {
  ...base,
  adapters: {
    ...names('mock_llm', 'in_memory'),
    portsOf: (name) => (name === 'mock_llm' ? ['llm'] : undefined),
    isUnavailable: (name) => name === 'vertex',
  },
  middleware: names('retry', 'timeout'),
  services: names('Orders'),
  handlers: names('notify'),
};

function told(text: string): readonly string[] {
  return places(compileFiles({ 'main.yaml': text }, {}, catalog).diagnostics);
}

describe('the structure of documents', () => {
  it.each([
    ['no document', '', ['1:1 empty_document']],
    ['no mapping', '- a', ['1:1 not_a_mapping']],
    ['no kind', 'metadata: {name: x}\nspec: {nodes: []}', ['1:1 field_missing']],
    ['no metadata', 'kind: Pipeline\nspec: {nodes: []}', ['1:1 field_missing', '2:15 warning nodes_empty']],
    ['no spec', 'kind: Pipeline\nmetadata: {name: x}', ['1:1 field_missing']],
    ['spec that is no mapping', 'kind: Pipeline\nmetadata: {name: x}\nspec: []', ['3:7 type_mapping']],
    ['no nodes', 'kind: Pipeline\nmetadata: {name: x}\nspec: {}', ['3:7 field_missing']],
    ['nodes that are no list', 'kind: Pipeline\nmetadata: {name: x}\nspec: {nodes: {}}', ['3:15 type_list']],
    ['an empty list of nodes', pipeline('nodes: []'), ['4:10 warning nodes_empty']],
    ['a key of former times', pipeline(NODE, 'common_field_mappings: {}'), ['5:3 key_removed']],
    ['a System', 'kind: System\nspec: {processes: []}', ['1:7 kind_not_supported']],
    ['a Config without spec', `kind: Config\n---\n${pipeline(NODE)}`, ['1:1 field_missing']],
    ['a Config whose spec is no mapping', `kind: Config\nspec: 5\n---\n${pipeline(NODE)}`, ['2:7 type_mapping']],
    [
      'a Middleware without stack',
      `kind: Middleware\nmetadata: {name: m}\nspec: {}\n---\n${pipeline(NODE)}`,
      ['3:7 field_missing'],
    ],
    ['a Middleware without name', `kind: Middleware\nspec: {stack: [retry]}\n---\n${pipeline(NODE)}`, ['1:1 field_missing']],
    ['an Adapter without class', `kind: Adapter\nmetadata: {name: a}\nspec: {}\n---\n${pipeline(NODE)}`, ['3:7 field_missing']],
    [
      'an Adapter whose config is no mapping',
      `kind: Adapter\nmetadata: {name: a}\nspec: {class: mock_llm, config: 5}\n---\n${pipeline(NODE)}`,
      ['3:33 type_mapping'],
    ],
    [
      'a key of an Adapter that nothing reads',
      `kind: Adapter\nmetadata: {name: a}\nspec: {class: mock_llm, confg: {}}\n---\n${pipeline(NODE)}`,
      ['3:25 warning field_unknown'],
    ],
    ['a Macro without nodes', `kind: Macro\nmetadata: {name: m}\n---\n${pipeline(NODE)}`, ['1:1 field_missing']],
    ['a Macro alone', 'kind: Macro\nmetadata: {name: m}\nnodes: []', ['1:7 warning definition_unused']],
    ['limits of a Config', `kind: Config\nspec: {limits: {}}\n---\n${pipeline(NODE)}`, ['2:8 warning key_not_supported']],
    [
      'keys without effect',
      pipeline(NODE, 'policies: {}', 'observers: []', 'caps: {}', 'node_ports: {}', 'limits:'),
      [5, 6, 7, 8, 9].map((line) => `${line}:3 warning key_not_supported`),
    ],
  ])('%s', (_, text, expected) => {
    const diagnostics = told(text);

    expect(diagnostics).toEqual(expected);
  });
});

describe('the settings of the orchestrator', () => {
  it.each([
    ['[]', '5:17 type_mapping'],
    ['{max_concurrent_nodes: 0}', '5:40 integer_range'],
    ['{max_concurrent_nodes: 1.5}', '5:40 integer_range'],
    ['{pipeline_timeout: 0}', '5:36 duration_range'],
    ['{pipeline_timeout: soon}', '5:36 duration_invalid'],
    ['{default_node_timeout: -1}', '5:40 duration_range'],
    ['{strict_validation: yes}', '5:37 type_boolean'],
    ['{strict_validation: 5}', '5:37 type_boolean'],
    ['{strict_validation: false}', '5:37 warning key_not_supported'],
    ['{pipline_timeout: 5}', '5:18 warning field_unknown'],
  ])('%s', (settings, expected) => {
    const diagnostics = told(pipeline(NODE, `orchestrator: ${settings}`));

    expect(diagnostics).toContain(expected);
  });
});

describe('ports', () => {
  it.each([
    ['ports that are no mapping', '[]', '5:10 type_mapping'],
    ['a port that is no mapping', '{llm: mock_llm}', '5:16 type_mapping'],
    ['no adapter', '{llm: {config: {}}}', '5:16 adapter_missing'],
    ['an adapter that is no name', '{llm: {adapter: 5}}', '5:26 type_string'],
    ['an unknown adapter', '{llm: {adapter: mock_lm}}', '5:26 adapter_unknown'],
    ['an adapter of another build', '{llm: {adapter: vertex}}', '5:26 adapter_unavailable'],
    ['an adapter for another port', '{memory: {adapter: mock_llm}}', '5:29 warning adapter_port_mismatch'],
    ['an unknown Adapter document', '{llm: {ref: gpt}}', '5:22 adapter_ref_unknown'],
    ['adapter and ref', '{llm: {adapter: mock_llm, ref: gpt}}', '5:16 port_ambiguous'],
    ['config that is no mapping', '{llm: {adapter: mock_llm, config: 5}}', '5:44 type_mapping'],
    ['an unknown key', '{llm: {adapter: mock_llm, confg: {}}}', '5:36 warning field_unknown'],
    ['a strategy without adapters', '{llm: {adapter: mock_llm, strategy: failover}}', '5:46 strategy_without_adapters'],
    ['adapters beside an adapter', '{llm: {adapter: a, adapters: [{adapter: mock_llm}]}}', '5:16 port_ambiguous'],
    ['adapters beside a ref', '{llm: {ref: a, adapters: [{adapter: mock_llm}]}}', '5:16 port_ambiguous'],
    ['adapters beside a name', '{llm: {name: a, adapters: [{adapter: mock_llm}]}}', '5:16 port_ambiguous'],
    ['adapters that are no list', '{llm: {adapters: mock_llm}}', '5:27 type_list'],
    ['no adapters', '{llm: {adapters: []}}', '5:27 type_list'],
    ['a member that is no mapping', '{llm: {adapters: [mock_llm]}}', '5:28 type_mapping'],
    ['a member without adapter', '{llm: {adapters: [{config: {}}]}}', '5:28 adapter_missing'],
    ['an unknown strategy', '{llm: {adapters: [{adapter: mock_llm}], strategy: fail_over}}', '5:60 value_invalid'],
    ['an unknown middleware', '{llm: {adapter: mock_llm, middleware: rety}}', '5:48 middleware_unknown'],
    ['an unknown middleware in a list', '{llm: {adapter: mock_llm, middleware: [retry, nope]}}', '5:56 middleware_unknown'],
    ['middleware that is no name', '{llm: {adapter: mock_llm, middleware: [5]}}', '5:49 type_list'],
    ['middleware that is no list', '{llm: {adapter: mock_llm, middleware: 5}}', '5:48 type_list'],
    ['options that are no mapping', '{llm: {adapter: mock_llm, middleware: [{retry: 5}]}}', '5:57 type_mapping'],
  ])('%s', (_, ports, expected) => {
    const diagnostics = told(pipeline(NODE, `ports: ${ports}`));

    expect(diagnostics).toEqual([expected]);
  });

  it('of kinds of nodes must be a mapping', () => {
    const diagnostics = told(pipeline(NODE, 'type_ports: 5'));

    expect(diagnostics).toContain('5:15 type_mapping');
  });

  it('of kinds of nodes are checked like others', () => {
    const diagnostics = told(pipeline(NODE, 'type_ports: {llm_node: {llm: {adapter: nope}}}'));

    expect(diagnostics).toEqual(['5:42 adapter_unknown']);
  });
});

describe('a key that has no effect', () => {
  it('is told with what to do in its place, each limit by itself', () => {
    const limits = 'max_llm_calls, max_tool_calls, max_total_tokens, max_cost_usd, warning_threshold';
    const written = `limits: {${limits.replaceAll(',', ': 1,')}: 1}`;
    const config = `kind: Config\nspec: {logging: {}, caps: {}, ${written}}`;
    const text = `${pipeline(NODE, 'policies: {}', 'observers: []', 'caps: {}', 'node_ports: {}', written)}\n---\n${config}`;

    const { diagnostics } = compileFiles({ 'main.yaml': text }, {}, catalog);

    const keys = diagnostics.map(({ message }) => /^'(\w+)' has no effect here\.$/.exec(message)?.[1]);
    const spec = ['policies', 'observers', 'caps', 'node_ports', ...limits.split(', ')];
    expect(keys).toEqual([...spec, 'logging', 'caps', ...limits.split(', ')]);
    const remedies = new Map(diagnostics.map(({ remedy = '' }, index) => [keys[index], remedy]));
    expect(new Set(remedies.values()).size).toBe(spec.length + 1);
    expect([...remedies.values()].filter((remedy) => remedy.length < 20)).toEqual([]);
  });
});

describe('ports of one node', () => {
  it.each([
    ['{llm: {adapter: mock_llm}}', []],
    ['{llm: {adapter: nope}}', ['4:95 adapter_unknown']],
    ['5', ['4:79 type_mapping']],
  ])('%s', (ports, expected) => {
    const node = `nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: const, ports: ${ports}}}]`;

    const diagnostics = told(pipeline(node));

    expect(diagnostics).toEqual(expected);
  });
});

describe('services', () => {
  it.each([
    ['services that are no mapping', '[]', '5:13 type_mapping'],
    ['a service that is no mapping', '{s: Orders}', '5:17 type_mapping'],
    ['no class', '{s: {}}', '5:17 field_missing'],
    ['an unknown class', '{s: {class: Order}}', '5:25 service_class_unknown'],
    ['config that is no mapping', '{s: {class: Orders, config: 5}}', '5:41 type_mapping'],
    ['an unknown key', '{s: {class: Orders, confg: {}}}', '5:33 warning field_unknown'],
  ])('%s', (_, services, expected) => {
    const diagnostics = told(pipeline(NODE, `services: ${services}`));

    expect(diagnostics).toEqual([expected]);
  });
});

describe('state machines', () => {
  it.each([
    ['machines that are no mapping', '[]', '5:19 type_mapping'],
    ['a machine that is no mapping', '{order: NEW}', '5:27 type_mapping'],
    ['no initial state', '{order: {transitions: {}}}', '5:27 field_missing'],
    ['transitions that are no mapping', '{order: {initial: A, transitions: [A]}}', '5:53 type_mapping'],
    ['a transition to nowhere', '{order: {initial: A, transitions: {A: [{guard: x}]}}}', '5:58 transition_invalid'],
    ['a guard that cannot be read', '{order: {initial: A, transitions: {A: [{to: B, guard: "x >"}]}}}', '5:77 expression_parse'],
    ['a guard that is no text', '{order: {initial: A, transitions: {A: [{to: B, guard: 5}]}}}', '5:73 type_string'],
    ['handlers that are no mapping', '{order: {initial: A, handlers: notify}}', '5:50 type_mapping'],
    ['an unknown handler', '{order: {initial: A, handlers: {on_transition: [notfy]}}}', '5:67 handler_unknown'],
    ['a handler that is no name', '{order: {initial: A, handlers: {on_transition: 5}}}', '5:66 type_string'],
    ['an unknown key', '{order: {initial: A, transistions: {}}}', '5:40 warning field_unknown'],
  ])('%s', (_, machines, expected) => {
    const diagnostics = told(pipeline(NODE, `state_machines: ${machines}`));

    expect(diagnostics).toEqual([expected]);
  });
});

describe('the output', () => {
  it.each([
    ['{r: b.v}', '5:15 reference_unknown'],
    ['{r: "a.v + 1"}', '5:15 output_invalid'],
    ['{r: "{{ b.v }}"}', '5:16 reference_unknown'],
    ['{r: "x {{ a.v + 1 }}"}', '5:18 output_invalid'],
    ['{r: "x {{ b.v }}"}', '5:21 reference_unknown'],
    ['{r: 5}', '5:15 type_string'],
  ])('%s', (output, expected) => {
    const diagnostics = told(pipeline(NODE, `output: ${output}`));

    expect(diagnostics).toEqual([expected]);
  });
});

describe('aliases', () => {
  it.each([
    ['[]', '5:12 type_mapping'],
    ['{fn: functoin_node}', '5:17 node_kind_unknown'],
    ['{fn: 5}', '5:17 node_kind_unknown'],
  ])('%s', (aliases, expected) => {
    const diagnostics = told(pipeline(NODE, `aliases: ${aliases}`));

    expect(diagnostics).toEqual([expected]);
  });
});

describe('a mapping where a name is expected', () => {
  it.each([
    ['an alias', pipeline(NODE, 'aliases: {fn: {toString: 1}}'), ['5:17 node_kind_unknown']],
    ['a ref', pipeline(NODE, 'ports: {llm: {ref: {toString: 1}}}'), ['5:22 adapter_ref_unknown']],
    [
      'an argument of a macro',
      [
        'kind: Macro\nmetadata: {name: m}\nparameters: [{name: a, enum: [x, {toString: 1}]}]\nnodes: []\n---',
        pipeline('nodes: [{kind: macro_invocation, metadata: {name: i}, spec: {macro: m, inputs: {a: {toString: 2}}}}]'),
      ].join('\n'),
      ['9:86 macro_parameter_value'],
    ],
  ])('is told, whatever keys it has: %s', (_, text, expected) => {
    const diagnostics = told(text);

    expect(diagnostics).toEqual(expected);
  });
});
