import { Lexer } from 'yaml';

/** What a YAML text has too much of, and the offset from which on it has. */
export interface Excess {
  readonly of: 'levels' | 'tokens';
  readonly offset: number;
}

/**
 * The first place in a YAML text that is nested too deep or has too many tokens before it, or undefined. Reads tokens only: parsing a
 * text that is nested too deep can exhaust the stack, and one of very many tokens takes seconds, so this is found out before.
 */
export function findExcess(text: string, limits: { readonly levels: number; readonly tokens: number }): Excess | undefined {
  let tokens = 0;
  const nesting = new Nesting();
  let offset = 0;
  let lineStart = 0;
  for (const token of new Lexer().lex(text)) {
    if (MARKS.has(token)) continue;
    tokens += 1;
    if (tokens > limits.tokens) return { of: 'tokens', offset };
    if (nesting.depthAfter(token, offset - lineStart) > limits.levels) return { of: 'levels', offset };
    offset += token.length;
    const newline = token.lastIndexOf('\n');
    if (newline >= 0) lineStart = offset - (token.length - newline - 1);
  }
  return undefined;
}

/** Tokens of the lexer's own that stand for no text: document start, flow error, start of a scalar. */
const MARKS: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
const BLOCK_INDICATORS: ReadonlySet<string> = new Set(['-', '?', ':']);

class Nesting {
  #flow = 0;
  #keyColumn = 0;
  /** Columns of the block collections that are open, outermost first. */
  readonly #blocks: number[] = [];

  depthAfter(token: string, column: number): number {
    if (token === '[' || token === '{') this.#flow += 1;
    else if (token === ']' || token === '}') this.#flow = Math.max(0, this.#flow - 1);
    else if (this.#flow === 0 && BLOCK_INDICATORS.has(token)) this.#openBlock(token, column);
    else if (token.trim() !== '') this.#keyColumn = column;
    return this.#flow + this.#blocks.length;
  }

  #openBlock(token: string, column: number): void {
    const start = token === ':' ? this.#keyColumn : column;
    // A list may stand at the column of the key that holds it, so a dash only closes what is farther right.
    const closesFrom = token === '-' ? start + 1 : start;
    while ((this.#blocks.at(-1) ?? -1) >= closesFrom) this.#blocks.pop();
    if (this.#blocks.at(-1) !== start || token !== '-') this.#blocks.push(start);
  }
}
