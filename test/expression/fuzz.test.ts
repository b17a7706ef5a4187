import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate, evaluatePredicate, parseExpression } from '../../src/expression/expression.ts';
import type { JsonValue } from '../../src/json.ts';
import { expressionReader, fuzz, templateReader, yamlReader } from './fuzz.ts';

describe('whatever is written', () => {
  it.each([
    ['an expression', () => fuzz(expressionReader, 2_000)],
    ['a template', () => fuzz(templateReader, 2_000)],
    ['a YAML file', () => fuzz(yamlReader, 2_000)],
  ])('as %s ends well or with a documented error, without reaching a prototype', (_what, run) => {
    const act = () => run();

    expect(act).not.toThrow();
  });

  it('numbers that JSON holds are compared as JavaScript compares them', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (x, y) => {
          const less = evaluatePredicate(parseExpression('x < y'), { x, y }, { now: 0 });

          expect(less).toBe(x < y);
        },
      ),
    );
  });

  it('every JSON value equals itself and comes back unchanged', () => {
    const values = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));

    fc.assert(
      fc.property(values, (value) => {
        const v: JsonValue = JSON.parse(JSON.stringify(value));

        const same = evaluate(parseExpression('[v == v, v]'), { v }, { now: 0 });

        expect(same).toEqual([true, v]);
      }),
      { numRuns: 500 },
    );
  });
});
