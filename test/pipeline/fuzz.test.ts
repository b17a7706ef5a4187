import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { catalog } from './catalog.ts';

const LINES = [
  ...[
    'kind: Pipeline',
    'kind: Trigger',
    'metadata:',
    '  name: x',
    'spec:',
    '  nodes:',
    '    - kind: function_node',
    '      metadata: {name: a}',
  ],
  ...[
    '      spec: {fn: const}',
    '      spec:',
    '        fn: show',
    '        when: a.v >',
    '        input_mapping: {p: b.x}',
    '      dependencies: [a, b]',
  ],
  ...[
    '    - kind: expression_node',
    '        expressions: {x: "{{ a }}", y: 1 +}',
    '---',
    '- a',
    '\t',
    '&a',
    '*a',
    '<<: *a',
    '!py x',
    ': :',
    '? x',
    '{',
    ']',
  ],
  ...[
    '  output: {r: a.v}',
    '  input_schema: {x: int}',
    '        timeout: 30',
    '        on_error: b',
    '# note',
    '"open',
    '| ',
    '>-',
    '   odd',
  ],
];

describe('whatever is in a file', () => {
  it('compiling it gives a plan or a diagnostic with a position, never an exception', () => {
    const files = fc.array(fc.constantFrom(...LINES), { maxLength: 20 }).map((lines) => lines.join('\n'));

    fc.assert(
      fc.property(files, (text) => {
        const { plan, diagnostics } = compilePipeline(text, 'f.yaml', catalog);
        const errors = diagnostics.filter(({ severity }) => severity === 'error');

        expect(plan === undefined || errors.length === 0).toBe(true);
        expect(diagnostics.every(({ position }) => position.line >= 1 && position.column >= 1)).toBe(true);
      }),
      { numRuns: 1_500 },
    );
  });

  it('any bytes are read or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const { plan, diagnostics } = compilePipeline(bytes, 'f.yaml', catalog);

        expect(plan).toBeUndefined();
        expect(diagnostics.length).toBeGreaterThan(0);
      }),
      { numRuns: 1_000 },
    );
  });
});
