/** What stands between a bracket and its partner. */
export interface Bracketed {
  /** Behind the closing bracket. */
  readonly end: number;
  /** The content, split at the commas that are not within further brackets. Line ends within quotes are written as `\n`. */
  readonly parts: readonly string[];
}

const QUOTED = /'''[\s\S]*?'''|"""[\s\S]*?"""|'[^'\\]*(?:\\[\s\S][^'\\]*)*'|"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
const PLAIN = /[^'"()[\]{},]+/y;
const PARTNERS: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const CLOSING: ReadonlySet<string> = new Set(PARTNERS.values());

/** Reads from the opening bracket at `start` to its partner, past quotes and inner brackets; undefined if there is no partner. */
export function readBracketed(text: string, start: number): Bracketed | undefined {
  const open: string[] = [];
  const parts: string[] = [];
  let part = '';
  let at = start;
  while (at < text.length) {
    const piece = pieceAt(text, at);
    at += piece.length;
    if (!nest(piece, open)) return undefined;
    if (open.length === 0) return { end: at, parts: [...parts, part] };
    if (piece === ',' && open.length === 1) {
      parts.push(part);
      part = '';
    } else if (at > start + 1) {
      part += isQuoted(piece) ? piece.replace(/\r?\n/g, '\\n') : piece;
    }
  }
  return undefined;
}

/** A quoted text, a bracket, a comma, or all up to the next of these. */
function pieceAt(text: string, at: number): string {
  return matchAt(QUOTED, text, at) ?? matchAt(PLAIN, text, at) ?? text[at] ?? '';
}

/** Follows the brackets; false if the piece fits none that are open, or is a quote without an end. */
function nest(piece: string, open: string[]): boolean {
  const partner = PARTNERS.get(piece);
  if (partner !== undefined) open.push(partner);
  else if (CLOSING.has(piece)) return open.pop() === piece;
  return piece !== "'" && piece !== '"';
}

function isQuoted(piece: string): boolean {
  return piece.startsWith("'") || piece.startsWith('"');
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
