import { describe, expect, it } from 'vitest';
import { ScriptedLlm } from '../../src/adapters/mock/scripted-llm.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';

function pipeline(...spec: readonly string[]): string {
  return ['kind: Pipeline', 'metadata: {name: t}', 'spec:', ...spec.map((line) => `  ${line}`)].join('\n');
}

const mock = (...responses: readonly string[]) => `{llm: {adapter: mock_llm, config: {responses: [${responses.join(', ')}]}}}`;
const ask = (name: string, ports?: string) =>
  `{kind: llm_node, metadata: {name: ${name}}, spec: {human_message: Hi${ports === undefined ? '' : `, ports: ${ports}`}}}`;

const TALK = pipeline(
  `ports: ${mock('pipeline')}`,
  `type_ports: {prompt_node: ${mock('kind 1', 'kind 2')}}`,
  'aliases: {prompt_node: llm_node}',
  'nodes:',
  `- ${ask('first')}`,
  `- ${ask('second')}`,
  `- ${ask('own', mock('own'))}`,
  '- {kind: function_node, metadata: {name: step}, spec: {fn: ask}}',
);

const steps = {
  ask: async (_: unknown, { port }: { port(name: string): unknown }) => {
    const llm = port('llm');
    return llm instanceof ScriptedLlm ? 'scripted' : typeof llm;
  },
};

describe('a node', () => {
  it('asks its own port, else that of its kind, which all nodes of the kind share, else that of the pipeline', async () => {
    const run = await testPipeline({ text: TALK }, { steps }).start();

    expect(run).toMatchObject({
      status: 'completed',
      results: { first: 'kind 1', second: 'kind 2', own: 'own', step: 'object' },
      diagnostics: [],
    });
  });

  it('asks what a test puts in place of the port, whatever is declared', async () => {
    const llm = new ScriptedLlm(['one', 'two', 'three']);

    const run = await testPipeline({ text: TALK }, { steps, ports: { llm } }).start();

    expect(run.results).toEqual({ first: 'one', second: 'two', own: 'three', step: 'scripted' });
  });

  it('asks the same port at every turn of a loop', async () => {
    const body = ask('say', mock('a', 'b'));

    const run = await testPipeline({
      text: pipeline(
        'nodes:',
        '- kind: composite_node',
        '  metadata: {name: each}',
        `  spec: {mode: for-each, items: '[1, 2, 3]', body: [${body}]}`,
        'output: {said: each.result}',
      ),
    }).start();

    expect(run.output).toEqual({ said: ['a', 'b', 'a'] });
  });

  it('gives its port to the step that a wait begins with', async () => {
    const text = pipeline(
      'nodes:',
      '- kind: wait_node',
      '  metadata: {name: w}',
      `  spec: {event_key: k, timeout: 1h, setup_fn: prepare, ports: ${mock('from the wait')}}`,
    );
    const seen: unknown[] = [];
    const prepare = (_: unknown, { port }: { port(name: string): unknown }) => {
      seen.push(typeof port('llm'), port('memory'));
      return null;
    };

    const run = await testPipeline({ text }, { steps: { prepare } }).start();

    expect(run.diagnostics).toEqual([]);
    expect(seen).toEqual(['object', undefined]);
  });
});
