import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/pipeline/diagnostic.ts';
import { formatDiagnostic } from '../../src/pipeline/format-diagnostic.ts';

const diagnostic: Diagnostic = {
  code: 'field_unknown',
  severity: 'error',
  file: 'orders.yaml',
  position: { line: 2, column: 3 },
  message: "Nothing reads 'timout' here.",
  remedy: "Did you mean 'timeout'?",
};

/** The source line as it is shown, and the character above the caret. */
function shown(source: string, column: number): { readonly line: string; readonly caretColumn: number } {
  const text = formatDiagnostic({ ...diagnostic, position: { line: 1, column } }, source);
  const [, line = '', caret = ''] = text.split('\n');
  return { line: line.slice('  1 | '.length), caretColumn: caret.indexOf('^') - '  1 | '.length };
}

describe('a diagnostic as text', () => {
  it('shows place, severity, code, line and remedy', () => {
    const text = formatDiagnostic(diagnostic, 'a:\n  timout: 3\n');

    expect(text).toBe(
      [
        "orders.yaml:2:3 error field_unknown Nothing reads 'timout' here.",
        '  2 |   timout: 3',
        '    |   ^',
        "  Did you mean 'timeout'?",
      ].join('\n'),
    );
  });

  it('is one line and the remedy without the source', () => {
    const text = formatDiagnostic({ ...diagnostic, severity: 'warning' });

    expect(text).toBe("orders.yaml:2:3 warning field_unknown Nothing reads 'timout' here.\n  Did you mean 'timeout'?");
  });

  it.each([
    ['a tab as four columns', '\tfoo: 1', 2, '    foo: 1', 4],
    ['wide characters as two columns', '名前: 値x', 6, '名前: 値x', 8],
    ['an emoji of several code points as two columns', '👩‍💻: x', 8, '👩‍💻: x', 4],
    ['a combining mark as no column', 'e\u0301: x', 5, 'e\u0301: x', 3],
    ['the end of a line', 'abc', 9, 'abc', 3],
    ['a line that ends in a carriage return', 'abc\r\nd', 2, 'abc', 1],
  ])('puts the caret under its character: %s', (_, source, column, line, caretColumn) => {
    const result = shown(source, column);

    expect(result).toEqual({ line, caretColumn });
  });

  it.each([1, 60, 5_000, 9_999])('cuts a long line around column %i', (column) => {
    const source = `${'a'.repeat(column - 1)}X${'b'.repeat(10_000 - column)}`;

    const { line, caretColumn } = shown(source, column);

    expect(line.length).toBeLessThanOrEqual(112);
    expect(line[caretColumn]).toBe('X');
  });

  it('lets nothing of a file steer the terminal', () => {
    const text = formatDiagnostic({ ...diagnostic, file: '\u001b[2Jx' }, '\n\u001b[31m\u202e\n');

    for (const character of ['\u001b', '\u202e']) expect(text).not.toContain(character);
  });

  it('has colours only when asked', () => {
    const plain = formatDiagnostic(diagnostic, 'a:\n  timout: 3\n');
    const coloured = formatDiagnostic(diagnostic, 'a:\n  timout: 3\n', { colour: true });

    expect(plain).not.toContain('\u001b');
    expect(stripVTControlCharacters(coloured)).toBe(plain);
    expect(coloured).not.toBe(plain);
  });
});
