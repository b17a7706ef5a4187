import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { dataNode } from '../../src/nodes/data-node.ts';

function evaluate(output: JsonObject, scope: JsonObject): JsonValue {
  return dataNode.evaluate({ output }, { input: scope, scope, now: 0, dependencies: [] });
}

describe('a data_node', () => {
  it('renders the texts at its leaves and keeps its shape', () => {
    const output = { n: 5, ok: true, z: null, lst: [1, { a: '{{x}}' }], t: 'Hi {{x}}' };

    const result = evaluate(output, { x: 3 });

    expect(result).toEqual({ n: 5, ok: true, z: null, lst: [1, { a: '3' }], t: 'Hi 3' });
  });

  it('renders a mapping as JSON and leaves keys alone', () => {
    const result = evaluate({ '{{x}}': '{{x}}' }, { x: { a: [1] } });

    expect(result).toEqual({ '{{x}}': '{"a":[1]}' });
  });

  it('fails if a template leads to nothing', () => {
    expect(() => evaluate({ t: '{{nowhere.x}}' }, {})).toThrow("'nowhere.x' leads to nothing");
  });

  it('is also known as static_node', () => {
    expect(dataNode.aliases).toContain('static_node');
  });
});
