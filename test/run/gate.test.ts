import { describe, expect, it } from 'vitest';
import { runInOrder } from './run-in-order.ts';

const fn = (name: string, step: string, keys = '', spec = '') =>
  `{kind: function_node, metadata: {name: ${name}}, spec: {fn: ${step}${spec}}${keys}}`;
const ROOT = ', dependencies: []';

describe('when', () => {
  it('is false: the node is skipped, and so is what depends on it alone', async () => {
    const nodes = [
      fn('a', 'const'),
      fn('b', 'show', '', ', when: a.v > 5'),
      fn('c', 'show'),
      fn('d', 'show', ', dependencies: [a, b]'),
    ];

    const { results } = await runInOrder(nodes, {});

    const skipped = { _skipped: true, reason: "when clause 'a.v > 5' evaluated to False" };
    expect(results).toEqual({
      a: { v: 1, name: 'n' },
      b: skipped,
      c: { _skipped: true, _upstream_skipped: true, reason: 'all upstream dependencies were skipped' },
      d: { got: { a: { v: 1, name: 'n' }, b: skipped } },
    });
  });

  it.each([
    ["a.v + 'x' > 5", 'skipped'],
    ['nope.x == 1', 'skipped'],
    ['$input.x == 1', 'run'],
    ['input.x == 1', 'run'],
    ['x == 1', 'run'],
    ['v == 1', 'run'],
    ["ctx.pipeline_name == 't' and ctx.node_name == 'b'", 'run'],
  ])('%s: the node is %s', async (when, expected) => {
    const { results } = await runInOrder([fn('a', 'const'), fn('b', 'num', '', `, when: "${when}"`)], { x: 1 });

    expect(results['b'] === 42 ? 'run' : 'skipped').toBe(expected);
  });
});

describe('a critical node', () => {
  it.each([
    ['a function node', fn('b', 'show', '', ', when: x == 2, critical: true')],
    [
      'an expression node',
      '{kind: expression_node, metadata: {name: b}, spec: {expressions: {s: "1"}, when: x == 2, critical: true}}',
    ],
  ])('that is skipped fails: %s', async (_title, node) => {
    const { failure } = await runInOrder([fn('a', 'const'), node], { x: 1 });

    expect(failure).toMatchObject({
      node: 'b',
      code: 'critical_node_skipped',
      message: "Critical node 'b' was skipped: when clause 'x == 2' evaluated to False",
    });
  });
});

describe('required inputs', () => {
  it.each([[{}], [{ q: null }]])('that %j lacks fail the node', async (input) => {
    const { failure } = await runInOrder([fn('a', 'const'), fn('b', 'show', '', ', required_inputs: [q, v]')], input);

    expect(failure).toMatchObject({
      node: 'b',
      code: 'required_inputs_missing',
      message: "Node 'b' is missing required inputs: q",
    });
  });

  it('that are there let it run', async () => {
    const { results } = await runInOrder([fn('b', 'num', '', ', required_inputs: [q]')], { q: 0 });

    expect(results['b']).toBe(42);
  });

  it('are not asked of a node that is skipped', async () => {
    const { results } = await runInOrder([fn('b', 'num', '', ', required_inputs: [q], when: x == 1')], {});

    expect(results['b']).toMatchObject({ _skipped: true });
  });
});

describe('a failure with a handler', () => {
  it('is the data of everything that depends on the node', async () => {
    const nodes = [fn('b', 'boom', '', ', on_error: h'), fn('c', 'show'), fn('h', 'show', ROOT)];

    const { results } = await runInOrder(nodes, { x: 1 });

    const error = { _error: { node: 'b', type: 'PermanentError', message: 'boom' } };
    expect(results).toEqual({ b: error, c: { got: { ...error, x: 1 } }, h: { got: { ...error, x: 1 } } });
  });

  it('runs its handler on success too', async () => {
    const { results } = await runInOrder([fn('b', 'const', '', ', on_error: h'), fn('h', 'show', ROOT)], {});

    expect(results['h']).toEqual({ got: { v: 1, name: 'n' } });
  });

  it.each([
    ['when: b._error', { reason: "when clause 'b._error' evaluated to False" }],
    ['only_on_error: true', { reason: 'none of the nodes it handles failed' }],
  ])('does not run a handler guarded by %s on success', async (guard, expected) => {
    const { results } = await runInOrder([fn('b', 'const', '', ', on_error: h'), fn('h', 'show', ROOT, `, ${guard}`)], {});

    expect(results['h']).toMatchObject({ _skipped: true, ...expected });
  });

  it.each(['when: b._error', 'only_on_error: true'])('runs a handler guarded by %s', async (guard) => {
    const { results } = await runInOrder([fn('b', 'boom', '', ', on_error: h'), fn('h', 'num', ROOT, `, ${guard}`)], {});

    expect(results['h']).toBe(42);
  });

  it('of another node does not concern a handler', async () => {
    const nodes = [
      fn('a', 'boom', '', ', on_error: h1'),
      fn('b', 'const', ROOT, ', on_error: h2'),
      fn('h1', 'num', ROOT, ', only_on_error: true'),
      fn('h2', 'num', ', dependencies: [a]', ', only_on_error: true'),
    ];

    const { results } = await runInOrder(nodes, {});

    expect(results).toMatchObject({ h1: 42, h2: { _skipped: true } });
  });

  it('is missing: the run ends there', async () => {
    const { results, failure } = await runInOrder([fn('b', 'boom'), fn('c', 'show')], {});

    expect(failure).toMatchObject({ node: 'b', message: 'boom' });
    expect(results).toEqual({});
  });
});
