import { ExpressionError } from './errors.ts';
import type { Token } from './tokens.ts';

const UNSUPPORTED_OPERATORS: ReadonlySet<string> = new Set(['|', '&', '^', '~', '<<', '>>', '@', ':=']);

/** A place in a row of tokens: looks at the next one, passes it, or says what is wrong with it. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at + 1];
  }

  advance(count: number): void {
    this.#at += count;
  }

  get current(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { type: 'end', offset: 0 };
  }

  isOperator(text: string): boolean {
    const token = this.current;
    return token.type === 'operator' && token.text === text;
  }

  isName(text: string): boolean {
    const token = this.current;
    return token.type === 'name' && token.text === text;
  }

  skipOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#at += 1;
    return true;
  }

  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.#at += 1;
    return true;
  }

  expectOperator(text: string): void {
    if (!this.skipOperator(text)) throw this.unexpected(`'${text}'`);
  }

  atEnd(): boolean {
    return this.current.type === 'end';
  }

  atClosing(): boolean {
    const token = this.current;
    return this.atEnd() || (token.type === 'operator' && [')', ']', '}'].includes(token.text));
  }

  refuseStar(): void {
    if (this.isOperator('*') || this.isOperator('**')) {
      throw this.error('syntax_not_supported', 'Unpacking with * is not supported; write the values out.');
    }
  }

  unexpected(wanted: string): ExpressionError {
    const token = this.current;
    if (token.type === 'operator' && UNSUPPORTED_OPERATORS.has(token.text)) {
      return this.error('syntax_not_supported', `Operator '${token.text}' is not supported.`);
    }
    if (token.type === 'operator' && token.text === '=') {
      return this.error('expression_parse', "'=' does not compare; write '=='.");
    }
    return this.error('expression_parse', `Expected ${wanted}, found ${describe(token)}.`);
  }

  error(
    code: 'expression_parse' | 'syntax_not_supported' | 'depth_exceeded' | 'arguments_wrong',
    message: string,
  ): ExpressionError {
    return new ExpressionError(code, message, this.current.offset);
  }
}

function describe(token: Token): string {
  switch (token.type) {
    case 'end':
      return 'the end';
    case 'number':
      return `the number ${token.value}`;
    case 'string':
      return 'a text';
    default:
      return `'${token.text}'`;
  }
}
