import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildTemplateError, renderBuildTemplate } from '../../src/pipeline/build-template.ts';

const PIECES = [
  ...[
    '{{',
    '}}',
    '{%',
    '%}',
    '{#',
    '#}',
    '-',
    '+',
    '|',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    "'",
    '"',
    '\\',
    ',',
    '.',
    ':',
    '=',
    ' ',
    '\n',
  ],
  ...['if', 'elif', 'else', 'endif', 'for', 'in', 'endfor', 'set', 'raw', 'endraw', 'is', 'not', 'defined', 'none', 'and'],
  ...[
    'x',
    'xs',
    'x.y',
    'loop.index',
    '__proto__',
    'constructor',
    'upper',
    'default',
    'join',
    'tojson',
    'range(9999)',
    '2**10**9',
    '1',
    '%',
  ],
];

describe('any text', () => {
  it.each(['empty', 'keep'] as const)('renders, or is refused within its length, with undefined names left %s', (policy) => {
    const text = fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((pieces) => pieces.join(''));
    let rendered = 0;

    fc.assert(
      fc.property(text, (template) => {
        try {
          expect(typeof renderBuildTemplate(template, { x: 'a', xs: [1, 2] }, { undefined: policy })).toBe('string');
          rendered += 1;
        } catch (error) {
          if (!(error instanceof BuildTemplateError)) throw error;
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(template.length);
        }
      }),
      { numRuns: 5_000, seed: 11 },
    );

    expect(rendered).toBeGreaterThan(100);
  });
});
