import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/expression/errors.ts';
import { evaluate, evaluatePredicate, parseExpression } from '../../src/expression/expression.ts';
import { parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import type { JsonValue } from '../../src/json.ts';

const DATA: Readonly<Record<string, JsonValue>> = { a: { b: [1, 2.5, 'x', null] }, n: 7, s: 'text', l: [3, 1, 2], t: true };

const WORDS = [
  ...[
    'a',
    'n',
    's',
    'l',
    't',
    'zz',
    '$input',
    '.b',
    '.get',
    '.split',
    '.format',
    '.values',
    '1',
    '0',
    '-3',
    '2.5',
    "'x'",
    "'%s'",
    'None',
  ],
  ...[
    '+',
    '-',
    '*',
    '/',
    '//',
    '%',
    '**',
    '<',
    '==',
    '!=',
    ' in ',
    ' not in ',
    ' is ',
    ' and ',
    ' or ',
    ' not ',
    ' if ',
    ' else ',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    ' for x in ',
    'x',
    'len',
    'str',
    'int',
    'sorted',
    'sum',
    'range',
    'Decimal',
    'round',
  ],
  ...['format', 'zip', 'dict', 'min', 'default', 'join', '__proto__', 'constructor', '="', '\\', '#', '\n', '9007199254740991'],
];

function outcome(work: () => unknown): 'value' | 'refused' {
  try {
    work();
    return 'value';
  } catch (error) {
    if (error instanceof ExpressionError) return 'refused';
    throw error;
  }
}

describe('whatever is written', () => {
  it('an expression gives JSON or is refused with a code', () => {
    const sources = fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }).map((words) => words.join(''));

    fc.assert(
      fc.property(sources, (source) => {
        const result = outcome(() => JSON.stringify(evaluate(parseExpression(source), DATA, { now: 0 })));

        expect(['value', 'refused']).toContain(result);
      }),
      { numRuns: 4_000 },
    );
  });

  it('any text is an expression or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (source) => {
        const result = outcome(() => evaluate(parseExpression(source), DATA, { now: 0 }));

        expect(['value', 'refused']).toContain(result);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a template renders or is refused', () => {
    const parts = fc.constantFrom('{{', '}}', '{', '}', ' ', 'a', '.b', '[0]', '|', 'default', "('x')", 'upper', "'", '"', '%');
    const sources = fc.array(parts, { maxLength: 14 }).map((words) => words.join(''));

    fc.assert(
      fc.property(sources, (source) => {
        const result = outcome(() => renderTemplate(parseTemplate(source), DATA));

        expect(['value', 'refused']).toContain(result);
      }),
      { numRuns: 2_000 },
    );
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
