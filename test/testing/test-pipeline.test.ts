import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ScriptedLlm } from '../../src/adapters/mock/scripted-llm.ts';
import { isJsonObject, type JsonValue } from '../../src/json.ts';
import { defineAdapter } from '../../src/nodes/adapters.ts';
import { TransientError } from '../../src/nodes/errors.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';

function pipeline(name: string, spec: string): string {
  return `kind: Pipeline\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
}

describe('a pipeline to test', () => {
  it('is given steps as plain functions', async () => {
    const text = pipeline('t', '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: double}}]}');

    const run = await testPipeline({ text }, { steps: { double: (input) => 2 * Number(input) } }).start(21);

    expect(run).toEqual({ status: 'completed', results: { a: 42 }, output: null, diagnostics: [], waiting: [] });
  });

  it('takes the last of several steps with one name', async () => {
    const text = pipeline('t', '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: s}}]}');

    const run = await testPipeline({ text }, { steps: [defineStep('s', () => 'real'), defineStep('s', () => 'fake')] }).start();

    expect(run.results).toEqual({ a: 'fake' });
  });

  it('includes the files it is given, and reads the environment they hold', async () => {
    const text = pipeline('t', '{nodes: [{"!include": shared/nodes.yaml}]}');
    const files = {
      'shared/nodes.yaml': '- {kind: llm_node, metadata: {name: a}, spec: {human_message: Hi}}',
      'environments/test.yaml': 'ports: {llm: {adapter: mock_llm, config: {responses: from the environment}}}',
    };

    const run = await testPipeline({ text, files }, { environment: 'test' }).start();

    expect(run).toMatchObject({ status: 'completed', results: { a: 'from the environment' } });
  });

  it('knows the variables it is given, and none of the process', async () => {
    const text = pipeline(
      't',
      `{nodes: [{kind: data_node, metadata: {name: a}, spec: {output: {home: "\${HOME:none}", city: "\${CITY}"}}}]}`,
    );

    const run = await testPipeline({ text }, { variables: { CITY: 'Graz' } }).start();

    expect(run.results).toEqual({ a: { home: 'none', city: 'Graz' } });
  });

  it('is invalid, with every reason, if it does not compile', async () => {
    const text = pipeline(
      't',
      '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: nope}}, {kind: odd_node, metadata: {name: b}, spec: {}}]}',
    );

    const run = await testPipeline({ text }).start();

    expect(run).toMatchObject({ status: 'invalid', results: {}, output: null });
    expect(run.diagnostics.map(({ code, position }) => [code, position.line])).toEqual([
      ['step_unknown', 3],
      ['node_kind_unknown', 3],
    ]);
  });

  it('takes its ports from the test, whatever it declares', async () => {
    const text = pipeline(
      't',
      '{ports: {llm: {adapter: mock_llm}}, nodes: [{kind: llm_node, metadata: {name: a}, spec: {human_message: "Hi {{x}}"}}]}',
    );
    const llm = new ScriptedLlm(['scripted']);

    const run = await testPipeline({ text }, { ports: { llm } }).start({ x: 1 });

    expect(run.results).toEqual({ a: 'scripted' });
    expect(llm.calls).toMatchObject([{ messages: [{ role: 'user', content: 'Hi 1' }] }]);
  });

  it('takes adapters of its own', async () => {
    const shout = defineAdapter('shout', {
      config: z.object({ mark: z.string() }),
      create: ({ mark }) => ({ say: (text: string) => text + mark }),
    });
    const text = pipeline(
      't',
      '{ports: {voice: {adapter: shout, config: {mark: "!"}}}, nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: speak}}]}',
    );
    const speak = defineStep('speak', (_, { port }) => {
      const voice = port('voice') as { say(text: string): string };
      return voice.say('hey');
    });

    const run = await testPipeline({ text }, { steps: [speak], adapters: [shout] }).start();

    expect(run.results).toEqual({ a: 'hey!' });
  });
});

describe('time', () => {
  const TWO_WAITS = `
  nodes:
    - {kind: wait_node, metadata: {name: first}, spec: {event_key: one, timeout: 1h, on_timeout: late}, dependencies: []}
    - {kind: wait_node, metadata: {name: second}, spec: {event_key: two, timeout: 2h, on_timeout: later}, dependencies: []}
    - {kind: expression_node, metadata: {name: late}, spec: {expressions: {at: "str(utcnow())"}}, dependencies: []}
    - {kind: expression_node, metadata: {name: later}, spec: {expressions: {at: "str(utcnow())"}}, dependencies: []}`;

  it('stands still until it is moved, and stops at everything that is due on its way', async () => {
    const tested = testPipeline({ text: pipeline('t', TWO_WAITS) }, { now: '2026-03-01T10:00:00Z' });
    await tested.start();

    const run = await tested.advance('3h');

    expect(run.status).toBe('completed');
    expect(JSON.stringify(run.results['late'])).toContain('2026-03-01T11:00');
    expect(JSON.stringify(run.results['later'])).toContain('2026-03-01T12:00');
    expect(tested.now.toISOString()).toBe('2026-03-01T13:00:00.000Z');
  });

  it('skips pauses before retries, and no wait', async () => {
    let attempts = 0;
    const flaky = defineStep('flaky', () => {
      attempts += 1;
      if (attempts < 3) throw new TransientError('away', 'Away.');
      return 'there';
    });
    const text = pipeline(
      't',
      `
  nodes:
    - {kind: function_node, metadata: {name: f}, spec: {fn: flaky, max_retries: 5, retry_delay: 1m}, dependencies: []}
    - {kind: wait_node, metadata: {name: w}, spec: {event_key: go, timeout: 1d}, dependencies: []}`,
    );
    const tested = testPipeline({ text }, { steps: [flaky] });

    const run = await tested.start();

    expect(run).toMatchObject({ status: 'suspended', results: { f: 'there' }, waiting: [{ node: 'w' }] });
  });

  it('does not run on for a composite node within which something waits', async () => {
    const text = pipeline(
      't',
      `
  nodes:
    - kind: composite_node
      metadata: {name: c}
      spec:
        mode: for-each
        items: xs
        timeout: 1d
        concurrency: 2
        body: [{kind: wait_node, metadata: {name: w}, spec: {event_key: "go:{{item}}"}}]`,
    );
    const tested = testPipeline({ text });

    const waiting = await tested.start({ xs: ['a', 'b'] });
    await tested.deliver('go:b', 2);
    const run = await tested.deliver('go:a', 1);

    expect(waiting.waiting.map(({ eventKey }) => eventKey)).toEqual(['go:a', 'go:b']);
    expect(run).toMatchObject({ status: 'completed', results: { c: { result: [1, 2] } } });
  });

  it('refuses what is no duration', async () => {
    await expect(testPipeline({ text: pipeline('t', '{nodes: []}') }).advance('soon')).rejects.toThrow("'soon' is no duration");
  });
});

it('tears its services down when it is closed', async () => {
  const told: string[] = [];
  const book = () => ({
    methods: { look: { run: () => told.push('call') } },
    setup: () => told.push('setup'),
    teardown: () => told.push('teardown'),
  });
  const text = pipeline(
    't',
    '{services: {b: {class: Book}}, nodes: [{kind: service_call_node, metadata: {name: s}, spec: {service: b, method: look}}]}',
  );
  const tested = testPipeline({ text }, { services: { Book: book } });
  await tested.start();

  await tested.close();

  expect(told).toEqual(['setup', 'call', 'teardown']);
});

describe('a run', () => {
  it('can be cancelled', async () => {
    const text = pipeline('t', '{nodes: [{kind: wait_node, metadata: {name: w}, spec: {event_key: go}}]}');
    const tested = testPipeline({ text });
    await tested.start();

    const run = await tested.cancel('Nobody wants it.');

    expect(run).toMatchObject({ status: 'cancelled', waiting: [], error: { message: 'Nobody wants it.' } });
    expect(tested.published.map(({ type }) => type)).toEqual(['hexdag.run.waiting', 'hexdag.run.cancelled']);
  });

  it('knows results that are too large for a history', async () => {
    const text = pipeline(
      't',
      '{nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: big}}, {kind: expression_node, metadata: {name: b}, spec: {expressions: {n: len(a)}}}]}',
    );

    const run = await testPipeline({ text }, { steps: { big: () => 'x'.repeat(100_000) } }).start();

    expect(run.results).toMatchObject({ b: { n: 100_000 } });
    expect(String(run.results['a'])).toHaveLength(100_000);
  });

  it('finds entities where an earlier run left them', async () => {
    const text = pipeline(
      't',
      `
  state_machines: {door: {initial: SHUT, transitions: {SHUT: [OPEN], OPEN: [SHUT]}}}
  nodes: [{kind: transition, metadata: {name: a}, spec: {entity: door, entity_id: d, to_state: OPEN}}]`,
    );
    const tested = testPipeline({ text });
    await tested.start();

    const run = await tested.start();

    expect(run).toMatchObject({ status: 'failed', error: { node: 'a' } });
  });

  it('has loops of hundreds of items, told in the order of their items', async () => {
    const spec = '{mode: for-each, items: range(400), concurrency: 20, body: double}';
    const text = pipeline('t', `{nodes: [{kind: composite_node, metadata: {name: c}, spec: ${spec}}]}`);
    const double = (input: JsonValue) => 2 * (isJsonObject(input) ? Number(input['item']) : 0);

    const run = await testPipeline({ text }, { steps: { double } }).start();

    expect(run.results['c']).toMatchObject({ result: Array.from({ length: 400 }, (_, index) => 2 * index) });
  });

  it('cannot be spoken to before it is started', async () => {
    const tested = testPipeline({ text: pipeline('t', '{nodes: []}') });

    await expect(tested.deliver('go')).rejects.toThrow('start one first');
  });
});
