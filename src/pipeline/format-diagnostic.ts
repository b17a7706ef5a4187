import type { Diagnostic, Position } from './diagnostic.ts';
import { type Cell, cellsOf, printable, widthOf } from './text-cells.ts';

/** Columns of a source line that are shown; a longer line is cut around the caret. */
const LINE_WIDTH = 110;
const BEFORE_CARET = 70;

export interface FormatOptions {
  /** Whether to write ANSI colours; for terminals only. */
  readonly colour?: boolean;
}

const RED = '31';
const YELLOW = '33';
const BLUE = '34';
const BOLD = '1';
const DIM = '2';
const SEVERITY_COLOURS: Readonly<Record<Diagnostic['severity'], string>> = { error: RED, warning: YELLOW, info: BLUE };

/**
 * A diagnostic for people: `file:line:column severity code message`, the line it is about with a caret below, and the remedy.
 * Without `source` (the text of the file), only the first line and the remedy.
 */
export function formatDiagnostic(diagnostic: Diagnostic, source?: string, { colour = false }: FormatOptions = {}): string {
  const { file, position, severity, code, message, remedy } = diagnostic;
  const paint = (style: string, text: string) => (colour ? `\x1b[${style}m${text}\x1b[0m` : text);
  const place = paint(BOLD, `${printable(file)}:${position.line}:${position.column}`);
  const lines = [`${place} ${paint(SEVERITY_COLOURS[severity], severity)} ${code} ${printable(message)}`];
  const shown = source === undefined ? undefined : excerpt(source, position);
  if (shown !== undefined) {
    const number = String(position.line);
    const caret = paint(SEVERITY_COLOURS[severity], '^');
    lines.push(`  ${paint(DIM, `${number} |`)} ${shown.text}`);
    lines.push(`  ${paint(DIM, `${' '.repeat(number.length)} |`)} ${' '.repeat(shown.caret)}${caret}`);
  }
  if (remedy !== undefined) lines.push(`  ${printable(remedy)}`);
  return lines.join('\n');
}

/** The line at a position as it is shown, and the columns before its caret. Undefined if the text has no such line. */
function excerpt(source: string, { line, column }: Position): { readonly text: string; readonly caret: number } | undefined {
  const text = lineOf(source, line);
  if (text === undefined) return undefined;
  const at = Math.min(column - 1, text.length);
  // A line may be as long as a file: more than this is never shown.
  const before = cellsOf(text.slice(Math.max(0, at - LINE_WIDTH), at));
  const after = cellsOf(text.slice(at, at + LINE_WIDTH));
  const whole = widthOf(before) + widthOf(after) <= LINE_WIDTH;
  const left = whole ? before : cut(before.toReversed(), BEFORE_CARET).toReversed();
  const right = whole ? after : cut(after, LINE_WIDTH - widthOf(left));
  const leftMark = left.length < before.length || at > LINE_WIDTH ? '…' : '';
  const rightMark = right.length < after.length || text.length > at + LINE_WIDTH ? '…' : '';
  const shown = [...left, ...right].map((cell) => cell.text).join('');
  return { text: `${leftMark}${shown}${rightMark}`, caret: leftMark.length + widthOf(left) };
}

function lineOf(source: string, line: number): string | undefined {
  let start = 0;
  for (let number = 1; number < line; number++) {
    const end = source.indexOf('\n', start);
    if (end < 0) return undefined;
    start = end + 1;
  }
  const end = source.indexOf('\n', start);
  return source.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
}

/** As many of the first cells as fit. */
function cut(cells: readonly Cell[], width: number): readonly Cell[] {
  let rest = width;
  const count = cells.findIndex((cell) => {
    rest -= cell.width;
    return rest < 0;
  });
  return count < 0 ? cells : cells.slice(0, count);
}
