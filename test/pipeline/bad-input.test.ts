import { describe, expect, it } from 'vitest';
import { compileFiles, NODE, pipeline, places } from './files.ts';

const nodes = (...list: readonly string[]) => pipeline('nodes:', ...list.map((node) => `- ${node}`));
const step = (name: string, rest = '') => `{kind: function_node, metadata: {name: ${name}}, spec: {fn: const}${rest}}`;
const withKey = (key: string) => nodes(`{kind: function_node, metadata: {name: a}, spec: {fn: const, ${key}}}`);
const call = (key: string) => nodes(`{kind: api_call_node, metadata: {name: a}, spec: {url: "https://a.example", ${key}}}`);
const get = (url: string) => nodes(`{kind: api_call_node, metadata: {name: a}, spec: {url: "${url}"}}`);
const many = Array.from({ length: 2_001 }, (_, at) => `{kind: data_node, metadata: {name: n${at}}, spec: {output: {}}}`);

type Row = readonly [row: string, text: string, places: readonly string[]];

const timeout = (time: string): Row => [`PY23 timeout: ${time}`, withKey(`timeout: ${time}`), ['5:75 duration_range']];
const retries = (count: string): Row => [`PY24 max_retries: ${count}`, withKey(`max_retries: ${count}`), ['5:79 integer_range']];
const ROWS: readonly Row[] = [
  ['PY12 an unknown version', `apiVersion: hexdag/v9\n${pipeline(NODE)}`, ['1:13 warning api_version_unsupported']],
  ['PY13 a kind misspelt', `kind: Pipline\nmetadata: {name: x}\nspec:\n  ${NODE}`, ['1:7 warning kind_unknown']],
  ['PY14 no name', `kind: Pipeline\nmetadata: {}\nspec:\n  ${NODE}`, ['2:11 field_missing']],
  ['PY15 a name with blanks', `kind: Pipeline\nmetadata: {name: "Order Processing!"}\nspec:\n  ${NODE}`, ['2:18 name_invalid']],
  ['PY16 a node twice', nodes(step('a'), step('a')), ['6:44 node_duplicate']],
  ['PY17 an unknown dependency', nodes(step('a', ', dependencies: [b]')), ['5:82 dependency_unknown']],
  [
    'PY18 a circle',
    nodes(step('a', ', dependencies: [c]'), step('b', ', dependencies: [a]'), step('c', ', dependencies: [b]')),
    ['5:81 cycle'],
  ],
  ['PY19 a circle of one', nodes(step('a', ', dependencies: [a]')), ['5:81 cycle']],
  ['PY20 a kind of node misspelt', nodes('{kind: htpp_node, metadata: {name: a}}'), ['5:12 node_kind_unknown']],
  ['PY21 a key misspelt', withKey('timout: 30'), ['5:66 warning field_unknown']],
  ['PY22 a duration in seconds', withKey('timeout: 30'), []],
  ['PY22 a duration in an unknown unit', withKey('timeout: 30 bananas'), ['5:75 duration_invalid']],
  ...['-5s', '0s', '9999d'].map(timeout),
  ['PY23 timeout: .inf', withKey('timeout: .inf'), ['5:75 duration_range', '5:75 number_not_finite']],
  ...['1.5', '-1', '1000000'].map(retries),
  ['PY29 2,001 nodes', pipeline(`nodes: [${many.join(', ')}]`), ['4:10 node_limit']],
  ['PY30 an address of the platform', get('http://169.254.169.254/'), ['5:60 url_not_allowed']],
  ['PY30 the same as a number', get('http://0xa9fea9fe/{{ a }}'), ['5:60 url_not_allowed']],
  ['PY30 an address of the own network', get('http://10.0.0.1/x'), ['5:60 url_not_allowed']],
  ['PY30 the same through the port by its name', get('http://localhost/", port: "api_call'), ['5:60 url_not_allowed']],
  ['PY31 a header named by two lines', call('headers: {"X-A\\r\\nB": 1}'), ['5:91 header_name_invalid']],
  ['PY32 the header Host', call('headers: {Host: x}'), ['5:91 header_reserved']],
  ['PY32 the header Content-Length', call('headers: {Content-Length: 1}'), ['5:91 header_reserved']],
  ['PY33 a secret in a template', call('headers: {X-K: "{{ secrets.API_KEY }}"}'), ['5:100 secret_not_allowed_here']],
  ['PY33 a secret in an expression', withKey('when: secrets.API_KEY'), ['5:72 secret_not_allowed_here']],
  ['PY33 a secret in a mapping', withKey('input_mapping: {k: secrets.API_KEY}'), ['5:85 secret_not_allowed_here']],
  ['PY34 half an expression', withKey('when: "order.total >"'), ['5:86 expression_parse']],
  ['PY35 reading a node that waits', nodes(step('a', ', dependencies: [b]'), step('b', ', wait_for: a')), ['5:81 cycle']],
  ['PY36 a file outside', pipeline('nodes:', '- "!include": ../../etc/passwd', `- ${step('a')}`), ['5:5 path_outside_root']],
  ['PY37 unset variables', withKey(`when: "\${A}", on_error: "\${B}"`), ['5:73 variable_unset', '5:91 variable_unset']],
];

describe('bad input to the compiler', () => {
  it.each(ROWS)('%s is told at its place', (_row, text, expected) => {
    const { plan, diagnostics } = compileFiles({ 'main.yaml': text });

    expect(places(diagnostics)).toEqual(expected);
    expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
  });

  it.each([
    ['PY13', `kind: Pipline\nmetadata: {name: x}\nspec:\n  ${NODE}`, "Did you mean 'Pipeline'?"],
    ['PY20', nodes('{kind: fucntion_node, metadata: {name: a}}'), "Did you mean 'function_node'?"],
    ['PY21', withKey('timout: 30'), "Did you mean 'timeout'?"],
  ])('%s names what was meant', (_row, text, remedy) => {
    const { diagnostics } = compileFiles({ 'main.yaml': text });

    expect(diagnostics.map((diagnostic) => diagnostic.remedy)).toEqual([remedy]);
  });

  it.each([
    ['by the pipeline', 'ports: {api_call: {adapter: http_client, config: {allow_private: true}}}', ''],
    ['for the kind of node', 'type_ports: {api_call_node: {api_call: {adapter: http_client}}}', ''],
    ['by the node', 'aliases: {}', ', ports: {api_call: {adapter: http_client}}'],
  ])('PY30 an address of the own network is left to a port that is declared %s', (_where, ports, own) => {
    const node = `{kind: api_call_node, metadata: {name: a}, spec: {url: "http://10.0.0.1/x"${own}}}`;

    const { diagnostics } = compileFiles({ 'main.yaml': pipeline(ports, `nodes: [${node}]`) });

    expect(places(diagnostics)).toEqual([]);
  });

  it('PY30 an address of the platform is told whatever port is declared', () => {
    const node = '{kind: api_call_node, metadata: {name: a}, spec: {url: "http://169.254.169.254/"}}';
    const ports = 'ports: {api_call: {adapter: http_client, config: {allow_private: true}}}';

    const { diagnostics } = compileFiles({ 'main.yaml': pipeline(ports, `nodes: [${node}]`) });

    expect(places(diagnostics)).toEqual(['5:66 url_not_allowed']);
  });

  it.each([
    ['a node', nodes(step('secrets'), '{kind: data_node, metadata: {name: b}, spec: {output: {k: "{{ secrets.v }}"}}}')],
    [
      'a field of the input',
      pipeline(
        'input_schema: {secrets: dict}',
        'nodes:',
        '- {kind: data_node, metadata: {name: b}, spec: {output: {k: "{{ secrets.v }}"}}}',
      ),
    ],
    [
      'a field of an input that may have others',
      pipeline(
        'input_schema: {type: object, properties: {secrets: {type: object}}, additionalProperties: true}',
        'nodes:',
        '- {kind: data_node, metadata: {name: b}, spec: {output: {k: "{{ secrets.v }}"}}}',
      ),
    ],
    [
      'a mapped field',
      nodes('{kind: data_node, metadata: {name: b}, spec: {input_mapping: {secrets: $input.s}, output: {k: "{{ secrets.v }}"}}}'),
    ],
    [
      'what a loop binds',
      nodes(
        '{kind: composite_node, metadata: {name: b}, spec: {mode: for-each, items: $input.xs, item_var: secrets, body: [{kind: data_node, metadata: {name: c}, spec: {output: {k: "{{ secrets.v }}"}}}]}}',
      ),
    ],
  ])('PY33 %s may be called secrets', (_what, text) => {
    const { diagnostics } = compileFiles({ 'main.yaml': text });

    expect(places(diagnostics)).toEqual([]);
  });

  it('PY33 a secret in the body of a loop is told as a warning, since its data may have such a field', () => {
    const inner = '{kind: data_node, metadata: {name: c}, spec: {output: {k: "{{ secrets.v }}"}}}';
    const loop = `{kind: composite_node, metadata: {name: b}, spec: {mode: for-each, items: $input.xs, body: [${inner}]}}`;

    const { diagnostics } = compileFiles({ 'main.yaml': nodes(loop) });

    expect(places(diagnostics)).toEqual(['5:159 warning secret_not_allowed_here']);
  });

  it('PY39 a loop over data needs no limit of its own, since every loop has one', () => {
    const loop = '{kind: composite_node, metadata: {name: a}, spec: {mode: for-each, items: $input.xs, body: const}}';

    const { plan, diagnostics } = compileFiles({ 'main.yaml': nodes(loop) });

    expect(diagnostics).toEqual([]);
    expect(plan?.nodes).toHaveLength(1);
  });
});
