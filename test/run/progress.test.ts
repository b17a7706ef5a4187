import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import type { NodeOutcome } from '../../src/run/outcome.ts';
import { progress, type RunView } from '../../src/run/progress.ts';
import { kinds, node, plan } from './plans.ts';

const NOW = Date.UTC(2026, 0, 1);

function view(known: Readonly<Record<string, JsonValue>> = {}, rest: Partial<RunView> = {}): RunView {
  const outcomes = Object.entries(known).map(([name, value]): [string, NodeOutcome] => [
    name,
    { node: name, status: 'completed', result: { value } },
  ]);
  return {
    runId: 'run',
    input: {},
    outcomes: new Map(outcomes),
    results: new Map(Object.entries(known)),
    frames: new Map(),
    atWork: new Set(),
    waiting: new Set(),
    ...rest,
  };
}

function failed(name: string): NodeOutcome {
  const error = { type: 'Error', code: 'step_failed', message: 'Boom.', retryable: false };
  return { node: name, status: 'failed', result: { value: { _error: { node: name } } }, error };
}

function readyNames(of: Plan, seen: RunView): string[] {
  return progress(of, kinds(), seen, NOW).ready.map(({ path }) => path);
}

describe('what a run does next', () => {
  it('starts every node that waits for nothing', () => {
    const ready = readyNames(plan(node('a'), node('b'), node('c', ['a'])), view());

    expect(ready).toEqual(['a', 'b']);
  });

  it('starts a node as soon as its own dependencies have ended, whatever else is at work', () => {
    const ready = readyNames(plan(node('a'), node('slow'), node('c', ['a'])), view({ a: 1 }, { atWork: new Set(['slow']) }));

    expect(ready).toEqual(['c']);
  });

  it('holds a node back for those it only waits for', () => {
    const ready = readyNames(plan(node('a'), node('b'), node('c', ['a'], { waitFor: ['b'] })), view({ a: 1 }));

    expect(ready).toEqual(['b']);
  });

  it('settles pure nodes on the way, and what follows from them is ready', () => {
    const step = progress(plan(node('a'), node('p', ['a'], { kind: 'echo' }), node('b', ['p'])), kinds(), view({ a: 7 }), NOW);

    expect(step.settled).toEqual([{ node: 'p', status: 'completed', result: { value: 7 } }]);
    expect(step.ready.map(({ path }) => path)).toEqual(['b']);
  });

  it('skips what only skipped nodes lead to', () => {
    const step = progress(plan(node('a'), node('b', ['a'], { when: 'a > 5' }), node('c', ['b'])), kinds(), view({ a: 1 }), NOW);

    expect(step.settled.map(({ node, status }) => [node, status])).toEqual([
      ['b', 'skipped'],
      ['c', 'skipped'],
    ]);
    expect(step.end).toEqual({ status: 'completed', output: null });
  });

  it('starts nothing more once a node has failed and none handles it', () => {
    const outcomes = new Map([['a', failed('a')]]);

    const step = progress(plan(node('a'), node('b')), kinds(), view({}, { outcomes }), NOW);

    expect(step.ready).toEqual([]);
    expect(step.end).toMatchObject({ status: 'failed', error: { node: 'a', message: "Node 'a' (Error): Boom." } });
  });

  it('goes on after a failure that another node handles', () => {
    const outcomes = new Map([['a', failed('a')]]);
    const results = new Map<string, JsonValue>([['a', { _error: { node: 'a' } }]]);
    const handled = plan(node('a', [], { onError: 'h' }), node('b', ['a']), node('h', ['a']));

    const step = progress(handled, kinds(), view({}, { outcomes, results }), NOW);

    expect(step.ready.map(({ path }) => path)).toEqual(['b', 'h']);
  });

  it('reads the declared output along every kind of path that validation allows', () => {
    const output = {
      first: 'a.items[0].sku',
      last: 'a.items[-1].sku',
      dotted: 'a.items.0.sku',
      beyond: 'a.items[9].sku',
      odd: "a['b-c']",
    };
    const known = { a: { items: [{ sku: 'x' }, { sku: 'y' }], 'b-c': 1 } };

    const step = progress({ ...plan(node('a')), output }, kinds(), view(known), NOW);

    expect(step.end).toMatchObject({ output: { first: 'x', last: 'y', dotted: 'x', beyond: null, odd: 1 } });
  });

  it('tells the declared output when nothing is left', () => {
    const declared = { ...plan(node('a')), output: { v: 'a.deep.v', gone: 'a.x.y', all: 'a' } };

    const step = progress(declared, kinds(), view({ a: { deep: { v: 3 } } }), NOW);

    expect(step.end).toEqual({ status: 'completed', output: { v: 3, gone: null, all: { deep: { v: 3 } } } });
  });
});
