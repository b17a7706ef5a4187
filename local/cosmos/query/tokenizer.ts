import { syntaxError } from './syntax-error.ts';

export interface Token {
  kind: 'identifier' | 'keyword' | 'number' | 'string' | 'parameter' | 'symbol' | 'end';
  /** Keywords in capitals, strings unescaped, everything else as it is written. */
  text: string;
  position: number;
}

/** Reserved words: as a property they are written `c["order"]`. */
const KEYWORDS = new Set(
  (
    'AND ARRAY AS ASC BETWEEN BY DESC DISTINCT ESCAPE EXISTS FALSE FROM GROUP IN JOIN LIKE LIMIT NOT NULL OFFSET OR ORDER ' +
    'SELECT TOP TRUE UDF UNDEFINED VALUE WHERE'
  ).split(' '),
);

const SPACE = /(?:\s+|--[^\n]*)*/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const PARAMETER = /@[A-Za-z0-9_]+/y;
const STRING = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;
const SYMBOL = /\?\?|\|\||<=|>=|<>|!=|<<|>>>|>>|[()[\]{},.:=<>+\-*/%?&|^~]/y;
const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/gs;
const ESCAPED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** @throws CosmosError (400) at a character that starts no token */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  const read = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    return pattern.exec(text)?.[0];
  };
  for (;;) {
    position += read(SPACE)?.length ?? 0;
    if (position >= text.length) break;
    const token = nextToken(read, position);
    if (token === undefined) throw syntaxError('this starts no token; a string may lack its closing quote.', text, position);
    tokens.push(token);
    position += token.length;
  }
  return [...tokens, { kind: 'end', text: '', position: text.length }];
}

function nextToken(read: (pattern: RegExp) => string | undefined, position: number): (Token & { length: number }) | undefined {
  const word = read(WORD);
  if (word !== undefined) {
    const keyword = word.toUpperCase();
    const isKeyword = KEYWORDS.has(keyword);
    return { kind: isKeyword ? 'keyword' : 'identifier', text: isKeyword ? keyword : word, position, length: word.length };
  }
  const string = read(STRING);
  if (string !== undefined) return { kind: 'string', text: unescaped(string.slice(1, -1)), position, length: string.length };
  const number = read(NUMBER);
  if (number !== undefined) return { kind: 'number', text: number, position, length: number.length };
  const parameter = read(PARAMETER);
  if (parameter !== undefined) return { kind: 'parameter', text: parameter, position, length: parameter.length };
  const symbol = read(SYMBOL);
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol, position, length: symbol.length };
}

function unescaped(content: string): string {
  return content.replace(ESCAPE, (_all, code: string | undefined, letter: string | undefined) =>
    code === undefined ? (ESCAPED[letter ?? ''] ?? letter ?? '') : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
