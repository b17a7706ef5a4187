import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import type { Plan } from '../../src/pipeline/plan.ts';
import { toJsonSchema } from '../../src/pipeline/schema-form.ts';
import { checkedEnd } from '../../src/run/output-check.ts';

function end(fields: JsonObject, output: JsonValue) {
  const outputSchema = toJsonSchema(fields, [], ({ message }) => expect.fail(message));
  const plan: Plan = { format: 1, pipeline: 'orders', nodes: [], outputSchema };
  return checkedEnd(plan, { status: 'completed', output });
}

describe('the output schema of a pipeline', () => {
  it('makes the output what it promises', () => {
    const checked = end({ total: 'currency', note: 'str?' }, { total: '€ 5', more: 1 });

    expect(checked).toEqual({ status: 'completed', output: { total: 5, note: null, more: 1 } });
  });

  it('fails the run if the output does not fit, and names every fault', () => {
    const checked = end({ total: 'float', id: 'str' }, { total: 'five' });

    expect(checked).toMatchObject({
      status: 'failed',
      error: {
        code: 'output_schema_violation',
        retryable: false,
        message:
          "The output of pipeline 'orders' does not fit its schema: $.id is missing (required); $.total must be number (type).",
      },
    });
  });
});
