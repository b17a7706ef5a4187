import { MAX_NESTING, MAX_SOURCE_LENGTH } from '../expression/limits.ts';
import { type Token, tokenize } from '../expression/tokens.ts';
import { BuildTemplateError } from './build-template-error.ts';

/** A Jinja expression in the words of the pipeline language. */
export interface JinjaExpression {
  readonly text: string;
  /** It ends in `| tojson`: the value is to be shown as JSON, texts included. */
  readonly asJson: boolean;
}

/** A part of an expression. What stands in brackets is one piece. */
interface Piece {
  readonly type: 'operand' | 'keyword' | 'operator';
  readonly text: string;
  /** Blanks that follow it. */
  readonly space: string;
}

type RewriteFilter = (operand: string, args: readonly string[]) => string;

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'in', 'is', 'if', 'else', 'for']);
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const JSON_FILTERS: ReadonlySet<string> = new Set(['tojson', 'json']);

const call =
  (name: string): RewriteFilter =>
  (operand, args) =>
    `${name}(${[operand, ...args].join(', ')})`;

const FILTERS: ReadonlyMap<string, RewriteFilter> = new Map<string, RewriteFilter>([
  ...['abs', 'float', 'int', 'list', 'lower', 'max', 'min', 'replace', 'round', 'split', 'sum', 'upper'].map(
    (name) => [name, call(name)] as const,
  ),
  ['default', withDefault],
  ['d', withDefault],
  ['trim', call('strip')],
  ['length', call('len')],
  ['count', call('len')],
  ['string', call('str')],
  ['sort', call('sorted')],
  ['reverse', call('reversed')],
  ['unique', (operand) => `list(set(${operand}))`],
  ['join', (operand, [separator = "''"]) => `join(${separator}, ${operand})`],
  ['first', (operand) => `list(${operand})[0]`],
  ['last', (operand) => `list(${operand})[-1]`],
  ['capitalize', (operand) => `(upper(${operand}[0:1]) + lower(${operand}[1:]))`],
]);

const TESTS: ReadonlyMap<string, (operand: string) => string> = new Map([
  ['defined', (operand: string) => `(not isnone(${operand}))`],
  ['undefined', (operand: string) => `isnone(${operand})`],
  ['none', (operand: string) => `isnone(${operand})`],
]);

/** With `true` as second argument, the default also stands in for what is empty. */
function withDefault(operand: string, [fallback = "''", emptyToo]: readonly string[]): string {
  return emptyToo === 'true' || emptyToo === 'True'
    ? `(default(${operand}, None) or ${fallback})`
    : `default(${operand}, ${fallback})`;
}

/** Writes filters and tests as calls. @throws BuildTemplateError, ExpressionError */
export function readJinjaExpression(source: string): JinjaExpression {
  if (source.length > MAX_SOURCE_LENGTH) {
    throw new BuildTemplateError('expression_too_long', `At most ${MAX_SOURCE_LENGTH} characters are read.`, 0);
  }
  if (!/[|]|\bis\b|\bnone\b/.test(source)) return { text: source, asJson: false };
  const rewriter = new Rewriter(source, tokenize(source));
  return rewriter.rewriteAll();
}

class Rewriter {
  readonly #source: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;
  #asJson = false;

  constructor(source: string, tokens: readonly Token[]) {
    this.#source = source;
    this.#tokens = tokens;
  }

  rewriteAll(): JinjaExpression {
    const text = textOf(this.#sequence(undefined));
    return { text, asJson: this.#asJson };
  }

  /** Everything up to a closing bracket, or up to the end. */
  #sequence(closing: string | undefined): Piece[] {
    const pieces: Piece[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token === undefined || token.type === 'end' || (closing !== undefined && this.#is(closing))) return pieces;
      if (this.#is('|')) this.#filter(pieces);
      else if (token.type === 'name' && token.text === 'is' && this.#test(pieces)) continue;
      else pieces.push(this.#piece(token));
    }
  }

  #piece(token: Token): Piece {
    const closing = token.type === 'operator' ? CLOSING[token.text] : undefined;
    if (closing === undefined) {
      const { text, space } = this.#take();
      if (token.type === 'operator') return { type: 'operator', text, space };
      return { type: KEYWORDS.has(text) ? 'keyword' : 'operand', text: text === 'none' ? 'None' : text, space };
    }
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw this.#error('depth_exceeded', 'The expression has too many brackets within brackets.');
    const open = this.#take();
    const inner = textOf(this.#sequence(closing));
    if (!this.#is(closing)) throw this.#error('template_syntax', `'${closing}' is missing.`);
    this.#nesting -= 1;
    return { type: 'operand', text: `${open.text}${open.space}${inner}${closing}`, space: this.#take().space };
  }

  #filter(pieces: Piece[]): void {
    this.#take();
    const token = this.#tokens[this.#at];
    if (token?.type !== 'name') throw this.#error('template_syntax', "The name of a filter must follow '|'.");
    const operand = this.#operand(pieces);
    const name = token.text;
    const { space } = this.#take();
    const args = this.#is('(') ? this.#arguments() : [];
    if (JSON_FILTERS.has(name)) {
      if (this.#nesting > 0 || this.#tokens[this.#at]?.type !== 'end' || pieces.length > 0) {
        throw this.#error('template_syntax', `'${name}' can only be the last filter of an insertion.`);
      }
      this.#asJson = true;
      pieces.push({ type: 'operand', text: operand, space: '' });
      return;
    }
    const rewrite = FILTERS.get(name);
    if (rewrite === undefined) {
      const known = [...FILTERS.keys(), 'tojson'].join(', ');
      throw new BuildTemplateError('filter_unknown', `There is no filter '${name}'; known are ${known}.`, token.offset);
    }
    this.#push(pieces, rewrite(operand, args), space);
  }

  /** `is defined`, `is not none`, …; false if it is the operator of the language instead. */
  #test(pieces: Piece[]): boolean {
    const next = this.#tokens[this.#at + 1];
    const negated = next?.type === 'name' && next.text === 'not';
    const word = this.#tokens[this.#at + (negated ? 2 : 1)];
    const test = word?.type === 'name' ? TESTS.get(word.text) : undefined;
    if (test === undefined) return false;
    for (let count = negated ? 2 : 1; count > 0; count--) this.#take();
    const operand = this.#operand(pieces);
    const { space } = this.#take();
    this.#push(pieces, negated ? `(not ${test(operand)})` : test(operand), space);
    return true;
  }

  #push(pieces: Piece[], text: string, space: string): void {
    if (text.length > MAX_SOURCE_LENGTH) throw this.#error('expression_too_long', 'The expression has too many filters.');
    pieces.push({ type: 'operand', text, space });
  }

  /** Takes the name, literal, call or access that stands last, for a filter binds to no more than that. */
  #operand(pieces: Piece[]): string {
    let start = pieces.length - 1;
    while (start > 0) {
      const before = pieces[start - 1];
      if (before?.type === 'operand') start -= 1;
      else if (before?.text === '.') start -= 2;
      else break;
    }
    if (pieces[start]?.type !== 'operand') throw this.#error('template_syntax', 'A filter or test needs a value before it.');
    return textOf(pieces.splice(start)).trimEnd();
  }

  #arguments(): readonly string[] {
    this.#take();
    const pieces = this.#sequence(')');
    if (!this.#is(')')) throw this.#error('template_syntax', "')' is missing.");
    this.#take();
    const args: Piece[][] = pieces.length === 0 ? [] : [[]];
    for (const piece of pieces) {
      if (piece.text === ',' && piece.type === 'operator') args.push([]);
      else args.at(-1)?.push(piece);
    }
    return args.map((parts) => textOf(parts).trim());
  }

  #is(operator: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.type === 'operator' && token.text === operator;
  }

  #take(): { text: string; space: string } {
    const start = this.#tokens[this.#at]?.offset ?? this.#source.length;
    this.#at += 1;
    const whole = this.#source.slice(start, this.#tokens[this.#at]?.offset ?? this.#source.length);
    const text = whole.trimEnd();
    return { text, space: whole.slice(text.length) };
  }

  #error(code: 'template_syntax' | 'depth_exceeded' | 'expression_too_long', message: string): BuildTemplateError {
    return new BuildTemplateError(code, message, this.#tokens[this.#at]?.offset ?? 0);
  }
}

function textOf(pieces: readonly Piece[]): string {
  return pieces.map(({ text, space }) => text + space).join('');
}
