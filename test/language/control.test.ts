import { describe, expect, it } from 'vitest';
import { defineStep } from '../../src/nodes/steps.ts';
import { errorCodes, pipeline, results } from './language.ts';

const A = '- {kind: function_node, metadata: {name: a}, spec: {fn: const}}';

describe('V20: a skip', () => {
  it('leaves a marker, goes on to what depends on it alone, and is data to others', async () => {
    const nodes = `${A}
- {kind: function_node, metadata: {name: b}, spec: {fn: show, when: a.v > 5}}
- {kind: function_node, metadata: {name: c}, spec: {fn: show}}
- {kind: function_node, metadata: {name: d}, spec: {fn: show}, dependencies: [a, b]}`;

    const { b, c, d } = await results(nodes);

    const skipped = { _skipped: true, reason: "when clause 'a.v > 5' evaluated to False" };
    expect(b).toEqual(skipped);
    expect(c).toEqual({ _skipped: true, _upstream_skipped: true, reason: 'all upstream dependencies were skipped' });
    expect(d).toEqual({ got: { a: { v: 1, name: 'n' }, b: skipped } });
  });
});

describe('V21: a condition', () => {
  const b = (when: string) => `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show, when: "${when}"}}`;

  it.each([
    '$input.x == 1',
    'input.x == 1',
    'x == 1',
    'a.v == 1',
    'v == 1',
    "ctx.pipeline_name == 't' and ctx.node_name == 'b'",
    "$ctx.pipeline_name == 't'",
  ])('holds: %s', async (when) => {
    expect(await results(b(when), { x: 1 })).toMatchObject({ b: { got: { x: 1 } } });
  });

  it.each(["a.v + 'x' > 5", 'zz', 'zz.y == 1', 'x == 2'])('does not hold: %s', async (when) => {
    expect(await results(b(when), { x: 1 })).toMatchObject({ b: { _skipped: true } });
  });
});

describe('V22: a node that must run', () => {
  it.each([
    '- {kind: expression_node, metadata: {name: b}, spec: {expressions: {s: "1"}, when: x == 2, critical: true}}',
    '- {kind: function_node, metadata: {name: b}, spec: {fn: show, when: x == 2, critical: true}}',
    '- {kind: data_node, metadata: {name: b}, spec: {output: {n: 1}, when: x == 2, critical: true}}',
  ])('fails the run if it is skipped: %s', async (nodes) => {
    const run = await pipeline(nodes).start({ x: 1 });

    expect(run).toMatchObject({ status: 'failed', error: { node: 'b', code: 'critical_node_skipped' } });
    expect(run.error?.message).toContain("Critical node 'b' was skipped: when clause 'x == 2' evaluated to False");
  });

  it.each([[{}], [{ q: null }]])('fails if required inputs are missing: %j', async (input) => {
    const nodes = `${A}\n- {kind: function_node, metadata: {name: b}, spec: {fn: show, required_inputs: [q, v]}}`;

    const run = await pipeline(nodes).start(input);

    expect(run).toMatchObject({ status: 'failed', error: { node: 'b', code: 'required_inputs_missing' } });
    expect(run.error?.message).toMatch(/Node 'b' is missing required inputs: q$/);
  });

  it('runs if its required inputs are there', async () => {
    const nodes = '- {kind: function_node, metadata: {name: b}, spec: {fn: num, required_inputs: [q]}}';

    expect(await results(nodes, { q: 0 })).toEqual({ b: 42 });
  });

  it('is not asked for them if it is skipped', async () => {
    const nodes = '- {kind: function_node, metadata: {name: b}, spec: {fn: num, required_inputs: [q], when: x == 1}}';

    expect(await results(nodes)).toMatchObject({ b: { _skipped: true } });
  });
});

describe('V23: attempts', () => {
  function flaky(failures: number, times: number[], now: () => Date) {
    return defineStep('flaky', () => {
      times.push(now().getTime());
      if (times.length <= failures) throw new Error(`failure ${times.length}`);
      return { n: times.length };
    });
  }

  const pausesOf = (times: readonly number[]) => times.slice(1).map((time, index) => time - (times[index] ?? 0));
  /** Up to a tenth is added, so that what failed together is not tried again together. */
  const withJitter = (ms: number) => expect.toSatisfy((pause: number) => pause >= ms && pause <= ms * 1.1);

  it('are repeated after one second, then two', async () => {
    const times: number[] = [];
    const tested = pipeline('- {kind: function_node, metadata: {name: a}, spec: {fn: flaky, max_retries: 3}}', '', {
      steps: [flaky(2, times, () => tested.now)],
    });

    const run = await tested.start();

    expect(run.results).toEqual({ a: { n: 3 } });
    expect(pausesOf(times)).toEqual([1_000, 2_000].map(withJitter));
  });

  it('wait as long as the node says, on every kind of node', async () => {
    const times: number[] = [];
    const spec = 'fn: flaky, max_retries: 3, retry_delay: 0.01, retry_backoff: 3';
    const tested = pipeline(`- {kind: function_node, metadata: {name: a}, spec: {${spec}}}`, '', {
      steps: [flaky(2, times, () => tested.now)],
    });

    await tested.start();

    expect(pausesOf(times)).toEqual([10, 30].map(withJitter));
  });

  it('of hours and hours end when their number is used up', async () => {
    const times: number[] = [];
    const spec = 'fn: flaky, max_retries: 6, retry_delay: 1h, retry_max_delay: 4h';
    const tested = pipeline(`- {kind: function_node, metadata: {name: a}, spec: {${spec}}}`, '', {
      steps: [flaky(99, times, () => tested.now)],
    });

    const run = await tested.start();

    expect(run).toMatchObject({ status: 'failed', error: { node: 'a', message: "Node 'a' (Error): failure 6" } });
    expect(pausesOf(times)).toEqual([1, 2, 4, 4, 4].map((hours) => withJitter(hours * 3_600_000)));
  });

  it('have a time limit each', async () => {
    const slow = defineStep('slow', (_, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', reject)));
    const nodes = '- {kind: function_node, metadata: {name: a}, spec: {fn: slow, timeout: 0.02, max_retries: 2}}';

    const run = await pipeline(nodes, '', { steps: [slow] }).start();

    expect(run).toMatchObject({ status: 'failed', error: { code: 'node_timeout' } });
    expect(run.error?.message).toContain('within 0.02 s');
  });
});

describe('V24: a failure that is handled', () => {
  const nodes = (b: string, h = '') => `
- {kind: function_node, metadata: {name: b}, spec: {fn: ${b}, on_error: h}}
- {kind: function_node, metadata: {name: c}, spec: {fn: show}}
- {kind: function_node, metadata: {name: h}, spec: {fn: show${h}}, dependencies: []}`;

  it('is data to all that depends on the node', async () => {
    const { b, c, h } = await results(nodes('boom'), { x: 1 });

    const error = { _error: { node: 'b', type: 'ValueError', message: 'boom' } };
    expect({ b, c, h }).toEqual({ b: error, c: { got: { ...error, x: 1 } }, h: { got: { ...error, x: 1 } } });
  });

  it('has a handler that runs without a failure too', async () => {
    expect(await results(nodes('const'), { x: 1 })).toMatchObject({ h: { got: { v: 1, name: 'n', x: 1 } } });
  });

  it.each([
    [', when: b._error', "when clause 'b._error' evaluated to False"],
    [', only_on_error: true', 'none of the nodes it handles failed'],
  ])('has a handler that runs only then with %s', async (option, reason) => {
    expect(await results(nodes('const', option))).toMatchObject({ h: { _skipped: true, reason } });
    expect(await results(nodes('boom', option))).toMatchObject({ h: { got: { _error: { node: 'b' } } } });
  });

  it('does not concern the handler of another node', async () => {
    const two = `
- {kind: function_node, metadata: {name: a}, spec: {fn: boom, on_error: h1}}
- {kind: function_node, metadata: {name: b}, spec: {fn: const, on_error: h2}, dependencies: []}
- {kind: function_node, metadata: {name: h1}, spec: {fn: num, only_on_error: true}, dependencies: []}
- {kind: function_node, metadata: {name: h2}, spec: {fn: num, only_on_error: true}, dependencies: [a]}`;

    expect(await results(two)).toMatchObject({ h1: 42, h2: { _skipped: true } });
  });
});

it('V25: a failure that nobody handles ends the run, and what comes after does not start', async () => {
  const nodes = `
- {kind: function_node, metadata: {name: b}, spec: {fn: boom}}
- {kind: function_node, metadata: {name: c}, spec: {fn: show}}`;
  const tested = pipeline(nodes);

  const run = await tested.start();

  expect(run).toMatchObject({ status: 'failed', error: { node: 'b', message: "Node 'b' (ValueError): boom" } });
  expect(Object.keys(run.results)).toEqual(['b']);
  expect(tested.published.map(({ type }) => type)).toEqual(['hexdag.run.failed']);
});

it('a run that takes longer than pipeline_timeout fails', async () => {
  const nodes = `${A}\n- {kind: wait_node, metadata: {name: w}, spec: {event_key: go}}`;
  const tested = pipeline(nodes, 'orchestrator: {pipeline_timeout: 3600}');
  await tested.start();

  const run = await tested.advance('61m');

  expect(run).toMatchObject({ status: 'failed', error: { code: 'pipeline_timeout' } });
  expect(run.error?.message).toContain('timed out after 3600 s; 1/2 nodes');
});

it('a common key of a wrong type is refused', () => {
  const { diagnostics } = pipeline('- {kind: function_node, metadata: {name: a}, spec: {fn: const, timeout: soon}}');

  expect(errorCodes({ diagnostics })).toHaveLength(1);
});
