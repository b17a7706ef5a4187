import { parse } from 'csv-parse/sync';
import { type Format, RowScanner } from './row-scanner.ts';
import type { Row } from './sale.ts';

/** A row of a file, or why it cannot be read. `line` counts from 1 in the file. */
export type ReadRow = { readonly line: number; readonly raw: string } & ({ readonly row: Row } | { readonly reason: string });

const LINE_FEED = 0x0a;

interface Line {
  readonly line: number;
  readonly raw: string;
}

/** The rows of a part of a file that begins at `firstLine`; a bad one spoils no other. */
export function readRows(part: Uint8Array, format: Format, columns: readonly string[], firstLine: number): readonly ReadRow[] {
  const lines = linesOf(part, format, firstLine);
  if (format === 'jsonl') return lines.map((line) => ({ ...line, ...readJson(line.raw) }));
  const rows = parseAll(part, columns);
  if (rows?.length !== lines.length) return lines.map((line) => ({ ...line, ...readCsv(line.raw, columns) }));
  return lines.map((line, index) => ({ ...line, row: rows[index] ?? {} }));
}

/** Empty lines are no rows. */
function linesOf(part: Uint8Array, format: Format, firstLine: number): readonly Line[] {
  const scanner = new RowScanner(format);
  const decoder = new TextDecoder();
  const found: Line[] = [];
  let line = firstLine;
  let lines = 0;
  let start = 0;
  for (let at = 0; at < part.length; at += 1) {
    const byte = part[at] ?? 0;
    const isEnd = scanner.endsRow(byte) || at === part.length - 1;
    if (byte === LINE_FEED) lines += 1;
    if (!isEnd) continue;
    const raw = decoder.decode(part.subarray(start, at + 1)).trimEnd();
    if (raw !== '') found.push({ line, raw });
    line += lines;
    lines = 0;
    start = at + 1;
  }
  return found;
}

/** Fast, and undefined if a single row is bad. */
function parseAll(part: Uint8Array, columns: readonly string[]): readonly Row[] | undefined {
  try {
    return parse(Buffer.from(part), { columns: [...columns], skip_empty_lines: true });
  } catch {
    return undefined;
  }
}

type Content = { readonly row: Row } | { readonly reason: string };

function readCsv(raw: string, columns: readonly string[]): Content {
  try {
    const [row]: Row[] = parse(raw, { columns: [...columns] });
    return row === undefined ? { reason: 'is empty' } : { row };
  } catch (error) {
    return { reason: error instanceof Error && 'code' in error ? String(error.code) : 'cannot be read' };
  }
}

function readJson(raw: string): Content {
  try {
    const value: unknown = JSON.parse(raw);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { row: { ...value } };
    return { reason: 'is no JSON object' };
  } catch {
    return { reason: 'is no JSON' };
  }
}
