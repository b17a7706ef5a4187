import { describe, expect, it } from 'vitest';
import { ScriptedLlm } from '../../src/adapters/mock/scripted-llm.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import type { EntityTransition, HandlerDefinition } from '../../src/nodes/handlers.ts';
import type { StepContext } from '../../src/nodes/step-context.ts';
import type { HttpRequest } from '../../src/ports/http-client.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { completed, errorCodes, pipeline, pipelineText, results, steps } from './language.ts';

const LLM = 'ports: {llm: {adapter: mock_llm}}';

describe('V40: the messages to a model', () => {
  it('are the system message with the examples, the conversation, and the question', async () => {
    const llm = new ScriptedLlm(['fine']);
    const nodes = `
- kind: llm_node
  metadata: {name: a}
  spec:
    system_message: S
    examples: [{input: i1, output: o1}]
    conversation: [{role: user, content: c1}, {role: assistant, content: c2}]
    human_message: Hi {{y}}`;

    const run = await pipeline(nodes, LLM, { ports: { llm } }).start({ y: '2' });

    expect(completed(run).results).toEqual({ a: 'fine' });
    expect(llm.lastMessages).toEqual([
      { role: 'system', content: 'S\n\nExamples:\n\nInput: i1\nOutput: o1' },
      { role: 'user', content: 'c1' },
      { role: 'assistant', content: 'c2' },
      { role: 'user', content: 'Hi 2' },
    ]);
  });
});

it('V41: a reply in a code fence becomes an object, whose fields conditions and mappings can read', async () => {
  const llm = new ScriptedLlm(['Here it is:\n```json\n{"s": "a", "c": 0.5}\n```']);
  const nodes = `
- {kind: llm_node, metadata: {name: a}, spec: {human_message: Rate it, output_schema: {s: str, c: float}}}
- {kind: expression_node, metadata: {name: e}, spec: {expressions: {d: k*2}, input_mapping: {k: a.c}}, dependencies: [a]}
- {kind: expression_node, metadata: {name: w}, spec: {expressions: {s: a.s}, when: a.c > 0.4}, dependencies: [a]}`;

  const run = await pipeline(nodes, LLM, { ports: { llm } }).start();

  expect(completed(run).results).toEqual({ a: { s: 'a', c: 0.5 }, e: { d: 1 }, w: { s: 'a' } });
});

describe('V42: names in prompts', () => {
  it('may stand in the system message alone', async () => {
    const llm = new ScriptedLlm(['fine']);
    const nodes = '- {kind: llm_node, metadata: {name: a}, spec: {system_message: "S {{x}}", human_message: "Hi {{y}}"}}';

    await pipeline(nodes, LLM, { ports: { llm } }).start({ x: '1', y: '2' });

    expect(llm.lastMessages.map(({ content }) => content)).toEqual(['S 1', 'Hi 2']);
  });

  it('may be that of a model before, and of the input of the run', async () => {
    const llm = new ScriptedLlm(['first', 'second']);
    const nodes = `
- {kind: llm_node, metadata: {name: a}, spec: {human_message: Hi}}
- {kind: llm_node, metadata: {name: b}, spec: {human_message: "Continue: {{a}} for {{ $input.x }}"}}`;

    const run = await pipeline(nodes, LLM, { ports: { llm } }).start({ x: 1 });

    expect(llm.lastMessages.map(({ content }) => content)).toEqual(['Continue: first for 1']);
    expect(run.results).toEqual({ a: 'first', b: 'second' });
  });
});

it.each(['agent_node', 're_act_agent_node'])('V43: a %s calls its tools and ends with its output', async (kind) => {
  const llm = new ScriptedLlm(['INVOKE_TOOL: add(a=1, b=2)', 'INVOKE_TOOL: tool_end(answer=3)']);
  const added: JsonValue[] = [];
  const add = {
    add: (input: JsonValue) => {
      added.push(input);
      return 3;
    },
  };
  const nodes = `
- kind: ${kind}
  metadata: {name: a}
  spec: {main_prompt: "Add {{x}} and 2. {{reasoning_so_far}}", output_schema: {answer: int}, config: {tools: {add: add}}}`;

  const run = await pipeline(nodes, LLM, { ports: { llm }, steps: add }).start({ x: 1 });

  expect(completed(run).results).toEqual({ a: { answer: 3 } });
  expect(added).toEqual([{ a: 1, b: 2 }]);
  expect(llm.calls[0]?.messages[0]?.content).toMatch(/^Add 1 and 2\. Starting reasoning\.\.\./);
  expect(llm.calls).toHaveLength(2);
});

describe('V44: a service', () => {
  const SERVICES = 'services: {orders: {class: OrderService}}';

  function orders(saved: JsonObject[]) {
    return () => ({
      methods: {
        save: { params: ['order_id', 'qty'], step: true, run: (input: JsonObject) => saved.push({ qty: 1, ...input }) },
        peek: { tool: true, run: () => null },
      },
    });
  }

  it('is called with the parameters of its method', async () => {
    const saved: JsonObject[] = [];
    const spec = 'service: orders, method: save, input_mapping: {order_id: $input.id, qty: 2 + 3, other: $input.id}';
    const nodes = `- {kind: service_call_node, metadata: {name: s}, spec: {${spec}}}`;

    const run = await pipeline(nodes, SERVICES, { services: { OrderService: orders(saved) } }).start({ id: 'A-1' });

    expect(completed(run).results).toEqual({ s: 1 });
    expect(saved).toEqual([{ order_id: 'A-1', qty: 5 }]);
  });

  it('refuses a method that is no step, and tells which are', async () => {
    const nodes = '- {kind: service_call_node, metadata: {name: s}, spec: {service: orders, method: peek}}';

    const run = await pipeline(nodes, SERVICES, { services: { OrderService: orders([]) } }).start();

    expect(run.status).toBe('failed');
    expect(run.error?.message).toContain('save');
  });
});

describe('V45: an API call', () => {
  function client() {
    const requests: HttpRequest[] = [];
    const send = async (request: HttpRequest) => {
      requests.push(request);
      return { status: 200, body: { ok: true } };
    };
    return { requests, send };
  }

  it('renders its url and its body, and gives the body of the answer', async () => {
    const api = client();
    const nodes = `
- kind: api_call_node
  metadata: {name: a}
  spec: {method: post, url: "/x/{{id}}", json_body: {k: "{{id}}"}}`;

    const run = await pipeline(nodes, '', { ports: { api_call: api } }).start({ id: 7 });

    expect(completed(run).results).toEqual({ a: { ok: true } });
    expect(api.requests).toMatchObject([{ method: 'POST', url: '/x/7', body: { k: '7' } }]);
  });

  it('has one of five methods', () => {
    const tested = pipeline('- {kind: api_call_node, metadata: {name: a}, spec: {method: HEAD, url: /x}}');

    expect(errorCodes(tested)).toHaveLength(1);
  });
});

describe('V46: a transition', () => {
  const MACHINES = `
state_machines:
  order:
    initial: NEW
    transitions: {NEW: [PAID], PAID: [SHIPPED], SHIPPED: [NEW]}
    handlers: {on_transition: audit}`;
  const pay = (to: string) => `
- kind: transition
  metadata: {name: p}
  spec:
    entity: order
    entity_id: $input.id
    to_state: ${to}
    reason: because
    payload: {who: $input.id, lit: 3}`;

  it('tells its handlers what, why and with which data', async () => {
    const seen: [EntityTransition, Pick<StepContext, 'runId' | 'pipeline' | 'node'>][] = [];
    const audit: HandlerDefinition['run'] = (transition, { runId, pipeline, node }) => {
      seen.push([transition, { runId, pipeline, node }]);
    };

    const run = await pipeline(pay('PAID'), MACHINES, { handlers: { audit } }).start({ id: 'o-1' });

    const moved = { entity_type: 'order', entity_id: 'o-1', from_state: 'NEW', to_state: 'PAID' };
    expect(completed(run).results).toEqual({ p: moved });
    expect(seen).toMatchObject([
      [
        {
          ...{ entityType: 'order', entityId: 'o-1', fromState: 'NEW', toState: 'PAID', reason: 'because' },
          payload: { who: 'o-1', lit: 3 },
        },
        { pipeline: 't', node: 'p', runId: expect.any(String) },
      ],
    ]);
  });

  it('must be allowed; the state stays from run to run', async () => {
    const nodes = `${pay('PAID')}\n${pay('NEW').replace('name: p', 'name: q')}`;

    const run = await pipeline(nodes, MACHINES, { handlers: { audit: () => {} } }).start({ id: 'o-1' });

    expect(run).toMatchObject({ status: 'failed', error: { node: 'q' } });
    expect(run.error?.message).toContain("from 'PAID' to 'NEW'");
  });

  it('goes on from where an earlier run left the entity', async () => {
    const tested = pipeline(pay('PAID'), MACHINES, {
      handlers: { audit: () => {} },
    });
    await tested.start({ id: 'o-1' });

    const run = await tested.start({ id: 'o-1' });

    expect(run.status).toBe('failed');
    expect(run.error?.message).toContain("from 'PAID' to 'PAID'");
  });
});

describe('V47: a wait', () => {
  const nodes = `
- {kind: function_node, metadata: {name: a}, spec: {fn: const}}
- {kind: wait_node, metadata: {name: w}, spec: {event_key: "k:{{$input.x}}:{{x}}:{{v}}", timeout: 1d12h}}
- {kind: function_node, metadata: {name: s}, spec: {fn: show}}`;

  it('suspends the run until its event comes, which is its result', async () => {
    const tested = pipeline(nodes);

    const waiting = await tested.start({ x: 1 });
    const run = await tested.deliver('k:1:1:1', { body: 'yes' });

    expect(waiting).toMatchObject({ status: 'suspended', results: { a: { v: 1 } } });
    expect(waiting.waiting).toEqual([{ node: 'w', eventKey: 'k:1:1:1', timeoutSeconds: 129_600 }]);
    expect(run).toMatchObject({
      ...{ status: 'completed', delivery: 'delivered', waiting: [] },
      results: { w: { body: 'yes' }, s: { got: { body: 'yes', x: 1 } } },
    });
  });

  it('is decided once', async () => {
    const tested = pipeline(`${nodes}\n- {kind: wait_node, metadata: {name: w2}, spec: {event_key: other}}`);
    await tested.start({ x: 1 });
    await tested.deliver('k:1:1:1', { body: 'yes' });

    expect(await tested.deliver('k:1:1:1', { body: 'yes' })).toMatchObject({ delivery: 'duplicate' });
    expect(await tested.deliver('k:1:1:1', { body: 'no' })).toMatchObject({
      delivery: 'decided',
      results: { w: { body: 'yes' } },
    });
    expect(await tested.deliver('another')).toMatchObject({ delivery: 'not_waiting' });
  });

  it('is in vain when its time is up', async () => {
    const tested = pipeline(nodes);
    await tested.start({ x: 1 });

    const before = await tested.advance('1d11h');
    const run = await tested.advance('1h');

    expect(before.status).toBe('suspended');
    expect(run).toMatchObject({ status: 'failed', error: { node: 'w', code: 'wait_timeout' } });
  });

  it('hands over to on_timeout alone', async () => {
    const more = `
- {kind: wait_node, metadata: {name: w}, spec: {event_key: go, timeout: 30d, on_timeout: h}}
- {kind: function_node, metadata: {name: s}, spec: {fn: show}}
- {kind: function_node, metadata: {name: h}, spec: {fn: show}, dependencies: []}`;
    const tested = pipeline(more);
    await tested.start();

    const run = await tested.advance('30d');

    expect(run).toMatchObject({
      status: 'completed',
      results: { w: { _timeout: true, event_key: 'go' }, s: { _skipped: true }, h: { got: { _timeout: true } } },
    });
  });

  it('stands beside others, each with its own event', async () => {
    const two = `
- {kind: wait_node, metadata: {name: w1}, spec: {event_key: one}, dependencies: []}
- {kind: wait_node, metadata: {name: w2}, spec: {event_key: two}, dependencies: []}`;
    const tested = pipeline(two);

    const waiting = await tested.start();
    await tested.deliver('two', 2);
    const run = await tested.deliver('one', 1);

    expect(waiting.waiting.map(({ eventKey }) => eventKey)).toEqual(['one', 'two']);
    expect(completed(run).results).toEqual({ w1: 1, w2: 2 });
  });
});

describe('V48: a macro', () => {
  const MACRO = `kind: Macro
metadata: {name: scale}
parameters:
  - {name: mult, type: int, default: 2}
  - {name: mode, type: str, required: true, enum: [a, b]}
nodes:
  - kind: expression_node
    metadata: {name: "{{name}}_one"}
    spec: {expressions: {r: "x * {{mult}}", m: "'{{mode}}'"}}
  - kind: expression_node
    metadata: {name: "{{name}}_two"}
    spec: {input_mapping: {q: "{{name}}_one.r"}, expressions: {z: q + 1, t: "{{runtime_var}}"}}
    dependencies: ["{{name}}_one"]
---
`;

  function invoked(inputs: string) {
    const nodes = `
- {kind: macro_invocation, metadata: {name: mm}, spec: {macro: scale, inputs: {${inputs}}}}
- {kind: function_node, metadata: {name: after}, spec: {fn: show}}`;
    return testPipeline({ text: MACRO + pipelineText(nodes) }, { steps });
  }

  it('becomes its nodes, and what follows is given the result of the last', async () => {
    const run = await invoked('mode: a, mult: 3').start({ x: 4, runtime_var: 'RV' });

    expect(completed(run).results).toEqual({
      mm_one: { r: 12, m: 'a' },
      mm_two: { z: 13, t: 'RV' },
      after: { got: { z: 13, t: 'RV', x: 4, runtime_var: 'RV' } },
    });
  });

  it.each(['mult: 3', 'mode: c', 'mode: a, mult: "3"'])('is refused with the inputs {%s}', (inputs) => {
    expect(errorCodes(invoked(inputs))).toHaveLength(1);
  });
});

it('V50: a System document is refused with what to do instead', () => {
  const text = `kind: System
metadata: {name: s}
spec:
  processes: [{name: p1, pipeline: p1.yaml}, {name: p2, pipeline: p2.yaml}]
  pipes: [{from: p1, to: p2, mapping: {recs: "{{ p1.records }}", rec: "{{ p1.rec }}"}}]`;

  const { diagnostics } = testPipeline({ text });

  expect(diagnostics).toMatchObject([{ code: 'kind_not_supported', severity: 'error', position: { line: 1 } }]);
  expect(diagnostics[0]?.remedy).toContain('pipeline_node');
});

it('V50: what a System does, a pipeline_node does: each pipeline is a run of its own', async () => {
  const p1 = pipelineText(
    '- {kind: function_node, metadata: {name: records}, spec: {fn: const}}',
    'output: {rec: records.v}',
    'p1',
  );
  const p2 = pipelineText('- {kind: function_node, metadata: {name: got}, spec: {fn: echo}}', 'output: {got: got}', 'p2');
  const nodes = `
- {kind: pipeline_node, metadata: {name: p1}, spec: {pipeline: p1}}
- {kind: pipeline_node, metadata: {name: p2}, spec: {pipeline: p2, strict_mapping: true, input_mapping: {rec: p1.rec, x: $input.x}}}`;

  const run = await testPipeline({ text: pipelineText(nodes), files: { 'p1.yaml': p1, 'p2.yaml': p2 } }, { steps }).start({
    x: 7,
  });

  expect(completed(run).results).toEqual({ p1: { rec: 1 }, p2: { got: { x: 7, rec: 1 } } });
});

it('a child run that waits makes its parent wait, and is given its event', async () => {
  const child = pipelineText('- {kind: wait_node, metadata: {name: w}, spec: {event_key: go}}', 'output: {said: w}', 'child');
  const nodes = '- {kind: pipeline_node, metadata: {name: c}, spec: {pipeline: child}}';
  const tested = testPipeline({ text: pipelineText(nodes), files: { 'child.yaml': child } });

  const waiting = await tested.start();
  const run = await tested.deliver('go', 'yes');

  expect(waiting).toMatchObject({ status: 'suspended', waiting: [{ node: 'c/w', eventKey: 'go', timeoutSeconds: null }] });
  expect(completed(run).results).toEqual({ c: { said: 'yes' } });
});

describe('types', () => {
  const check = async (types: string, value: JsonValue) => {
    const more = `custom_types: {t: ${types}}\ninput_schema: {f: t}`;
    const run = await pipeline('- {kind: function_node, metadata: {name: a}, spec: {fn: echo}}', more).start({ f: value });
    const { a } = completed(run).results;
    return isJsonObject(a) ? (a['f'] ?? null) : null;
  };

  it.each<[string, JsonValue, JsonValue]>([
    ['{base: str, strip: "-/"}', 'a-b/c', 'abc'],
    ['{base: str, nulls: common}', 'n/a', null],
    ['{base: str, pattern: ["MC([0-9]+)", "DOT([0-9]+)"]}', 'DOT77', '77'],
  ])('%s makes %j into %j', async (definition, value, expected) => {
    expect(await check(definition, value)).toEqual(expected);
  });

  it.each<[string, JsonValue, JsonValue]>([
    ['flexible_bool', 'n/a', null],
    ['score', 'unknown', null],
    ['currency', 'tbd', null],
    ['trimmed_str', '  ', null],
    ['flexible_bool', 'yes', true],
    ['currency', '$1,234.50', 1234.5],
    ['score', '7', 1],
  ])('%s makes %j into %j', async (type, value, expected) => {
    const nodes = '- {kind: function_node, metadata: {name: a}, spec: {fn: echo}}';

    const run = await pipeline(nodes, `input_schema: {f: ${type}}`).start({ f: value });

    const { a } = completed(run).results;
    expect(isJsonObject(a) ? (a['f'] ?? null) : a).toEqual(expected);
  });
});

it('results gives every node of a run, in the order of the document', async () => {
  const nodes = `
- {kind: data_node, metadata: {name: z}, spec: {output: {n: 1}}}
- {kind: function_node, metadata: {name: m}, spec: {fn: num}}
- {kind: expression_node, metadata: {name: a}, spec: {expressions: {s: z.n + m}}}`;

  expect(Object.entries(await results(nodes))).toEqual([
    ['z', { n: 1 }],
    ['m', 42],
    ['a', { s: 43 }],
  ]);
});

describe('a service_call_node with a strict mapping', () => {
  it('gives a parameter what is mapped to it, whatever another mapped value holds', async () => {
    const orders = () => ({ methods: { save: { params: ['id', 'order'], run: (input: JsonObject) => input } } });
    const mapping = 'input_mapping: {id: $input.id, order: a}, strict_mapping: true';

    const run = await pipeline(
      `- {kind: data_node, metadata: {name: a}, spec: {output: {id: other}}}
       - {kind: service_call_node, metadata: {name: b}, spec: {service: s, method: save, ${mapping}}}`.replace(/^ +/gm, ''),
      'services: {s: {class: Orders}}',
      { services: { Orders: orders } },
    ).start({ id: 'o-1' });

    expect(completed(run).results['b']).toEqual({ id: 'o-1', order: { id: 'other' } });
  });
});
