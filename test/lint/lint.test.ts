import { describe, expect, it } from 'vitest';
import { CODES } from '../../src/codes/catalogue.ts';
import { LINT_RULES, lint } from '../../src/lint/lint.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';

const steps = new StepRegistry([defineStep('work', (input) => input)]);
const kinds = nodeKinds(steps);

const HEAD = `apiVersion: hexdag/v1
kind: Pipeline
metadata: { name: orders, description: Orders on their way. }
spec:
`;

/** What lint says of a pipeline with this `spec`: severity, code and the text that stands at the place. */
function findings(spec: string, head = HEAD): readonly string[] {
  const text = `${head}${spec}`;
  const { plan, diagnostics } = compilePipeline(text, 'orders.yaml', { kinds: [...kinds.values()], steps });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const lines = text.split('\n');
  return lint({ file: 'orders.yaml', text, plan }, kinds).map(({ code, severity, position }) => {
    const [shown = ''] = /^[^,}]*/.exec(lines[position.line - 1]?.slice(position.column - 1) ?? '') ?? [];
    return `${severity} ${code}: ${shown.trim()}`;
  });
}

function nodes(...lines: readonly string[]): string {
  return `  nodes:\n${lines.map((line) => `    - ${line}\n`).join('')}`;
}

describe('lint', () => {
  it.each([
    [
      'a pure node whose result nobody uses',
      `${nodes(
        '{ kind: function_node, metadata: { name: a }, spec: { fn: work } }',
        '{ kind: expression_node, metadata: { name: b }, spec: { expressions: { x: "1" } } }',
      )}  output: { r: a }\n`,
      ['warning unused_node: b'],
    ],
    [
      'a condition that is never true',
      nodes(`{ kind: function_node, metadata: { name: a }, spec: { fn: work, when: "1 > 2" } }`),
      ['warning branch_unreachable: "1 > 2"'],
    ],
    [
      'a condition that is always true',
      nodes(`{ kind: function_node, metadata: { name: a }, spec: { fn: work, when: "true" } }`),
      ['warning condition_constant: "true"'],
    ],
    [
      'a handler that no node names',
      nodes('{ kind: function_node, metadata: { name: a }, spec: { fn: work, only_on_error: true } }'),
      ['warning branch_unreachable: a'],
    ],
    [
      'the branch that an if-else never takes',
      nodes(`{ kind: composite_node, metadata: { name: a }, spec: { mode: if-else, condition: "False", body: work } }`),
      ['warning branch_unreachable: work'],
    ],
    [
      'switch branches after one that always holds, and repeated ones',
      nodes(
        '{ kind: composite_node, metadata: { name: a }, spec: { mode: switch, branches: [{ condition: x == 1, body: work }, { condition: x == 1, body: work }, { condition: "True", body: work }, { condition: x == 2, body: work }], else_body: work } }',
      ),
      [
        'warning branch_unreachable: { condition: x == 1',
        'warning branch_unreachable: { condition: x == 2',
        'warning branch_unreachable: work',
      ],
    ],
    [
      'a while loop without a bound',
      nodes('{ kind: composite_node, metadata: { name: a }, spec: { mode: while, condition: state.i < 3, body: work } }'),
      ['warning loop_unbounded: while'],
    ],
    [
      'a wait without an end',
      nodes("{ kind: wait_node, metadata: { name: a }, spec: { event_key: 'k' } }"),
      ['warning wait_unbounded: a'],
    ],
    [
      'a POST that may be sent again',
      nodes('{ kind: api_call_node, metadata: { name: a }, spec: { method: post, url: "https://example.com", max_retries: 3 } }'),
      ['warning effect_repeated: 3'],
    ],
    [
      'a model without patience',
      `  ports: { llm: { adapter: mock_llm } }\n${nodes('{ kind: llm_node, metadata: { name: a }, spec: { human_message: hi } }')}`,
      ['warning llm_without_retries: a', 'warning llm_without_timeout: a'],
    ],
    [
      'a model without patience whose own port has none, whatever that of the pipeline has',
      `  ports: { llm: { adapter: mock_llm, middleware: [retry, timeout] } }\n${nodes(
        '{ kind: llm_node, metadata: { name: a }, spec: { human_message: hi, ports: { llm: { adapter: mock_llm } } } }',
      )}`,
      ['warning llm_without_retries: a', 'warning llm_without_timeout: a'],
    ],
    [
      'a secret in the port of a node',
      nodes(
        '{ kind: function_node, metadata: { name: a }, spec: { fn: work, ports: { crm: { adapter: http_client, config: { bearer_token: sk-0123456789abcdef0123 } } } } }',
      ),
      ['error secret_literal: sk-0123456789abcdef0123'],
    ],
    [
      'a name that expressions cannot refer to',
      nodes('{ kind: function_node, metadata: { name: My-node }, spec: { fn: work } }'),
      ['info name_style: My-node'],
    ],
    [
      'nodes within nodes',
      nodes(
        `{ kind: composite_node, metadata: { name: a }, spec: { mode: for-each, items: xs, body: [{ kind: function_node, metadata: { name: b }, spec: { fn: work, when: "1 == 2" } }] } }`,
      ),
      ['warning branch_unreachable: "1 == 2"'],
    ],
  ])('finds %s', (_, spec, expected) => {
    const result = findings(spec);

    expect(result).toEqual(expected);
  });

  it.each([
    [
      'results that the output or a node uses',
      `${nodes(
        '{ kind: expression_node, metadata: { name: a }, spec: { expressions: { x: "1" } } }',
        '{ kind: expression_node, metadata: { name: b }, spec: { expressions: { y: a.x } } }',
      )}  output: { r: b.y }\n`,
    ],
    [
      'conditions that depend on data or the time',
      nodes(
        `{ kind: function_node, metadata: { name: a }, spec: { fn: work, when: "x > 1" } }`,
        `{ kind: function_node, metadata: { name: b }, spec: { fn: work, when: "timestamp() > 5" } }`,
      ),
    ],
    [
      'a POST whose receiver recognises repetitions',
      nodes(
        '{ kind: api_call_node, metadata: { name: a }, spec: { method: POST, url: "https://example.com", max_retries: 3, headers: { Idempotency-Key: "{{ id }}" } } }',
      ),
    ],
    [
      'a GET that is repeated',
      nodes('{ kind: api_call_node, metadata: { name: a }, spec: { method: GET, url: "https://example.com", max_retries: 3 } }'),
    ],
    [
      'bounded loops and waits',
      nodes(
        '{ kind: composite_node, metadata: { name: a }, spec: { mode: while, condition: state.i < 3, max_iterations: 5, body: work } }',
        '{ kind: wait_node, metadata: { name: b }, spec: { event_key: k, timeout: 1d } }',
      ),
    ],
    [
      'a model under a default timeout',
      `  orchestrator: { default_node_timeout: 2m }\n  ports: { llm: { adapter: mock_llm } }\n${nodes(
        '{ kind: llm_node, metadata: { name: a }, spec: { human_message: hi, max_retries: 3 } }',
      )}`,
    ],
    [
      'models whose ports are patient, be they the pipeline’s or their own',
      `  ports: { llm: { adapter: mock_llm, middleware: [timeout, retry_with_backoff] } }\n${nodes(
        '{ kind: llm_node, metadata: { name: a }, spec: { human_message: hi } }',
        '{ kind: llm_node, metadata: { name: b }, spec: { human_message: hi, ports: { llm: { adapter: mock_llm, middleware: [hexdag.stdlib.middleware.Timeout, { retry: { max_retries: 2 } }] } } } }',
      )}`,
    ],
    [
      'a reference to a secret',
      `  ports: { llm: { adapter: mock_llm, config: { api_key: "\${LLM_KEY}" } } }\n${nodes(
        '{ kind: function_node, metadata: { name: a }, spec: { fn: work } }',
      )}`,
    ],
  ])('leaves %s alone', (_, spec) => {
    const result = findings(spec);

    expect(result).toEqual([]);
  });

  it.each([
    'sk-abcdefghijklmnop1234',
    'key-abcdefghijklmnop1234',
    'ghp_abcdefghijklmnop1234',
    'xoxb-1234567890-abc',
    'AKIAABCDEFGHIJKLMNOP',
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abcdefghijklmnopqrstuvwxyz==',
    'Endpoint=sb://a/;SharedAccessKeyName=b;SharedAccessKey=abcdefghijklmnopqrstuvwxyz=',
    '-----BEGIN RSA PRIVATE KEY-----',
  ])('finds a secret of a known form and does not repeat it: %s', (secret) => {
    const text = `kind: Adapter\nmetadata: { name: a }\nspec:\n  class: mock_llm\n  config:\n    it: "${secret}"\n`;

    const result = lint({ file: 'a.yaml', text, plan: undefined }, kinds);

    expect(result).toMatchObject([{ code: 'secret_literal', severity: 'error', position: { line: 6 } }]);
    expect(JSON.stringify(result)).not.toContain(secret);
  });

  it('asks for a description', () => {
    const result = findings(
      nodes('{ kind: function_node, metadata: { name: a }, spec: { fn: work } }'),
      'kind: Pipeline\nmetadata: { name: orders }\nspec:\n',
    );

    expect(result).toEqual(['info description_missing: metadata: { name: orders']);
  });

  it('leaves a line alone for the codes that its comment names', () => {
    const line = '{ kind: function_node, metadata: { name: My-node }, spec: { fn: work, when: "true" } }';

    const one = findings(nodes(`${line} # hexdag-lint-disable-line name_style`));
    const both = findings(nodes(`${line} # hexdag-lint-disable-line name_style, condition_constant`));

    expect(one).toEqual(['warning condition_constant: "true"']);
    expect(both).toEqual([]);
  });

  it('documents every rule', () => {
    const codes = LINT_RULES.map(({ code }) => code);

    expect(codes.filter((code) => !CODES.has(code))).toEqual([]);
  });
});
