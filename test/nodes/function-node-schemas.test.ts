import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { functionNode } from '../../src/nodes/function-node.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { resolveNode, runNode } from './run-node.ts';

/** What a step gets as its input, and what its node makes of what it returns. */
async function call(spec: JsonObject, input: JsonValue, returned?: JsonValue) {
  const inputs: JsonValue[] = [];
  const step = defineStep('step', (given) => {
    inputs.push(given);
    return returned ?? null;
  });
  const steps = new StepRegistry([step]);
  const result = runNode(functionNode(steps), { fn: 'step', ...spec }, { input, steps });
  const ended = await result.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  return { inputs, ended };
}

describe('the input schema of a function node', () => {
  it('gives the step an input that was coerced and cleaned', async () => {
    const schema = { total: 'currency', count: 'int', note: 'str?' };

    const { inputs } = await call({ input_schema: schema }, { total: '$1,200', count: '3', other: true });

    expect(inputs).toEqual([{ total: 1200, count: 3, note: null, other: true }]);
  });

  it('keeps the step from being called with what does not fit, and names every fault', async () => {
    const { inputs, ended } = await call({ input_schema: { id: 'str', count: 'int' } }, { count: 'many_secret' });

    expect(inputs).toEqual([]);
    expect(ended).toMatchObject({ error: { code: 'input_schema_violation', retryable: false } });
    expect(ended).toHaveProperty(
      'error.message',
      "The input of node 'n' does not fit its schema: $.id is missing (required); $.count must be integer (type).",
    );
  });

  it('comes before the parameters are unpacked', async () => {
    const { inputs } = await call({ input_schema: { a: 'int' }, unpack_input: true }, { a: '1' });

    expect(inputs).toEqual([{ a: 1 }]);
  });
});

describe('the output schema of a function node', () => {
  it('makes the result what it promises', async () => {
    const { ended } = await call({ output_schema: { ok: 'flexible_bool', score: 'score' } }, {}, { ok: 'yes', score: '7' });

    expect(ended).toEqual({ value: { ok: true, score: 1 } });
  });

  it('only checks if it is JSON Schema', async () => {
    const { ended } = await call({ output_schema: { type: 'object', properties: { n: { type: 'integer' } } } }, {}, { n: '1' });

    expect(ended).toMatchObject({ error: { code: 'output_schema_violation', retryable: false } });
  });
});

describe('a schema of a function node', () => {
  it('is reported where it is at fault', () => {
    const steps = new StepRegistry([defineStep('step', () => null)]);
    const spec = { fn: 'step', input_schema: { a: 'strr' }, output_schema: { properties: { b: { pattern: '(' } } } };

    const { problems } = resolveNode(functionNode(steps), spec, steps);

    expect(problems).toMatchObject([
      { code: 'schema_type_unknown', path: ['input_schema', 'a'] },
      { code: 'pattern_invalid', path: ['output_schema', 'properties', 'b', 'pattern'] },
    ]);
  });
});
