import { BrokerError, CONDITION } from '../errors.ts';

export interface Token {
  /** A quoted name, in brackets or double quotes, is never a keyword. The end is what stands after the last token. */
  readonly kind: 'word' | 'quoted-name' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

const MAX_LENGTH = 1024;

const SPACE = /\s+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}_][\p{L}\p{N}_]*/uy;
const SYMBOL = /<>|!=|<=|>=|[=<>()+\-*/%,.;]/y;

/** The kinds of quotes: what they enclose, and how a closing one is written inside. */
const QUOTED = [
  { kind: 'string', pattern: /'((?:[^']|'')*)'/y, doubled: "''", single: "'" },
  { kind: 'quoted-name', pattern: /"((?:[^"]|"")+)"/y, doubled: '""', single: '"' },
  { kind: 'quoted-name', pattern: /\[((?:[^\]]|\]\])+)\]/y, doubled: ']]', single: ']' },
] as const;

/**
 * Takes the text of a rule's filter or action apart.
 *
 * @throws BrokerError (argument error) when a character has no place in it, or it is too long
 */
export function tokenize(text: string): Token[] {
  if (text.length > MAX_LENGTH) {
    throw new BrokerError(
      CONDITION.argumentError,
      `A rule's expression may have ${MAX_LENGTH} characters, and this has ${text.length}.`,
    );
  }
  const tokens: Token[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const { token, end } = tokenAt(text, at);
    tokens.push(token);
    at = end;
  }
  return tokens;
}

export function syntaxError(text: string, at: number, expected: string): BrokerError {
  const found = text.slice(at, at + 20);
  const place = found === '' ? 'at its end' : `at offset ${at}, before "${found}"`;
  return new BrokerError(CONDITION.argumentError, `The rule's expression is not valid ${place}: ${expected}.`);
}

function tokenAt(text: string, at: number): { token: Token; end: number } {
  for (const { kind, pattern, doubled, single } of QUOTED) {
    const match = matchAt(pattern, text, at);
    if (match !== null)
      return { token: { kind, text: (match[1] ?? '').replaceAll(doubled, single), at }, end: pattern.lastIndex };
  }
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['word', WORD],
    ['symbol', SYMBOL],
  ] as const) {
    const match = matchAt(pattern, text, at);
    if (match !== null) return { token: { kind, text: match[0], at }, end: pattern.lastIndex };
  }
  throw syntaxError(text, at, 'this character has no place here');
}

function skipSpace(text: string, at: number): number {
  return matchAt(SPACE, text, at) === null ? at : SPACE.lastIndex;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
