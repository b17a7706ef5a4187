import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import { functionNode } from '../../src/nodes/function-node.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { stepContext } from './step-context.ts';

async function call(returned: unknown): Promise<JsonValue> {
  const kind = functionNode(new StepRegistry([defineStep('step', () => returned)]));
  return kind.run({ fn: 'step' }, {}, stepContext('n'));
}

const cycle: Record<string, unknown> = { list: [] };
cycle['list'] = [cycle];

const deep: unknown[] = [];
for (let level = 0, inner = deep; level < 10_000; level++) {
  const next: unknown[] = [];
  inner.push(next);
  inner = next;
}

describe('what a step returns', () => {
  it.each([
    [{ a: [1, 'x', null, true] }, { a: [1, 'x', null, true] }],
    [undefined, null],
    [0, 0],
    [Promise.resolve('later'), 'later'],
  ])('%j becomes the result', async (returned, expected) => {
    const result = await call(returned);

    expect(result).toEqual(expected);
  });

  it.each([
    [{ a: { b: undefined } }, '$.a.b'],
    [{ f: () => 1 }, '$.f'],
    [[1, 10n], '$[1]'],
    [{ n: Number.NaN }, '$.n'],
    [{ n: Number.POSITIVE_INFINITY }, '$.n'],
    [{ when: new Date(0) }, '$.when'],
    [new Map([['a', 1]]), '$'],
    [Symbol('s'), '$'],
    [Object.create(Object.create(null)), '$'],
    [cycle, '$.list[0]'],
    [deep, '$[0]'],
  ])('is refused if JSON cannot hold it, with the place', async (returned, path) => {
    const result = call(returned);

    await expect(result).rejects.toMatchObject({ code: 'output_not_serialisable', retryable: false });
    await expect(result).rejects.toThrow(path);
  });

  it('may hold the same object twice', async () => {
    const shared = { x: 1 };

    const result = await call({ a: shared, b: shared });

    expect(result).toEqual({ a: { x: 1 }, b: { x: 1 } });
  });
});

describe('calling a step', () => {
  const registry = new StepRegistry([
    defineStep('context', (_input, { runId, node, attempt, idempotencyKey }) => ({ runId, node, attempt, idempotencyKey })),
    defineStep('fails', () => {
      throw new RangeError('no');
    }),
    defineStep('echo', (input) => input, { params: ['a'] }),
  ]);
  const kind = functionNode(registry);

  it('gives it the context', async () => {
    const result = await kind.run({ fn: 'context' }, {}, stepContext('n'));

    expect(result).toEqual({ runId: 'run-1', node: 'n', attempt: 1, idempotencyKey: 'run-1/n' });
  });

  it('passes its error on', async () => {
    const result = kind.run({ fn: 'fails' }, {}, stepContext('n'));

    await expect(result).rejects.toThrow(new RangeError('no'));
  });

  it('unpacks only the declared parameters', async () => {
    const result = await kind.run({ fn: 'echo', unpack_input: true, params: ['a'] }, { a: 1, z: 2 }, stepContext('n'));

    expect(result).toEqual({ a: 1 });
  });

  it('unpacks mappings only', async () => {
    const result = kind.run({ fn: 'echo', unpack_input: true, params: ['a'] }, 'text', stepContext('n'));

    await expect(result).rejects.toMatchObject({ code: 'input_not_a_mapping' });
  });

  it('fails for good if this build lacks it', async () => {
    const result = kind.run({ fn: 'gone' }, {}, stepContext('n'));

    await expect(result).rejects.toMatchObject({ code: 'step_unknown', retryable: false });
  });
});

describe('the registry', () => {
  it.each([
    ['json.loads', '{"a": 1}', { a: 1 }],
    ['json.dumps', { a: [1, null, 'é'] }, '{"a": [1, null, "\\u00e9"]}'],
    ['copy.deepcopy', { a: 1 }, { a: 1 }],
    ['statistics.mean', [1, 2], 1.5],
    ['builtins.len', 'abc', 3],
    ['builtins.sorted', [2, 1], [1, 2]],
  ])('has %s built in', async (name, input: JsonValue, expected) => {
    const kind = functionNode(new StepRegistry([]));

    const result = await kind.run({ fn: name }, input, stepContext('n'));

    expect(result).toEqual(expected);
  });

  it.each(['{"id": 12345678901234567890}', '[1e999]'])('reads no number that would become another one: %s', async (text) => {
    const kind = functionNode(new StepRegistry([]));

    const result = kind.run({ fn: 'json.loads' }, text, stepContext('n'));

    await expect(result).rejects.toMatchObject({ code: 'input_not_json', message: expect.stringContaining('beyond') });
  });

  it('prefers a step of ours to a built-in one', async () => {
    const kind = functionNode(new StepRegistry([defineStep('json.loads', () => 'ours')]));

    const result = await kind.run({ fn: 'json.loads' }, '1', stepContext('n'));

    expect(result).toBe('ours');
  });

  it('refuses two steps of one name', () => {
    const step = defineStep('twice', () => null);

    expect(() => new StepRegistry([step, step])).toThrow("'twice' is registered twice");
  });
});
