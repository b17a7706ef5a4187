import { ExpressionError } from './errors.ts';

export type Token =
  | { readonly type: 'name' | 'operator'; readonly text: string; readonly offset: number }
  | { readonly type: 'number'; readonly value: number; readonly float: boolean; readonly offset: number }
  | { readonly type: 'string'; readonly value: string; readonly offset: number }
  | { readonly type: 'end'; readonly offset: number };

const BLANK = /(?:\s|#[^\n]*|\\\r?\n)+/y;
const NAME = /\$?[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER = /0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][-+]?\d+)?/y;
const OPERATOR = /\*\*|\/\/|==|!=|<=|>=|:=|<<|>>|[-+*/%<>()[\]{},:.=@&|^~]/y;
const STRING_PREFIX = /[rRbBfFuU]{0,2}(?='|")/y;

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\u0007',
  b: '\b',
  f: '\f',
  v: '\v',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};

/** Splits an expression into tokens; the last one is the end. @throws ExpressionError */
export function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    offset += matchAt(BLANK, source, offset)?.length ?? 0;
    if (offset >= source.length) break;
    const read = readToken(source, offset);
    tokens.push(read.token);
    offset = read.end;
  }
  tokens.push({ type: 'end', offset: source.length });
  return tokens;
}

function readToken(source: string, offset: number): { token: Token; end: number } {
  const prefix = matchAt(STRING_PREFIX, source, offset);
  if (prefix !== undefined) return readString(source, offset, prefix.toLowerCase());

  const name = matchAt(NAME, source, offset);
  if (name !== undefined) return { token: { type: 'name', text: name, offset }, end: offset + name.length };

  const number = matchAt(NUMBER, source, offset);
  if (number !== undefined) return { token: readNumber(number, offset), end: offset + number.length };

  const operator = matchAt(OPERATOR, source, offset);
  if (operator !== undefined) return { token: { type: 'operator', text: operator, offset }, end: offset + operator.length };

  const character = String.fromCodePoint(source.codePointAt(offset) ?? 0);
  throw new ExpressionError('expression_parse', `Character '${character}' means nothing in an expression.`, offset);
}

function matchAt(pattern: RegExp, source: string, offset: number): string | undefined {
  pattern.lastIndex = offset;
  return pattern.exec(source)?.[0];
}

function readNumber(text: string, offset: number): Token {
  const digits = text.replaceAll('_', '');
  const value = Number(digits);
  const float = !/^0[xXoObB]/.test(digits) && /[.eE]/.test(digits);
  if (!float && /^0\d/.test(digits) && value !== 0) {
    throw new ExpressionError('expression_parse', `${text} begins with a zero; write the number without it.`, offset);
  }
  if (!Number.isFinite(value)) throw new ExpressionError('number_not_finite', `${text} is too large.`, offset);
  if (!float && !Number.isSafeInteger(value)) {
    throw new ExpressionError(
      'number_precision',
      `${text} is beyond 2^53, the largest integer kept exactly; quote it as text.`,
      offset,
    );
  }
  return { type: 'number', value, float, offset };
}

function readString(source: string, offset: number, prefix: string): { token: Token; end: number } {
  if (prefix.includes('f')) {
    throw new ExpressionError(
      'syntax_not_supported',
      "f-strings are not supported; join texts with '+' or use format().",
      offset,
    );
  }
  if (prefix.includes('b'))
    throw new ExpressionError('syntax_not_supported', 'Bytes are not supported; write plain text.', offset);

  const start = offset + prefix.length;
  const quote = source[start] ?? '';
  const delimiter = source.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
  const raw = prefix.includes('r');
  let value = '';
  let at = start + delimiter.length;
  while (!source.startsWith(delimiter, at)) {
    const character = source[at];
    if (character === undefined || (character === '\n' && delimiter.length === 1)) {
      throw new ExpressionError('expression_parse', `The text that begins here is not closed by ${delimiter}.`, offset);
    }
    if (character !== '\\') {
      value += character;
      at += 1;
      continue;
    }
    const escaped = raw ? { text: source.slice(at, at + 2), length: 2 } : readEscape(source, at);
    value += escaped.text;
    at += escaped.length;
  }
  return { token: { type: 'string', value, offset }, end: at + delimiter.length };
}

function readEscape(source: string, at: number): { text: string; length: number } {
  const character = source[at + 1] ?? '';
  const simple = SIMPLE_ESCAPES[character];
  if (simple !== undefined) return { text: simple, length: 2 };
  const width = { x: 2, u: 4, U: 8 }[character];
  // As in Python, a backslash before any other character stands for itself.
  if (width === undefined) return { text: `\\${character}`, length: 1 + character.length };
  const digits = source.slice(at + 2, at + 2 + width);
  const code = Number.parseInt(digits, 16);
  if (digits.length < width || !/^[0-9a-fA-F]+$/.test(digits) || code > 0x10ffff) {
    throw new ExpressionError('expression_parse', `'\\${character}' needs ${width} hexadecimal digits.`, at);
  }
  return { text: String.fromCodePoint(code), length: 2 + width };
}
