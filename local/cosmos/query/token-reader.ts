import type { CosmosError } from '../errors.ts';
import { syntaxError } from './syntax-error.ts';
import { type Token, tokenize } from './tokenizer.ts';

/** The tokens of a query, read from the left. */
export class TokenReader {
  readonly text: string;
  readonly #tokens: Token[];
  #index = 0;

  constructor(text: string) {
    this.text = text;
    this.#tokens = tokenize(text);
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[this.#index + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new RangeError('A token list always has an end.');
    return token;
  }

  next(): Token {
    const token = this.peek();
    this.#index += 1;
    return token;
  }

  /** Whether the next token is that keyword or symbol. */
  at(...texts: string[]): boolean {
    const { kind, text } = this.peek();
    return (kind === 'keyword' || kind === 'symbol') && texts.includes(text);
  }

  /** Reads the next token if it is that keyword or symbol. */
  take(...texts: string[]): Token | undefined {
    return this.at(...texts) ? this.next() : undefined;
  }

  expect(text: string): Token {
    const token = this.take(text);
    if (token === undefined) throw this.error(`'${text}' is expected.`);
    return token;
  }

  expectIdentifier(what: string): Token {
    const token = this.peek();
    if (token.kind === 'keyword')
      throw this.error(
        `'${token.text}' is a reserved word: write it as ["${token.text.toLowerCase()}"], or choose another ${what}.`,
      );
    if (token.kind !== 'identifier') throw this.error(`a ${what} is expected.`);
    return this.next();
  }

  error(problem: string, position = this.peek().position): CosmosError {
    return syntaxError(problem, this.text, position);
  }
}
