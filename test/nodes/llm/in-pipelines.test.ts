import { describe, expect, it } from 'vitest';
import { ScriptedLlm } from '../../../src/adapters/mock/scripted-llm.ts';
import { defineStep } from '../../../src/nodes/steps.ts';
import { runPipeline } from '../run-pipeline.ts';

describe('llm nodes in a pipeline', () => {
  it('give an object that mappings, expressions and conditions read', async () => {
    const llm = new ScriptedLlm(['```json\n{"s": "a", "c": 0.5}\n```']);
    const nodes = [
      '{kind: llm_node, metadata: {name: a}, spec: {human_message: H, output_schema: {s: str, c: float}}}',
      '{kind: expression_node, metadata: {name: b}, spec: {input_mapping: {k: a.c}, expressions: {d: "k*2"}}}',
      '{kind: expression_node, metadata: {name: c}, spec: {when: "a.c > 0.4", expressions: {s: "a.s"}}}',
    ];

    const results = await runPipeline(nodes, { ports: { llm } });

    expect(results).toEqual({ a: { s: 'a', c: 0.5 }, b: { d: 1 }, c: { s: 'a' } });
  });

  it('see the whole reply of the one before, and the input of the run', async () => {
    const llm = new ScriptedLlm(['a reply', 'done']);
    const nodes = [
      '{kind: llm_node, metadata: {name: a}, spec: {system_message: "S {{x}}", human_message: "Hi {{y}}"}}',
      '{kind: llm_node, metadata: {name: b}, spec: {human_message: "Sum up {{a}} for {{ $input.x }}"}}',
    ];

    const results = await runPipeline(nodes, { input: { x: '1', y: '2' }, ports: { llm } });

    expect(results).toEqual({ a: 'a reply', b: 'done' });
    expect(llm.calls.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
      ['S 1', 'Hi 2'],
      ['Sum up a reply for 1'],
    ]);
  });
});

describe('an agent in a pipeline', () => {
  const add = defineStep('add', () => 3, { params: ['a', 'b'] });

  it.each(['agent_node', 're_act_agent_node'])('is a %s that calls steps', async (kind) => {
    const llm = new ScriptedLlm(['INVOKE_TOOL: add(a=1, b=2)', 'INVOKE_TOOL: tool_end(answer=3)']);
    const spec = 'main_prompt: "Add {{x}}. {{reasoning_so_far}}", config: {tools: {add: add}}, output_schema: {answer: int}';

    const results = await runPipeline([`{kind: ${kind}, metadata: {name: a}, spec: {${spec}}}`], {
      input: { x: 1 },
      ports: { llm },
      steps: [add],
    });

    expect(results).toEqual({ a: { answer: 3 } });
    expect(llm.calls[0]?.messages[0]?.content).toMatch(/^Add 1\. Starting reasoning\.\.\./);
  });
});
