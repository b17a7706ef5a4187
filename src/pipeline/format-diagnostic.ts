import type { Diagnostic } from './diagnostic.ts';

const MAX_LINE_WIDTH = 160;

/**
 * A diagnostic for people: `file:line:column code message`, the line it is about with a caret below, and the remedy.
 * Without `source`, only the first line and the remedy.
 */
export function formatDiagnostic(diagnostic: Diagnostic, source?: string): string {
  const { file, position, code, message, remedy, severity } = diagnostic;
  const label = severity === 'warning' ? `warning ${code}` : code;
  const lines = [`${printable(file)}:${position.line}:${position.column} ${label} ${printable(message)}`];
  if (source !== undefined) lines.push(...excerpt(source, position.line, position.column));
  if (remedy !== undefined) lines.push(`  ${printable(remedy)}`);
  return lines.join('\n');
}

function excerpt(source: string, line: number, column: number): readonly string[] {
  const text = source.split(/\r\n|\n|\r/, line)[line - 1];
  if (text === undefined || column > MAX_LINE_WIDTH) return [];
  const gutter = `${line} | `;
  const shown = printable(text.slice(0, MAX_LINE_WIDTH).replaceAll('\t', ' '));
  return [`  ${gutter}${shown}`, `  ${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - 1)}^`];
}

/** Text from a file must not steer the terminal it is shown on. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what must go.
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '\uFFFD');
}
