import { describe, expect, it } from 'vitest';
import { defineStep } from '../../src/nodes/steps.ts';
import { pipeline } from './language.ts';

const circle: Record<string, unknown> = {};
circle['a'] = circle;

const returning = [
  defineStep('undefined', () => ({ a: undefined })),
  defineStep('function', () => ({ a: () => 1 })),
  defineStep('circle', () => circle),
  defineStep('bigint', () => ({ a: 10n })),
  defineStep('infinity', () => [1 / 0]),
  defineStep('huge', () => 'x'.repeat(3_000_000)),
];

describe('bad input to nodes', () => {
  it.each([
    [
      'EX9 a template of nothing',
      '{kind: data_node, metadata: {name: a}, spec: {output: {v: "{{ missing }}"}}}',
      'variable_undefined',
    ],
    [
      'EX12 a line break in a header',
      '{kind: api_call_node, metadata: {name: a}, spec: {url: "https://a.example/", headers: {X-B: "{{ v }}"}}}',
      'http_request_invalid',
    ],
    ...['undefined', 'function', 'circle', 'bigint', 'infinity'].map((step) => [
      `EX19 ${step} as a result`,
      `{kind: function_node, metadata: {name: a}, spec: {fn: ${step}}}`,
      'output_not_serialisable',
    ]),
  ])('%s fails the node', async (_row, node, code) => {
    const run = await pipeline(`- ${node}`, '', { steps: returning }).start({ v: 'a\r\nX-Admin: 1' });

    expect(run).toMatchObject({ status: 'failed', error: { code, node: 'a', retryable: false } });
  });

  it('EX18 an answer of a model that does not fit the schema fails the node after its attempts', async () => {
    let calls = 0;
    const llm = {
      complete: async () => {
        calls += 1;
        return { text: '{"v": "no"}' };
      },
    };
    const node = '- {kind: llm_node, metadata: {name: a}, spec: {human_message: hi, output_schema: {v: int}, max_retries: 3}}';

    const run = await pipeline(node, '', { ports: { llm } }).start();

    expect(run).toMatchObject({ status: 'failed', error: { code: 'output_schema_violation' } });
    expect(calls).toBe(3);
  });

  it('EX20 a result of 3 MB is kept outside the run and given to the next node whole', async () => {
    const nodes = `
- {kind: function_node, metadata: {name: a}, spec: {fn: huge}}
- {kind: expression_node, metadata: {name: b}, spec: {expressions: {n: len(a)}}}`;

    const { results } = await pipeline(nodes, '', { steps: returning }).start();

    expect(results['b']).toEqual({ n: 3_000_000 });
  });
});
