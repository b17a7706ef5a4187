import { describe, expect, it } from 'vitest';
import { compileFiles, NODE, pipeline, places } from './files.ts';

const step = (name: string, rest = '') => `{kind: function_node, metadata: {name: ${name}}, spec: {fn: const}${rest}}`;
const nodes = (...list: readonly string[]) => pipeline('nodes:', ...list.map((node) => `- ${node}`));
const call = (keys: string) => nodes(`{kind: api_call_node, metadata: {name: a}, spec: {url: "https://example.org", ${keys}}}`);

describe('bad input to the compiler', () => {
  it.each([
    ['PY12 another version', `apiVersion: hexdag/v9\n${pipeline(NODE)}`, []],
    ['PY13 a kind misspelt', 'kind: Pipline\nmetadata: {name: x}\nspec: {nodes: []}', []],
    ['PY14 no name', `kind: Pipeline\nmetadata: {}\nspec:\n  ${NODE}`, []],
    ['PY15 a name with blanks', `kind: Pipeline\nmetadata: {name: "Order Processing!"}\nspec:\n  ${NODE}`, []],
    ['PY16 a node twice', nodes(step('a'), step('a')), []],
    ['PY17 an unknown dependency', nodes(step('a', ', dependencies: [b]')), []],
    [
      'PY18 a circle',
      nodes(step('a', ', dependencies: [c]'), step('b', ', dependencies: [a]'), step('c', ', dependencies: [b]')),
      [],
    ],
    ['PY19 a circle of one', nodes(step('a', ', dependencies: [a]')), []],
    ['PY20 a kind of node misspelt', nodes('{kind: fucntion_node, metadata: {name: a}, spec: {fn: const}}'), []],
    ['PY21 a key misspelt', nodes('{kind: function_node, metadata: {name: a}, spec: {fn: const, timout: 30}}'), []],
    ['PY22 a duration without a unit', nodes('{kind: function_node, metadata: {name: a}, spec: {fn: const, timeout: 30}}'), []],
    [
      'PY22 a duration of no unit',
      nodes('{kind: function_node, metadata: {name: a}, spec: {fn: const, timeout: 30 bananas}}'),
      [],
    ],
    ...['-5s', '0s', '9999d'].map(
      (timeout) =>
        [
          `PY23 ${timeout}`,
          nodes(`{kind: function_node, metadata: {name: a}, spec: {fn: const, timeout: ${timeout}}}`),
          [],
        ] as const,
    ),
    ['PY23 infinity', nodes(`{kind: function_node, metadata: {name: a}, spec: {fn: const, timeout: .inf}}`), []],
    ...['1.5', '-1', '1000000'].map(
      (n) =>
        [`PY24 ${n}`, nodes(`{kind: function_node, metadata: {name: a}, spec: {fn: const, max_retries: ${n}}}`), []] as const,
    ),
    [
      'PY29 2,001 nodes',
      pipeline(
        `nodes: [${Array.from({ length: 2_001 }, (_, i) => `{kind: data_node, metadata: {name: n${i}}, spec: {output: {}}}`).join(', ')}]`,
      ),
      [],
    ],
    ['PY30 local', nodes('{kind: api_call_node, metadata: {name: a}, spec: {url: "http://169.254.169.254/"}}'), []],
    ['PY31 header', call('headers: {"X-A\\r\\nB": 1}'), []],
    ['PY32 host', call('headers: {Host: x}'), []],
    ['PY32 length', call('headers: {Content-Length: 1}'), []],
    ['PY33 secret', call('method: POST, json_body: "{{ secrets.API_KEY }}"'), []],
    ['PY34 expression', nodes('{kind: function_node, metadata: {name: a}, spec: {fn: const, when: "order.total >"}}'), []],
    [
      'PY35 not upstream',
      nodes(
        step('a', ', dependencies: []'),
        '{kind: function_node, metadata: {name: b}, spec: {fn: const, when: "b2.v > 1"}}',
        step('b2'),
      ),
      [],
    ],
    ['PY36 outside', pipeline('nodes:', '- "!include": ../../etc/passwd'), []],
    [
      'PY37 undefined variables',
      pipeline('nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: "${UNDEFINED_VAR}", when: "${OTHER}"}}]'),
      [],
    ],
    [
      'PY39 for-each',
      nodes('{kind: composite_node, metadata: {name: a}, spec: {mode: for-each, items: $input.xs, body: const}}'),
      [],
    ],
  ])('%s', (_row, text, expected) => {
    const { diagnostics } = compileFiles({ 'main.yaml': text });
    console.log(_row, places(diagnostics), diagnostics[0]?.message, '|', diagnostics[0]?.remedy);
    expect(places(diagnostics)).toEqual(expected);
  });
});
