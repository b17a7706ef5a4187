import { Lexer } from 'yaml';

/**
 * Offset of the first place in a YAML text that is nested deeper than `limit`, or undefined. Reads tokens only: parsing a text that
 * is nested too deep can exhaust the stack, so this is found out before.
 */
export function firstTooDeep(text: string, limit: number): number | undefined {
  let offset = 0;
  let lineStart = 0;
  let flowDepth = 0;
  let keyColumn = 0;
  /** Columns of the block collections that are open, outermost first. */
  const open: number[] = [];

  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) continue;
    const column = offset - lineStart;
    if (token === '[' || token === '{') flowDepth++;
    else if (token === ']' || token === '}') flowDepth = Math.max(0, flowDepth - 1);
    else if (flowDepth === 0 && BLOCK_INDICATORS.has(token)) openBlock(open, token === ':' ? keyColumn : column, token);
    else if (token.trim() !== '') keyColumn = column;

    if (flowDepth + open.length > limit) return offset;
    offset += token.length;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) lineStart = offset - (token.length - newline - 1);
  }
  return undefined;
}

/** Tokens of the lexer's own that stand for no text: document start, flow error, start of a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const BLOCK_INDICATORS: ReadonlySet<string> = new Set(['-', '?', ':']);

function openBlock(open: number[], column: number, token: string): void {
  // A list may stand at the column of the key that holds it, so a dash only closes what is farther right.
  while (open.length > 0 && (open.at(-1) ?? 0) >= column + (token === '-' ? 1 : 0)) open.pop();
  if (open.at(-1) !== column || token !== '-') open.push(column);
}
